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
from server.forecasting.kinds import ORDINARY, days_of, kinds_of, stretch_of
from server.forecasting.series import DAY, WEEK, Forecast, Known, Numbers, Panel

OUTSIDE = 0.1
"""One hour in ten lies below the interval, and one above."""

REACHES = (DAY, WEEK)
"""Hours ahead at which errors are counted apart: within a day, within a week, later."""

UNTRIED = 0.7
"""Where nothing could be tried: the logarithm of how many times more, or fewer, may well come.
Twice as many or half; in shops' first days their own errors say nothing yet."""

_PRIOR = 4.0
"""So many weeks of all hours together stand beside those of one hour of the week."""

_CORRECTION = 0.3
"""Weeks that are set beside those that were tried on; see `_outside`."""

_CLOSED = 0.05
"""Where the usual error is less, next to nobody ever comes."""

_SPAN_PRIOR = 100.0
"""So many hours of all series stand beside those of one."""

_FARTHEST = 3.0
"""No range reaches beyond so many times the most that ever came: errors against a dead door are boundless."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far from the median an hour may lie."""

    usual: Numbers
    """Mean absolute error of an hour of the week, shape (7, 24, series), from Monday; a logarithm."""
    low: Numbers
    """The lower end in units of `usual`, shape (reaches + 1, series)."""
    high: Numbers
    stretch: Numbers
    """How many times as far as on ordinary days an hour may lie near holidays and on them, shape (3,)."""

    def around(self, panel: Panel, known: Known, median: Numbers) -> Forecast:
        """Put the interval around the medians of the hours after a panel's end."""
        return with_interval(self, panel, known, median)


def spread_of(tried: Tried | None, panel: Panel, known: Known) -> Spread:
    """Learn from tries; without any, `UNTRIED`."""
    if tried is None or not (~np.isnan(tried.actual)).any():
        return _untried(len(panel.names))
    error = np.log1p(tried.actual) - np.log1p(tried.expected)
    kind = kinds_of(known, panel, tried.row)
    sizes = _sizes(np.where((kind == ORDINARY)[:, None], error, np.nan), panel, tried.row)
    units = error / sizes.of_others
    stretch = stretch_of(np.abs(units), kind, days_of(panel, tried.row))
    units /= stretch[kind][:, None]
    reach = np.searchsorted(REACHES, tried.ahead, side="right")
    outside = _outside(tried)
    spans = [units[reach == number] for number in range(len(REACHES) + 1)]
    if np.isnan(units).all():
        units = np.zeros_like(units)
    ends = np.stack([_ends(span if (~np.isnan(span)).any() else units, outside) for span in spans])
    return Spread(sizes.usual, ends[:, 0], ends[:, 1], stretch)


def with_interval(spread: Spread, panel: Panel, known: Known, median: Numbers) -> Forecast:
    """Put the interval around the medians of the hours after a panel's end."""
    ahead = np.arange(len(median))
    weekday, hour = _place(panel, panel.hours + ahead)
    reach = np.searchsorted(REACHES, ahead, side="right")
    stretch = spread.stretch[kinds_of(known, panel, panel.hours + ahead)]
    usual = spread.usual[weekday, hour] * stretch[:, None]
    low, high = (np.expm1(np.log1p(median) + ends[reach] * usual) for ends in (spread.low, spread.high))
    high = no_farther(high, median, panel.values)
    low, high = np.clip(low, 0.0, median), np.maximum(high, median)
    return Forecast(panel.end, panel.names, median, low, high)


def no_farther(high: Numbers, median: Numbers, came: Numbers) -> Numbers:
    """Upper ends, none beyond `_FARTHEST` times the most that ever came or is expected, or one person."""
    most = np.max(came, axis=0, initial=-np.inf, where=~np.isnan(came))
    bound = np.where(most >= 0, np.maximum(np.maximum(most, 1.0), median), np.inf)
    return np.minimum(high, _FARTHEST * bound)


def _outside(tried: Tried) -> float:
    """What share of the errors made may lie beyond each end, so that a tenth of those to come do.

    The correction of conformal prediction for n errors is n / (n + 1). Hours of one week go wrong together,
    but not wholly: three to the week are taken for independent.
    """
    return OUTSIDE * tried.weeks / (tried.weeks + _CORRECTION)


def _untried(series: int) -> Spread:
    ends = np.ones((len(REACHES) + 1, series))
    return Spread(np.full((7, DAY, series), UNTRIED), -ends, ends, np.ones(3))


def _place(panel: Panel, row: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A row's weekday and hour."""
    at = row + panel.start.hour
    weekday = (panel.start.weekday() + at // DAY) % 7
    return weekday, at % DAY


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How large errors are in an hour of the week, as `Spread.usual`."""

    usual: Numbers
    of_others: Numbers
    """The same of each row, from the other weeks alone, shape (rows, series); NaN where it is closed.

    An error that is told against a mean which it is part of itself never looks large, and of an hour that
    was seen twice it is half of the mean. Closed hours are always right, and would make all others look surer
    than they are.
    """


def _sizes(error: Numbers, panel: Panel, row: npt.NDArray[np.int64]) -> _Sizes:
    weekday, hour = _place(panel, row)
    place = weekday * DAY + hour
    week = (row + panel.start.hour - place) // WEEK
    week -= week.min()
    size, known = _by_week(np.abs(error), week, place)
    total, weeks = size.sum(axis=0), known.sum(axis=0)
    closed = (weeks > 0) & (total <= _CLOSED * weeks)
    whole = (np.where(closed, 0.0, total).sum(axis=0) + UNTRIED / 2) / (
        np.where(closed, 0.0, weeks).sum(axis=0) + 1
    )
    prior = np.where(closed, 0.0, _PRIOR)
    usual = (total + prior * whole) / np.maximum(weeks + prior, 1)
    others = (total + _PRIOR * whole)[place] - size[week, place]
    others /= (weeks + _PRIOR)[place] - known[week, place]
    others[closed[place]] = np.nan
    return _Sizes(np.maximum(usual, 1e-3).reshape(7, DAY, -1), np.maximum(others, 1e-3))


def _by_week(
    size: Numbers, week: npt.NDArray[np.int64], place: npt.NDArray[np.int64]
) -> tuple[Numbers, Numbers]:
    """The mean error of each hour of each week, zero where there is none, and whether there is one.

    An hour counts once, from however many origins it was forecast; shapes (weeks, 168, series).
    """
    total, count = np.zeros((2, int(week.max()) + 1, WEEK, size.shape[1]))
    known = ~np.isnan(size)
    np.add.at(total, (week, place), np.where(known, size, 0.0))
    np.add.at(count, (week, place), known)
    return total / np.maximum(count, 1), (count > 0).astype(np.float64)


def _ends(units: Numbers, outside: float) -> Numbers:
    """Both ends of each series, shape (2, series), drawn towards those of all series together."""
    known = (~np.isnan(units)).sum(axis=0)
    share = known / (known + _SPAN_PRIOR)
    together = np.nanquantile(units, (outside, 1 - outside))[:, None]
    filled = np.where(known > 0, units, 0.0)
    ends: Numbers = share * np.nanquantile(filled, (outside, 1 - outside), axis=0) + (1 - share) * together
    return ends
