"""How sure a figure from few events is: 95 % intervals. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Z_95 = 1.959963984540054
"""The 0.975 quantile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with both ends of its interval; all None where there is nothing to divide by."""

    value: float | None
    low: float | None
    high: float | None


NOTHING = Estimate(None, None, None)


def share(part: float, whole: float) -> Estimate:
    """A share, with Wilson's score interval.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not whole:
        return NOTHING
    value, spread = part / whole, Z_95 * Z_95 / whole
    half = Z_95 * math.sqrt(value * (1 - value) / whole + spread / (4 * whole))
    low = 0.0 if part == 0 else (value + spread / 2 - half) / (1 + spread)
    high = 1.0 if part == whole else (value + spread / 2 + half) / (1 + spread)
    return Estimate(value, low, high)


def per_event(number: float, events: float) -> Estimate:
    """A rate of things that may happen any number of times, with the Poisson score interval.

    Solves (number - mean)² = z² · mean for the mean, as Wilson does for a share.
    """
    if not events:
        return NOTHING
    middle, half = number + Z_95**2 / 2, Z_95 * math.sqrt(number + Z_95**2 / 4)
    return Estimate(number / events, max(0.0, middle - half) / events, (middle + half) / events)


def count_ratio(true: float, matched: float, extra: float) -> Estimate:
    """Counted / true = matched / true + extra / true, with the MOVER interval of that sum.

    True and counted events are mostly the same events, so neither is a share of the other, and taking
    them for independent would be far too wide. What is matched is a share (Wilson), what is extra a
    rate (Poisson score). Source: G. Y. Zou and A. Donner, "Construction of confidence limits about
    effect measures: A general approach", Statistics in Medicine 27 (2008), 1693-1702.
    """
    found, added = share(matched, true), per_event(extra, true)
    if found.value is None or found.low is None or found.high is None:
        return NOTHING
    assert added.value is not None
    assert added.low is not None
    assert added.high is not None
    value = found.value + added.value
    low = value - math.hypot(found.value - found.low, added.value - added.low)
    high = value + math.hypot(found.high - found.value, added.high - added.value)
    return Estimate(value, max(0.0, low), high)


def crossings_for_share(half_width: float, expected: float) -> int:
    """How many crossings make Wilson's interval of a share at most ±`half_width` wide.

    Args:
        half_width: half the interval, as a share: 0.02 for ±2 %.
        expected: the share that is expected, such as a recall of 0.97.
    """

    def fits(whole: int) -> bool:
        estimate = share(expected * whole, whole)
        assert estimate.low is not None
        assert estimate.high is not None
        return (estimate.high - estimate.low) / 2 <= half_width

    return _fewest(fits)


def crossings_for_count(half_width: float, missed: float, extra: float) -> int:
    """How many crossings hold both ends of the count ratio's interval within ±`half_width` of it.

    Args:
        half_width: as a share: 0.02 for ±2 %.
        missed: expected missed / true.
        extra: expected extra / true.
    """

    def fits(whole: int) -> bool:
        ratio = count_ratio(whole, whole * (1 - missed), whole * extra)
        assert ratio.value is not None
        assert ratio.low is not None
        assert ratio.high is not None
        return max(ratio.high - ratio.value, ratio.value - ratio.low) <= half_width

    return _fewest(fits)


def _fewest(fits: Callable[[int], bool]) -> int:
    """The least number from 1 on that fits, where all greater ones fit too."""
    top = 1
    while not fits(top):
        top *= 2
    low = top // 2  # does not fit
    while top - low > 1:
        middle = (low + top) // 2
        low, top = (low, middle) if fits(middle) else (middle, top)
    return top
