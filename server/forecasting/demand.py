"""Series of which most hours bring nothing, such as pieces of one product: their rate, and ranges of counts.

Of such an hour the median is zero, and so would be the sum of a week; so the mean is told instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.errors import LibraryMissing
from server.forecasting.intervals import OUTSIDE
from server.forecasting.models import Trained, checked_hours
from server.forecasting.profile import mean_of, weeks_before
from server.forecasting.series import DAY, WEEK, Forecast, Known, Numbers, Panel

RATE = "rate"

RARE = 0.5
"""A series is rare if in the hours in which pieces come, each weighed by them, nothing comes so often."""

_WEEKS = 26
"""Weeks that tell at which hours and on which weekdays a series comes."""

_HALF_LIFE = 4.0
"""Weeks after which a week counts half for the level."""

_ONE_PIECE = 1.0
"""So many pieces that were not seen stand for the usual share of each hour and weekday."""

_SURELY = 3.0
"""Where so many pieces would have come by chance and none did, none will: it is closed then."""


def is_rare(history: Panel, known: Known) -> npt.NDArray[np.bool_]:
    """Which series are rare, shape (series,)."""
    days = weeks_before(history, known, _WEEKS).reshape(-1, DAY, len(history.names))
    rate = np.nan_to_num(mean_of(days, axis=0))
    nothing = np.nan_to_num(mean_of(np.where(np.isnan(days), np.nan, days == 0), axis=0))
    pieces = rate.sum(axis=0)
    found: npt.NDArray[np.bool_] = (rate * nothing).sum(axis=0) > RARE * pieces
    return found


@dataclass(frozen=True, slots=True)
class Rate:
    """The mean of an hour: a level that follows the last weeks, by weekday and by hour of the day.

    Weekday and hour are taken for independent, because of a rare series no hour of the week was seen often.
    """

    name: str = RATE
    least_hours: int = 1

    def fit(self, history: Panel, known: Known) -> Trained:  # noqa: ARG002
        """Nothing is learnt beforehand."""
        return self

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:
        """The mean of each hour after the history's end, shape (hours, series)."""
        weeks = weeks_before(history, known, _WEEKS)
        place = np.arange(checked_hours(hours)) % WEEK
        return _rate(weeks, history.end.hour)[place]


@dataclass(frozen=True, slots=True)
class CountRange:
    """Ranges of counts around their means: the quantiles of a negative binomial."""

    spread: Numbers
    """Variance by mean, shape (series,); 1 where pieces come one by one and by chance."""
    seen: Numbers
    """Pieces that the rate rests on, shape (series,): the fewer, the less it is known."""

    def around(self, panel: Panel, known: Known, mean: Numbers) -> Forecast:  # noqa: ARG002
        """The range of each hour after a panel's end."""
        low, high = (_quantile(share, mean, self._variance(mean)) for share in (OUTSIDE, 1 - OUTSIDE))
        return Forecast(panel.end, panel.names, mean, np.minimum(low, mean), np.maximum(high, mean))

    def _variance(self, mean: Numbers) -> Numbers:
        found: Numbers = self.spread * mean + mean**2 / np.maximum(self.seen, 1.0)
        return found


def count_range(history: Panel, known: Known) -> CountRange:
    """How far counts lay from the rate in the last half year."""
    weeks = weeks_before(history, known, _WEEKS)
    mean = _rate(weeks, history.end.hour)
    squares = np.where(mean > 0, (weeks - mean) ** 2 / np.maximum(mean, 1e-9), np.nan)
    spread = np.nan_to_num(mean_of(squares.reshape(-1, squares.shape[-1]), axis=0), nan=1.0)
    return CountRange(np.maximum(spread, 1.0), np.nansum(weeks, axis=(0, 1)))


def _quantile(share: float, mean: Numbers, variance: Numbers) -> Numbers:
    try:
        from scipy.stats import nbinom
    except ModuleNotFoundError as error:
        raise LibraryMissing("making forecasts", error.name) from error
    # A variance of the mean alone is Poisson's, which this one comes near to.
    more = np.maximum(variance - mean, 1e-6 * mean)
    some = mean > 0
    size = np.where(some, mean**2 / np.where(some, more, 1.0), 1.0)
    chance = np.where(some, mean / (mean + more + (~some)), 1.0)
    return np.where(some, np.asarray(nbinom.ppf(share, size, chance), dtype=np.float64), 0.0)


def _rate(weeks: Numbers, first_hour: int) -> Numbers:
    """The mean of each hour of the week, shape (168, series), from `first_hour` of the first day on."""
    level = _level(weeks)
    hour = (np.arange(WEEK) + first_hour) % DAY
    day = (np.arange(WEEK) + first_hour) // DAY % 7
    shape: Numbers = _share(weeks, hour)[hour] * _share(weeks, day)[day]
    found: Numbers = level * shape / np.maximum(shape.mean(axis=0), 1e-9)
    return found


def _level(weeks: Numbers) -> Numbers:
    """Pieces an hour, of late, shape (series,)."""
    weight = 0.5 ** (np.arange(len(weeks))[::-1] / _HALF_LIFE)[:, None, None]
    known = ~np.isnan(weeks)
    pieces = (weight * np.where(known, weeks, 0.0)).sum(axis=(0, 1))
    found: Numbers = pieces / np.maximum((weight * known).sum(axis=(0, 1)), 1e-9)
    return found


def _share(weeks: Numbers, group: npt.NDArray[np.int64]) -> Numbers:
    """How often pieces come in each group of hours, against the mean of all; shape (groups, series)."""
    known = ~np.isnan(weeks)
    usual = np.nan_to_num(mean_of(weeks.reshape(-1, weeks.shape[-1]), axis=0))
    shares = []
    for number in range(int(group.max()) + 1):
        among = weeks[:, group == number]
        came, chance = np.nansum(among, axis=(0, 1)), usual * known[:, group == number].sum(axis=(0, 1))
        share = (came + _ONE_PIECE) / (chance + _ONE_PIECE)
        shares.append(np.where((came == 0) & (chance >= _SURELY), 0.0, share))
    return np.stack(shares)
