"""A panel with room around it, so that a feature may look back beyond its beginning and find nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.series import DAY, LONGEST, WEEK, Known, Numbers, Panel, flags_of

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
    return Grid(
        values=values,
        ordinary=ordinary,
        hour=row % DAY,
        weekday=(begin.weekday() + day) % 7,
        day_of_year=of_year[day],
        holiday=flags.holiday[day],
        last_row=BEFORE + panel.hours,
    )
