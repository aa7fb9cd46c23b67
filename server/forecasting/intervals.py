"""The 80 % interval around a forecast, by how wrong the model was before (split conformal prediction).

Errors are told as logarithms of ratios and against what is usual for the series' hour, so that a quiet
night and a busy noon may be counted together; see Lei and others, "Distribution-Free Predictive Inference
for Regression", 2018, and section 5.2 there for errors against a local scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.forecasting.backtest import Tried
from server.forecasting.series import DAY, WEEK, Forecast, Numbers, Panel

OUTSIDE = 0.1
"""One hour in ten lies below the interval, and one above."""

REACHES = (DAY, WEEK)
"""Hours ahead at which errors are counted apart: within a day, within a week, later."""

UNTRIED = 0.7
"""Where nothing could be tried: the logarithm of how many times more, or fewer, may well come.
Twice as many or half; in shops' first days their own errors say nothing yet."""

_PRIOR = 2.0
"""So many hours of all hours together stand beside those of one hour of the week."""

_CLOSED = 0.05
"""Where the usual error is less, next to nobody ever comes."""

_SPAN_PRIOR = 100.0
"""So many hours of all series stand beside those of one."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far from the median an hour may lie."""

    usual: Numbers
    """Mean absolute error of an hour of the week, shape (7, 24, series), from Monday; a logarithm."""
    low: Numbers
    """The lower end in units of `usual`, shape (reaches + 1, series)."""
    high: Numbers


def spread_of(tried: Tried | None, panel: Panel) -> Spread:
    """Learn from tries; without any, `UNTRIED`."""
    if tried is None or not (~np.isnan(tried.actual)).any():
        return _untried(len(panel.names))
    error = np.log1p(tried.actual) - np.log1p(tried.expected)
    weekday, hour = _place(panel, tried.row)
    usual = _usual(error, weekday, hour)
    usual_of = usual[weekday, hour]
    # Hours in which it is closed are always right, and would make all others look surer than they are.
    units = np.where(usual_of > _CLOSED, error / usual_of, np.nan)
    reach = np.searchsorted(REACHES, tried.ahead, side="right")
    outside = _outside(tried)
    spans = [units[reach == number] for number in range(len(REACHES) + 1)]
    if np.isnan(units).all():
        units = np.zeros_like(units)
    ends = np.stack([_ends(span if (~np.isnan(span)).any() else units, outside) for span in spans])
    return Spread(usual, ends[:, 0], ends[:, 1])


def with_interval(spread: Spread, panel: Panel, median: Numbers) -> Forecast:
    """Put the interval around the medians of the hours after a panel's end."""
    ahead = np.arange(len(median))
    weekday, hour = _place(panel, panel.hours + ahead)
    reach = np.searchsorted(REACHES, ahead, side="right")
    usual = spread.usual[weekday, hour]
    low, high = (np.expm1(np.log1p(median) + ends[reach] * usual) for ends in (spread.low, spread.high))
    low, high = np.clip(low, 0.0, median), np.maximum(high, median)
    return Forecast(panel.end, panel.names, median, low, high)


def _outside(tried: Tried) -> float:
    """What share of the errors made may lie beyond each end, so that a tenth of those to come do.

    The correction of conformal prediction for n errors, n / (n + 1), with weeks for errors: hours of one
    week go wrong together.
    """
    weeks = (tried.row.max() - tried.row.min() + 1) / WEEK
    return float(OUTSIDE * weeks / (weeks + 1))


def _untried(series: int) -> Spread:
    ends = np.ones((len(REACHES) + 1, series))
    return Spread(np.full((7, DAY, series), UNTRIED), -ends, ends)


def _place(panel: Panel, row: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A row's weekday and hour."""
    at = row + panel.start.hour
    weekday = (panel.start.weekday() + at // DAY) % 7
    return weekday, at % DAY


def _usual(error: Numbers, weekday: npt.NDArray[np.int64], hour: npt.NDArray[np.int64]) -> Numbers:
    size = np.abs(error)
    whole = _mean(size, np.full(size.shape[1], UNTRIED / 2), 1.0)
    found = np.empty((7, DAY, size.shape[1]))
    for day in range(7):
        for at in range(DAY):
            found[day, at] = _mean(size[(weekday == day) & (hour == at)], whole, _PRIOR)
    return np.maximum(found, 1e-3)


def _mean(values: Numbers, otherwise: Numbers, weight: float) -> Numbers:
    """The mean of what is known, drawn towards another value where little is."""
    known = (~np.isnan(values)).sum(axis=0)
    found: Numbers = (np.nansum(values, axis=0) + weight * otherwise) / (known + weight)
    return found


def _ends(units: Numbers, outside: float) -> Numbers:
    """Both ends of each series, shape (2, series), drawn towards those of all series together."""
    known = (~np.isnan(units)).sum(axis=0)
    share = known / (known + _SPAN_PRIOR)
    together = np.nanquantile(units, (outside, 1 - outside))[:, None]
    filled = np.where(known > 0, units, 0.0)
    ends: Numbers = share * np.nanquantile(filled, (outside, 1 - outside), axis=0) + (1 - share) * together
    return ends
