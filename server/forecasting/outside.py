"""What comes from outside the counts: the weather and the campaigns of each hour's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.profile import mean_of
from server.forecasting.series import WEEK, Known, Numbers

OUTSIDE = (
    "temperature",
    "rain",
    "campaign",
    "temperature against the last weeks",
    "rain against the last weeks",
    "campaigns of the last weeks",
)
"""As features are called."""

WEATHER = tuple(number for number, name in enumerate(OUTSIDE) if "campaign" not in name)
"""Which of them nobody knows of days that lie far ahead."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Temperature, rain and whether there is a campaign, of each row; NaN where it is not known."""

    values: Numbers
    """Shape (rows, 3)."""

    def of(self, origin: int, rows: npt.NDArray[np.int64]) -> Numbers:
        """Those of some rows, alone and against the four weeks before an origin; shape (rows, 6)."""
        told = self.values[rows]
        before = mean_of(self.values[max(0, origin - 4 * WEEK) : origin], axis=0)
        campaigns = np.broadcast_to(before[2:], (len(rows), 1))
        return np.concatenate([told, told[:, :2] - before[:2], campaigns], axis=1)


def outside_of(known: Known, first: date, day: npt.NDArray[np.int64]) -> Outside:
    """Lay out what is known of days, from the first, one row for each of the numbers `day`."""
    span = [first + timedelta(days=number) for number in range(int(day[-1]) + 1)]
    campaign = [float(each in known.campaigns) for each in span]
    weather = [known.weather.get(each) for each in span]
    columns = (
        [np.nan if one is None or one.temperature_c is None else one.temperature_c for one in weather],
        [np.nan if one is None or one.rain_mm is None else one.rain_mm for one in weather],
        campaign if known.campaigns else [np.nan] * len(span),
    )
    return Outside(np.array(columns, dtype=np.float64).T[day])
