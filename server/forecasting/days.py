"""What is expected of whole days: their sums, with a range of their own.

The ends of hours' ranges do not add up: a day in which every hour is among the one in ten of few is far
rarer than one in ten. So the sums of days that were forecast on the past are set against those that came,
and the errors made there give the range (split conformal prediction, as in `intervals`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.forecasting.backtest import Tried
from server.forecasting.choosing import Chosen
from server.forecasting.intervals import OUTSIDE, UNTRIED
from server.forecasting.profile import mean_of
from server.forecasting.series import DAY, WEEK, Forecast, Numbers, Panel

LEAST_KNOWN = 0.8
"""Of a day of which less than this share of what was expected can be compared, the sum says nothing."""

_PRIOR = 4.0
"""So many days of all weekdays together stand beside those of one weekday."""

_SPAN_PRIOR = 20.0
"""So many days of all series together stand beside those of one."""

_CLOSED = 0.02
"""Where the usual error of a weekday is less, next to nobody ever comes."""

REACHES = (1, 7)
"""Days ahead from which errors are counted apart: the first day, the first week, later."""


@dataclass(frozen=True, slots=True)
class DaySums:
    """Days that were forecast on the past; of each shape (days, series) but `ahead` and `weekday`."""

    ahead: npt.NDArray[np.int64]
    """Whole days from the forecast's begin; 0 is the first."""
    weekday: npt.NDArray[np.int64]
    """Of the day's first hour."""
    error: Numbers
    """The logarithm of what came against that of what was expected; NaN where too little is known."""


@dataclass(frozen=True, slots=True)
class DaySpread:
    """How far from its expected sum a day may lie, as logarithms."""

    usual: Numbers
    """Mean absolute error by weekday, shape (7, series)."""
    ends: Numbers
    """Lower end, middle and upper end in units of `usual`, shape (reaches + 1, 3, series)."""


@dataclass(frozen=True, slots=True)
class Days:
    """Expected sums of some days, each of shape (days, series)."""

    first_hour: npt.NDArray[np.int64]
    """Rows of the forecast at which days begin; negative where one had begun before."""
    median: Numbers
    low: Numbers
    high: Numbers


def days_expected(choice: Chosen, history: Panel, forecast: Forecast, begins: int) -> Days:
    """The days of a forecast, from the one that runs to the last whole one.

    `begins` is the hour of the clock at which a business day begins. Of a day that has begun, the hours
    that are over stand in the sum as they were counted, and only the rest is uncertain.
    """
    models = [choice.model_of[name] for name in forecast.names]
    spreads = {model: day_spread(choice.tries.get(model), history) for model in set(models)}
    gone = (forecast.start.hour - begins) % DAY
    firsts = np.arange(-gone, forecast.hours - DAY + 1, DAY)
    reach = np.searchsorted(REACHES, np.maximum(firsts, 0) // DAY, side="right")
    sums = _sums(forecast.median, firsts)
    ends = _of_each(models, spreads, reach, _weekday(history, history.hours + firsts))
    found = np.where(sums > 0, np.maximum(np.expm1(np.log1p(sums) + ends.transpose(1, 0, 2)), 0.0), 0.0)
    if gone and len(firsts):
        found[:, 0] += np.nan_to_num(history.values[history.hours - gone :]).sum(axis=0)
    return Days(firsts, median=found[1], low=found[0], high=found[2])


def day_spread(tried: Tried | None, panel: Panel) -> DaySpread:
    """Learn from tries; without any, half or twice as many."""
    sums = None if tried is None else day_sums(tried, panel)
    if tried is None or sums is None or np.isnan(sums.error).all():
        return _untried(len(panel.names))
    usual = _usual(sums)
    scale = usual[sums.weekday]
    # Days on which it is closed are always right, and would make all others look surer than they are.
    units = np.where(scale > _CLOSED, sums.error / scale, np.nan)
    if np.isnan(units).all():
        units = np.zeros_like(units)
    reach = np.searchsorted(REACHES, sums.ahead, side="right")
    spans = [units[reach == number] for number in range(len(REACHES) + 1)]
    outside = _outside(tried)
    return DaySpread(
        usual, np.stack([_ends(span if (~np.isnan(span)).any() else units, outside) for span in spans])
    )


def _untried(series: int) -> DaySpread:
    ends = np.array([-1.0, 0.0, 1.0])[None, :, None] * np.ones((len(REACHES) + 1, 3, series))
    return DaySpread(np.full((7, series), UNTRIED), ends)


def day_sums(tried: Tried, panel: Panel) -> DaySums:
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
        weekday=_weekday(panel, tried.row[firsts]),
        error=np.where(comparable, np.log1p(came) - np.log1p(told), np.nan),
    )


def _is_whole(tried: Tried, at: int) -> bool:
    last = at + DAY - 1
    return last < len(tried.ahead) and bool(tried.ahead[last] == tried.ahead[at] + DAY - 1)


def _weekday(panel: Panel, first: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The weekday on which most of a day lies that begins in a row of a panel."""
    noon: npt.NDArray[np.int64] = first + panel.start.hour + DAY // 2
    return (panel.start.weekday() + noon // DAY) % 7


def _sums(hours: Numbers, firsts: npt.NDArray[np.int64]) -> Numbers:
    """Sums of the hours of each day that are still to come, shape (days, series)."""
    parts = [hours[max(first, 0) : first + DAY].sum(axis=0) for first in firsts.tolist()]
    return np.stack(parts) if parts else np.empty((0, hours.shape[1]))


def _of_each(
    model_of: Sequence[str],
    spreads: Mapping[str, DaySpread],
    reach: npt.NDArray[np.int64],
    weekday: npt.NDArray[np.int64],
) -> Numbers:
    """Both ends and the middle of each day as logarithms, shape (days, 3, series)."""
    columns = []
    for number, model in enumerate(model_of):
        spread = spreads[model]
        columns.append(spread.ends[reach, :, number] * spread.usual[weekday, number][:, None])
    return np.stack(columns, axis=-1)


def _usual(sums: DaySums) -> Numbers:
    """The mean absolute error of each weekday, drawn towards that of all where few are known."""
    size = np.abs(sums.error)
    whole = np.nan_to_num(mean_of(size, axis=0), nan=UNTRIED / 2)
    found = np.empty((7, size.shape[1]))
    for weekday in range(7):
        among = size[sums.weekday == weekday]
        known = (~np.isnan(among)).sum(axis=0)
        found[weekday] = (np.nansum(among, axis=0) + _PRIOR * whole) / (known + _PRIOR)
    return np.maximum(found, 1e-3)


def _ends(units: Numbers, outside: float) -> Numbers:
    """Lower end, middle and upper end of each series, shape (3, series), drawn towards those of all."""
    quantiles = (outside, 0.5, 1 - outside)
    known = (~np.isnan(units)).sum(axis=0)
    share = known / (known + _SPAN_PRIOR)
    together = np.nanquantile(units, quantiles)[:, None]
    filled = np.where(known > 0, units, 0.0)
    ends: Numbers = share * np.nanquantile(filled, quantiles, axis=0) + (1 - share) * together
    return ends


def _outside(tried: Tried) -> float:
    """As in `intervals`: a little less than a tenth where few weeks could be tried."""
    weeks = (tried.row.max() - tried.row.min() + 1) / WEEK
    return float(OUTSIDE * weeks / (weeks + 1))
