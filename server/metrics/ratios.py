"""Rates with their uncertainty, and averages of amounts: always Σ numerator / Σ denominator."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

Z_95 = 1.959963984540054
"""The 0.975 quantile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A confidence interval, both ends as shares from 0 to 1."""

    low: float
    high: float


def wilson(successes: int, trials: int, z: float = Z_95) -> Bounds | None:
    """The score interval of a share; None where there is no share from 0 to 1 (no trial, or more successes).

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if not 0 <= successes <= trials or trials == 0:
        return None
    share = successes / trials
    spread = z * z / trials
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    # Exact at the two ends, where rounding would leave 1e-17 or 1 - 1e-16.
    low = 0.0 if successes == 0 else (middle - half) / (1 + spread)
    high = 1.0 if successes == trials else (middle + half) / (1 + spread)
    return Bounds(low, high)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate of countable things, such as transactions per entry.

    `least` is the denominator below which the rate says too little to be shown as a figure.
    """

    numerator: int
    denominator: int
    least: int

    @property
    def value(self) -> float | None:
        """Numerator / denominator, above 1 where it is so; None of nothing."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def interval(self) -> Bounds | None:
        """Wilson's 95 % interval; None of nothing and above 1, where it is no share."""
        return wilson(self.numerator, self.denominator)

    @property
    def enough(self) -> bool:
        """Whether the denominator reaches the least that lets the rate be read."""
        return self.denominator >= max(self.least, 1)


@dataclass(frozen=True, slots=True)
class Quotient:
    """An amount per countable thing, such as net sales per transaction."""

    numerator: Decimal
    denominator: Decimal

    @property
    def value(self) -> Decimal | None:
        """Numerator / denominator; None of nothing."""
        return self.numerator / self.denominator if self.denominator else None


def ratio(numerator: int | None, denominator: int | None, least: int) -> Ratio | None:
    """A rate of two counts; None where one of them is not known."""
    if numerator is None or denominator is None:
        return None
    return Ratio(numerator, denominator, least)


def quotient(numerator: Decimal | None, denominator: Decimal | int | None) -> Quotient | None:
    """An amount per thing; None where one of them is not known."""
    if numerator is None or denominator is None:
        return None
    return Quotient(numerator, Decimal(denominator))
