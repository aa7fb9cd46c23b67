"""Weeks of counts with a shape and luck, as arrays: what the tests of the analysis look at."""

from __future__ import annotations

from datetime import date

import numpy as np

from server.flow.days import Days, Numbers

MONDAY = date(2024, 1, 1)


def usual_week(days: int, busiest: float = 40.0) -> Numbers:
    """What is expected: open from 9 to 20, busiest at 14, half more on Saturdays, shut on Sundays."""
    hour, weekday = np.arange(24), np.arange(days) % 7
    shape = np.where((hour >= 9) & (hour < 20), 1 - ((hour - 14) / 8.0) ** 2, 0.0)
    level = np.where(weekday == 5, 1.5, 1.0) * (weekday != 6)
    expected: Numbers = busiest * level[:, None] * shape[None, :]
    return expected


def lucky(expected: Numbers, seed: int = 1, mood: float = 0.05) -> Numbers:
    """Counts around what is expected, on days that differ in mood by that share."""
    chance = np.random.default_rng(seed)
    level = chance.gamma(1 / mood**2, mood**2, len(expected))
    counts: Numbers = chance.poisson(expected * level[:, None]).astype(np.float64)
    return counts


def days_of(counts: Numbers, first: date = MONDAY) -> Days:
    """One series, "entries"."""
    return Days(first, ("entries",), counts[:, :, None])


def side_by_side(**series: Numbers) -> Days:
    """Some series over the same days."""
    return Days(MONDAY, tuple(series), np.stack(list(series.values()), axis=2))
