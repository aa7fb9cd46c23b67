"""How far from their expected sum whole days may lie, by how wrong sums of days were before.

Split conformal prediction, as in `intervals`, on days instead of hours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.forecasting.backtest import Tried
from server.forecasting.intervals import OUTSIDE, UNTRIED
from server.forecasting.kinds import ORDINARY, days_of, kinds_of, stretch_of
from server.forecasting.profile import mean_of
from server.forecasting.series import DAY, Known, Numbers, Panel

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


def day_spread(tried: Tried | None, panel: Panel, known: Known) -> DaySpread:
    """Learn from tries; without any, half or twice as many."""
    sums = None if tried is None else day_sums(tried)
    if tried is None or sums is None or np.isnan(sums.error).all():
        return _untried(len(panel.names))
    kind = kinds_of(known, panel, sums.noon)
    weekday = weekday_of(panel, sums.noon)
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
    return DaySpread(np.full((7, series), UNTRIED), ends, np.ones(3))


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


def weekday_of(panel: Panel, noon: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The weekday on which most of a day lies, by the row in its middle."""
    found: npt.NDArray[np.int64] = (panel.start.weekday() + days_of(panel, noon)) % 7
    return found


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
