"""How sure a figure from few events is: 95 % intervals. Pure."""

from __future__ import annotations

import math
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


def share(part: int, whole: int) -> Estimate:
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


def per_event(number: int, events: int) -> Estimate:
    """A rate of things that may happen any number of times, with the Poisson score interval.

    Solves (number - mean)² = z² · mean for the mean, as Wilson does for a share.
    """
    if not events:
        return NOTHING
    middle, half = number + Z_95**2 / 2, Z_95 * math.sqrt(number + Z_95**2 / 4)
    return Estimate(number / events, max(0.0, middle - half) / events, (middle + half) / events)


def count_ratio(true: int, matched: int, extra: int) -> Estimate:
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


def crossings_needed(half_width: float, expected: float) -> int:
    """How many crossings make Wilson's interval of a share at most ±`half_width` wide.

    Args:
        half_width: half the interval, as a share: 0.02 for ±2 %.
        expected: the share that is expected, such as 0.97.
    """
    wanted, top = half_width, 1
    while _half(top, expected) > wanted:
        top *= 2
    low, high = top // 2, top
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _half(middle, expected) > wanted else (low, middle)
    return high


def _half(whole: int, value: float) -> float:
    spread = Z_95 * Z_95 / whole
    return Z_95 * math.sqrt(value * (1 - value) / whole + spread / (4 * whole)) / (1 + spread)
