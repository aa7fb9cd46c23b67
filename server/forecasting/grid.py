"""A panel with room around it, so that a feature may look back beyond its beginning and find nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.outside import Outside, outside_of
from server.forecasting.profile import mean_of
from server.forecasting.series import DAY, LONGEST, WEEK, Known, Numbers, Panel, flags_of
from server.forecasting.twins import Twins, twins_of

YEAR = 52 * WEEK
"""364 days: the same weekday last year."""

BEFORE = YEAR + 10 * WEEK
"""Unknown hours before a panel: as far as any feature looks back."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Values and days in one count of rows; row 0 lies `BEFORE` hours before the panel's beginning."""

    values: Numbers
    """As they were; shape (rows, series)."""
    ordinary: Numbers
    """The same, and NaN on days that say nothing about others."""
    hour: npt.NDArray[np.int64]
    weekday: npt.NDArray[np.int64]
    day_of_year: npt.NDArray[np.int64]
    holiday: npt.NDArray[np.bool_]
    untold: npt.NDArray[np.bool_]
    """Whether the day is special or closed: no model is asked what comes then."""
    day: npt.NDArray[np.int64]
    """The number of each row's day, from that of row 0."""
    twins: Twins
    change: Numbers
    """How many more came than in the same hour of the four weeks before, a logarithm; NaN if unknown."""
    change_of_day: Numbers
    """The same of whole days, shape (days, series)."""
    outside: Outside
    last_row: int
    """The first row that is not known: where the panel ends."""

    @property
    def series(self) -> int:
        """How many series there are."""
        return int(self.values.shape[1])

    def near_holiday(self, rows: npt.NDArray[np.int64], days: int) -> npt.NDArray[np.bool_]:
        """Whether it is a holiday so many days later."""
        found: npt.NDArray[np.bool_] = self.holiday[np.clip(rows + days * DAY, 0, len(self.holiday) - 1)]
        return found


def grid_of(panel: Panel, known: Known) -> Grid:
    """Lay a panel out, with a year before it and six weeks behind it."""
    around = ((BEFORE, LONGEST + 2 * DAY), (0, 0))
    values = np.pad(panel.values, around, constant_values=np.nan)
    begin = panel.start - timedelta(hours=BEFORE)
    row = np.arange(len(values)) + begin.hour
    day = row // DAY
    flags = flags_of(known, begin.date(), int(day[-1]) + 1)
    ordinary = values.copy()
    ordinary[flags.unusual[day]] = np.nan
    dates = np.datetime64(begin.date()) + np.arange(int(day[-1]) + 1)
    of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64) + 1
    change, change_of_day = _changes(values, ordinary, day)
    return Grid(
        values=values,
        ordinary=ordinary,
        hour=row % DAY,
        weekday=(begin.weekday() + day) % 7,
        day_of_year=of_year[day],
        holiday=flags.holiday[day],
        untold=(flags.special | flags.closed)[day],
        day=day,
        twins=twins_of(known, begin.date(), int(day[-1]) + 1),
        change=change,
        change_of_day=change_of_day,
        outside=outside_of(known, begin.date(), day),
        last_row=BEFORE + panel.hours,
    )


def _changes(values: Numbers, ordinary: Numbers, day: npt.NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    """Of each hour and of each day, how it differs from the four weeks before; logarithms."""
    earlier = np.stack([_later(ordinary, number * WEEK) for number in range(1, 5)])
    usual = mean_of(earlier, axis=0)
    both = ~(np.isnan(values) | np.isnan(usual))
    came, expected = np.zeros((2, int(day[-1]) + 1, values.shape[1]))
    np.add.at(came, day, np.where(both, values, 0.0))
    np.add.at(expected, day, np.where(both, usual, 0.0))
    of_day = np.where(expected > 0, np.log1p(came) - np.log1p(expected), np.nan)
    return np.log1p(values) - np.log1p(usual), of_day


def _later(values: Numbers, hours: int) -> Numbers:
    """What was so many hours before each row."""
    return np.concatenate([np.full((hours, values.shape[1]), np.nan), values[:-hours]])
