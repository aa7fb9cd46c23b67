"""The typical day of each weekday: mean and spread of its hours, and the band that most days lie in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

import numpy as np

from server.flow.days import Days, Marks, Numbers

BAND = (0.1, 0.9)
"""Four days in five lie between these quantiles."""

LEAST_FOR_BAND = 5
"""Of fewer days there is no band."""


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What some days had in the same hours; None where too few days are known to say it."""

    days: int
    mean: float | None
    variance: float | None
    """Σ(x − mean)² / (n − 1), of two days and more."""
    median: float | None
    low: float | None
    """One day in ten has less;"""
    high: float | None
    """one in ten has more."""

    @property
    def deviation(self) -> float | None:
        """The standard deviation: the square root of the variance."""
        return None if self.variance is None else self.variance**0.5


@dataclass(frozen=True, slots=True)
class TypicalHour:
    """One part of a weekday."""

    begin: time
    """On the shop's clock."""
    people: Ordinary


@dataclass(frozen=True, slots=True)
class TypicalDay:
    """One weekday, Monday = 0: its hours, and its days of which every hour with people is known."""

    weekday: int
    whole: Ordinary
    hours: tuple[TypicalHour, ...]


def typical_days(days: Days, name: str) -> tuple[TypicalDay, ...]:
    """The seven typical days of a series."""
    counts = days.of(name)
    return tuple(_typical(days, counts[days.weekdays == weekday], weekday) for weekday in range(7))


def ordinary(values: Numbers) -> Ordinary:
    """What is known of some values; NaN is not known."""
    known = values[~np.isnan(values)]
    if not len(known):
        return Ordinary(0, None, None, None, None, None)
    low, high = np.quantile(known, BAND)
    has_band = len(known) >= LEAST_FOR_BAND
    return Ordinary(
        days=len(known),
        mean=float(known.mean()),
        variance=float(known.var(ddof=1)) if len(known) > 1 else None,
        median=float(np.median(known)),
        low=float(low) if has_band else None,
        high=float(high) if has_band else None,
    )


def _typical(days: Days, counts: Numbers, weekday: int) -> TypicalDay:
    hours = tuple(TypicalHour(days.clock(part), ordinary(counts[:, part])) for part in range(days.parts))
    return TypicalDay(weekday, ordinary(_totals(counts)), hours)


def _totals(counts: Numbers) -> Numbers:
    """The sums of days of which no part is missing in which anybody ever came."""
    matters: Marks = np.nansum(counts, axis=0) > 0
    known = ~np.isnan(counts)
    whole = known.any(axis=1) & (known | ~matters).all(axis=1)
    found: Numbers = np.where(whole, np.where(known, counts, 0.0).sum(axis=1), np.nan)
    return found
