"""A store's days as its sales are explained by: what was sold, who came, and what kind of day it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SalesDay:
    """One business day; None where nothing is known."""

    day: date
    sales: float
    """Transactions, or net sales in the store's currency; not below 0."""
    entries: float
    """People who came in, at least 1."""
    dwell_seconds: float | None = None
    """Mean over all visits to all zones."""
    temperature_c: float | None = None
    rain_mm: float | None = None
    marks: frozenset[str] = frozenset()
    """Of "holiday", "campaign" and "event", what it was."""


@dataclass(frozen=True, slots=True)
class History:
    """The days that can be used, in order, and why others cannot."""

    days: tuple[SalesDay, ...]
    left_out: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What the days of each mark are called, where people gave names."""


def column(days: Sequence[SalesDay], name: str) -> Numbers:
    """A number of each day by its field; NaN where it is not known."""
    values = (getattr(day, name) for day in days)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def marked(days: Sequence[SalesDay], mark: str) -> Numbers:
    """1 for each day of a mark, else 0."""
    return np.array([float(mark in day.marks) for day in days])


def weekdays(days: Sequence[SalesDay]) -> npt.NDArray[np.int64]:
    """The weekday of each day, Monday = 0."""
    return np.array([day.day.weekday() for day in days], dtype=np.int64)


def elapsed(days: Sequence[SalesDay]) -> Numbers:
    """Days since the first one."""
    return np.array([(day.day - days[0].day).days for day in days], dtype=np.float64)
