"""Two models that nobody has to train: last week again, and the mean of the last four weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.forecasting.models import Trained
from server.forecasting.profile import mean_of, mean_week, repeated, weeks_before
from server.forecasting.series import DAY, NOTHING_KNOWN, Known, Numbers, Panel


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """The same hour of last week; the bar that every other model must pass. Knows no holidays."""

    name: str = "seasonal-naive"
    least_hours: int = 1

    def fit(self, history: Panel, known: Known) -> Trained:  # noqa: ARG002
        """Nothing is learnt."""
        return self

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:  # noqa: ARG002
        """Last week; where an hour of it is missing, the week before, and so on for eight weeks."""
        weeks = weeks_before(history, NOTHING_KNOWN, 8)
        found = weeks[-1]
        for number in range(2, 9):
            earlier = weeks[-number]
            found = _filled(found, earlier)
        return repeated(mean_week(found[None]), hours)


@dataclass(frozen=True, slots=True)
class MeanWeek:
    """The mean of the last same hours of the week, without holidays and special days."""

    weeks: int = 4
    name: str = "mean-week"
    least_hours: int = DAY

    def fit(self, history: Panel, known: Known) -> Trained:  # noqa: ARG002
        """Nothing is learnt."""
        return self

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:
        """The mean week, again and again."""
        weeks = weeks_before(history, known, 2 * self.weeks)
        recent = mean_week_or(weeks[-self.weeks :], weeks)
        return repeated(mean_week(recent[None]), hours)


def mean_week_or(weeks: Numbers, longer: Numbers) -> Numbers:
    """The mean of each hour of the week; of more weeks where none of the few is known. May hold NaN."""
    return _filled(mean_of(weeks, axis=0), mean_of(longer, axis=0))


def _filled(values: Numbers, others: Numbers) -> Numbers:
    return np.where(np.isnan(values), others, values)
