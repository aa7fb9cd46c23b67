"""What is expected of whole days: their sums, with a range of their own.

The ends of hours' ranges do not add up: a day in which every hour is among the one in ten of few is far
rarer than one in ten. So the sums of days that were forecast on the past are set against those that came,
and the errors made there give the range (split conformal prediction, as in `intervals`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.backtest import Tried
from server.forecasting.choosing import Chosen
from server.forecasting.events import EventDay, coming_events
from server.forecasting.intervals import FARTHEST, OUTSIDE, UNTRIED, most_of
from server.forecasting.kinds import ORDINARY, USUALLY, days_of, kinds_of, stretch_of
from server.forecasting.profile import mean_of
from server.forecasting.series import DAY, Forecast, Known, Numbers, Panel

LEAST_KNOWN = 0.8
"""Of a day of which less than this share of what was expected can be compared, the sum says nothing."""

_PRIOR = 12.0
"""So many weeks of all weekdays together stand beside those of one weekday."""

_SPAN_PRIOR = 20.0
"""So many days of all series together stand beside those of one."""

_CLOSED = 0.02
"""Where the usual error of a weekday is less, next to nobody ever comes."""

REACHES = (1, 7)
"""Days ahead from which errors are counted apart: the first day, the first week, later."""


@dataclass(frozen=True, slots=True)
class DaySums:
    """Days that were forecast on the past; of each shape (days, series) but `ahead` and `noon`."""

    ahead: npt.NDArray[np.int64]
    """Whole days from the forecast's begin; 0 is the first."""
    noon: npt.NDArray[np.int64]
    """The row of the panel in the middle of the day: weekday and kind are that row's."""
    error: Numbers
    """The logarithm of what came against that of what was expected; NaN where too little is known."""


@dataclass(frozen=True, slots=True)
class DaySpread:
    """How far from its expected sum a day may lie, as logarithms."""

    usual: Numbers
    """Mean absolute error by weekday, shape (7, series)."""
    ends: Numbers
    """Lower and upper end in units of `usual`, shape (reaches + 1, 2, series)."""
    stretch: Numbers
    """How many times as far as ordinary days those near holidays and holidays may lie, shape (3,)."""

    def around(self, when: When, series: int) -> Numbers:
        """Both ends of one series on some days, shape (days, 2)."""
        unit = self.usual[when.weekday, series] * self.stretch[when.kind]
        ends: Numbers = self.ends[when.reach, :, series] * unit[:, None]
        return ends


@dataclass(frozen=True, slots=True)
class When:
    """What the range of a day goes by; each of shape (days,)."""

    reach: npt.NDArray[np.int64]
    weekday: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]


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
    high = np.minimum(high, FARTHEST * _most_of_a_day(history))
    # The middle of past errors says where the last half year went; it does not say where the next weeks go.
    found = np.stack([np.clip(low, 0.0, sums), sums, np.where(sums > 0, np.maximum(high, sums), 0.0)])
    if gone and len(firsts):
        found[:, 0] += np.nan_to_num(history.values[history.hours - gone :]).sum(axis=0)
    return Days(firsts, low=found[0], median=found[1], high=found[2])


def day_spread(tried: Tried | None, panel: Panel, known: Known) -> DaySpread:
    """Learn from tries; without any, half or twice as many."""
    sums = None if tried is None else day_sums(tried)
    if tried is None or sums is None or np.isnan(sums.error).all():
        return _untried(len(panel.names))
    kind = kinds_of(known, panel, sums.noon)
    weekday = _weekday(panel, sums.noon)
    usual = _usual(np.where((kind == ORDINARY)[:, None], sums.error, np.nan), weekday, tried.weeks)
    scale = usual[weekday]
    # Days on which it is closed are always right, and would make all others look surer than they are.
    units = np.where(scale > _CLOSED, sums.error / scale, np.nan)
    if np.isnan(units).all():
        units = np.zeros_like(units)
    stretch = stretch_of(np.abs(units), kind, days_of(panel, sums.noon))
    units /= stretch[kind][:, None]
    reach = np.searchsorted(REACHES, sums.ahead, side="right")
    spans = [units[reach == number] for number in range(len(REACHES) + 1)]
    # As in `intervals`, and a little less yet: of days there are fewer than of hours.
    outside = OUTSIDE * tried.weeks / (tried.weeks + 2)
    ends = np.stack([_ends(span if (~np.isnan(span)).any() else units, outside) for span in spans])
    return DaySpread(usual, ends, stretch)


def _untried(series: int) -> DaySpread:
    ends = np.array([-1.0, 1.0])[None, :, None] * np.ones((len(REACHES) + 1, 2, series))
    return DaySpread(np.full((7, series), UNTRIED), ends, np.array(USUALLY))


def day_sums(tried: Tried) -> DaySums:
    """The stretches of 24 hours after each origin; a shorter last one is left out."""
    firsts = [at for at in np.flatnonzero(tried.ahead % DAY == 0) if _is_whole(tried, int(at))]
    rows = np.array(firsts, dtype=np.int64)[:, None] + np.arange(DAY)
    actual, expected = tried.actual[rows], tried.expected[rows]
    known = ~np.isnan(actual)
    told = np.where(known, expected, 0.0).sum(axis=1)
    came = np.where(known, actual, 0.0).sum(axis=1)
    comparable = known.any(axis=1) & (told >= LEAST_KNOWN * expected.sum(axis=1))
    return DaySums(
        ahead=tried.ahead[firsts] // DAY,
        noon=tried.row[firsts] + DAY // 2,
        error=np.where(comparable, np.log1p(came) - np.log1p(told), np.nan),
    )


def _is_whole(tried: Tried, at: int) -> bool:
    last = at + DAY - 1
    return last < len(tried.ahead) and bool(tried.ahead[last] == tried.ahead[at] + DAY - 1)


def _weekday(panel: Panel, noon: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The weekday on which most of a day lies, by the row in its middle."""
    found: npt.NDArray[np.int64] = (panel.start.weekday() + days_of(panel, noon)) % 7
    return found


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
    when = When(reach, _weekday(history, noon), kinds_of(known, history, noon))
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


def _most_of_a_day(history: Panel) -> Numbers:
    """The most that ever came within a stretch of 24 hours, shape (series,)."""
    whole = history.values[history.hours % DAY :].reshape(-1, DAY, len(history.names))
    known = ~np.isnan(whole).all(axis=1)
    return most_of(np.where(known, np.nan_to_num(whole).sum(axis=1), np.nan))


def _usual(error: Numbers, weekday: npt.NDArray[np.int64], weeks: float) -> Numbers:
    """The mean absolute error of each weekday, drawn towards that of all where few weeks are known.

    A day is forecast from many origins, so weeks are what counts, not rows.
    """
    size = np.abs(error)
    whole = np.nan_to_num(mean_of(size, axis=0), nan=UNTRIED / 2)
    share = weeks / (weeks + _PRIOR)
    found = np.empty((7, size.shape[1]))
    for number in range(7):
        own = mean_of(size[weekday == number], axis=0)
        closed = own < _CLOSED
        found[number] = np.where(
            np.isnan(own), whole, share * own + (1 - share) * np.where(closed, own, whole)
        )
    return np.maximum(found, 1e-3)


def _ends(units: Numbers, outside: float) -> Numbers:
    """Both ends of each series, shape (2, series), drawn towards those of all."""
    quantiles = (outside, 1 - outside)
    known = (~np.isnan(units)).sum(axis=0)
    share = known / (known + _SPAN_PRIOR)
    together = np.nanquantile(units, quantiles)[:, None]
    filled = np.where(known > 0, units, 0.0)
    ends: Numbers = (
        share * np.nanquantile(filled, quantiles, axis=0, method="weibull") + (1 - share) * together
    )
    return ends
