"""Models of the library `statsforecast`, one series at a time: AutoETS, MSTL and its seasonal naive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from server.errors import LibraryMissing
from server.forecasting.models import Trained, checked_hours, not_negative
from server.forecasting.profile import mean_week, repeated, weeks_before
from server.forecasting.series import DAY, WEEK, Known, Numbers, Panel


class OneSeries(Protocol):
    """What `statsforecast` calls a model."""

    def forecast(self, y: Numbers, h: int) -> dict[str, Numbers]:
        """The mean of so many hours, under "mean"."""


@dataclass(frozen=True, slots=True)
class Library:
    """One model, fitted to the last weeks each time it is asked."""

    name: str
    made: Callable[[], OneSeries]
    weeks: int = 6
    least_hours: int = 3 * WEEK

    def fit(self, history: Panel, known: Known) -> Trained:  # noqa: ARG002
        """Nothing is learnt beforehand: these models see one series and its last weeks."""
        self.made()
        return self

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:
        """Fit each series, gaps filled with the mean week, and look ahead."""
        checked_hours(hours)
        weeks = weeks_before(history, known, self.weeks)
        whole = np.where(np.isnan(weeks), mean_week(weeks)[None], weeks).reshape(self.weeks * WEEK, -1)
        whole = whole[-history.hours :]
        expected = [self._one(whole[:, number], hours) for number in range(whole.shape[1])]
        return not_negative(np.stack(expected, axis=1))

    def _one(self, series: Numbers, hours: int) -> Numbers:
        if np.ptp(series) == 0:
            # A constant has nothing to decompose, and the models divide by its variance.
            return repeated(series[-WEEK:], hours)
        return np.asarray(self.made().forecast(y=series, h=hours)["mean"], dtype=np.float64)


def library_models() -> tuple[Library, ...]:
    """All three."""
    return (
        Library("statsforecast-naive", _naive),
        Library("statsforecast-ets", _ets),
        Library("statsforecast-mstl", _mstl),
    )


def _naive() -> OneSeries:
    try:
        from statsforecast.models import SeasonalNaive
    except ModuleNotFoundError as error:
        raise LibraryMissing("making forecasts", error.name) from error
    made: OneSeries = SeasonalNaive(season_length=WEEK)
    return made


def _ets() -> OneSeries:
    try:
        from statsforecast.models import AutoETS
    except ModuleNotFoundError as error:
        raise LibraryMissing("making forecasts", error.name) from error
    made: OneSeries = AutoETS(season_length=DAY)
    return made


def _mstl() -> OneSeries:
    try:
        from statsforecast.models import MSTL
    except ModuleNotFoundError as error:
        raise LibraryMissing("making forecasts", error.name) from error
    made: OneSeries = MSTL(season_length=[DAY, WEEK])
    return made
