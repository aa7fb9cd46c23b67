"""What is expected of whole days: their sums, with a range of their own.

The ends of hours' ranges do not add up: a day in which every hour is among the one in ten of few is far
rarer than one in ten. So sums of days that were forecast on the past give the range, see `day_ranges`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.choosing import Chosen
from server.forecasting.day_ranges import REACHES, When, day_spread, weekday_of
from server.forecasting.events import EventDay, coming_events
from server.forecasting.intervals import no_farther
from server.forecasting.kinds import kinds_of
from server.forecasting.series import DAY, Forecast, Known, Numbers, Panel


@dataclass(frozen=True, slots=True)
class Days:
    """Expected sums of some days, each of shape (days, series)."""

    first_hour: npt.NDArray[np.int64]
    """Rows of the forecast at which days begin; negative where one had begun before."""
    median: Numbers
    low: Numbers
    high: Numbers


def days_expected(choice: Chosen, history: Panel, known: Known, forecast: Forecast, begins: int) -> Days:
    """The days of a forecast, from the one that runs to the last whole one.

    `begins` is the hour of the clock at which a business day begins. Of a day that has begun, the hours
    that are over stand in the sum as they were counted, and only the rest is uncertain.
    """
    gone = (forecast.start.hour - begins) % DAY
    firsts = np.arange(-gone, forecast.hours - DAY + 1, DAY)
    sums = _sums(forecast.median, firsts)
    ends = _ends_of(choice, history, known, forecast.names, firsts)
    ends += _doubts(coming_events(history, known, forecast.hours), history, firsts, len(forecast.names))
    low, high = np.expm1(np.log1p(sums) + ends.transpose(1, 0, 2))
    high = no_farther(high, sums, _by_day(history))
    # The middle of past errors says where the last half year went; it does not say where the next weeks go.
    found = np.stack([np.clip(low, 0.0, sums), sums, np.where(sums > 0, np.maximum(high, sums), 0.0)])
    if gone and len(firsts):
        found[:, 0] += np.nan_to_num(history.values[history.hours - gone :]).sum(axis=0)
    return Days(firsts, low=found[0], median=found[1], high=found[2])


def _sums(hours: Numbers, firsts: npt.NDArray[np.int64]) -> Numbers:
    """Sums of the hours of each day that are still to come, shape (days, series)."""
    parts = [hours[max(first, 0) : first + DAY].sum(axis=0) for first in firsts.tolist()]
    return np.stack(parts) if parts else np.empty((0, hours.shape[1]))


def _ends_of(
    choice: Chosen, history: Panel, known: Known, names: Sequence[str], firsts: npt.NDArray[np.int64]
) -> Numbers:
    """Both ends of each day as logarithms, shape (days, 2, series)."""
    noon = history.hours + firsts + DAY // 2
    reach = np.searchsorted(REACHES, np.maximum(firsts, 0) // DAY, side="right")
    when = When(reach, weekday_of(history, noon), kinds_of(known, history, noon))
    models = [choice.model_of[name] for name in names]
    spreads = {model: day_spread(choice.tries.get(model), history, known) for model in set(models)}
    return np.stack([spreads[model].around(when, number) for number, model in enumerate(models)], axis=-1)


def _doubts(
    events: Sequence[EventDay], history: Panel, firsts: npt.NDArray[np.int64], series: int
) -> Numbers:
    """By how much events move both ends of days away, logarithms of shape (days, 2, series)."""
    found = np.zeros((len(firsts), 2, series))
    noons = [history.end + timedelta(hours=int(first) + DAY // 2) for first in firsts]
    doubts = {event.day: event.doubt for event in events}
    for number, noon in enumerate(noons):
        if (doubt := doubts.get(noon.date())) is not None:
            found[number] = np.stack([-doubt, doubt])
    return found


def _by_day(history: Panel) -> Numbers:
    """What came within each stretch of 24 hours, shape (days, series); NaN where nothing is known."""
    whole = history.values[history.hours % DAY :].reshape(-1, DAY, len(history.names))
    return np.where(np.isnan(whole).all(axis=1), np.nan, np.nan_to_num(whole).sum(axis=1))
