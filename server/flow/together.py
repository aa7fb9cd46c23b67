"""What goes up and down together: covariance and correlation of hours and of days.

Pearson's r, with Fisher's interval (R. A. Fisher, 1915) on the number of independent hours that follow one
another as these do (M. S. Bartlett, 1946: n (1 − ab) / (1 + ab), of the correlations a and b of each series
with itself an hour later); Spearman's beside it, which single odd hours hardly move.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from server.flow.days import Days, Marks, Numbers, mean_over

LEAST_PAIRS = 30
"""Of fewer hours or days nothing is said."""
_LEAST_INDEPENDENT = 10.0
_SURE = 0.975
_LEAST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Pair:
    """How two series go together; None where too little is known, or one of them never changes.

    But for `raw`, the mean of the same hour of the week (of days: of the weekday) is taken out of both.
    """

    one: str
    other: str
    n: int
    """Hours or days in which both are known."""
    independent: float
    """As many independent ones would say as much."""
    covariance: float | None
    correlation: float | None
    low: float | None
    """The true one lies between this and `high` in 95 cases of 100."""
    high: float | None
    rank_correlation: float | None
    """Spearman's."""
    raw_covariance: float | None
    raw: float | None
    """Correlation with the pattern of the week left in."""


def hours_together(days: Days, open_parts: Marks) -> tuple[Pair, ...]:
    """Each pair of series, hour by hour; `open_parts`, shape (days, parts), are those that count."""
    values = np.where(open_parts[:, :, None], days.values, np.nan)
    taken_out = values - _by_weekday(values, days)
    hour_of_week = days.weekdays[:, None] * days.parts + np.arange(days.parts)
    return tuple(_pairs(days.names, _long(values), _long(taken_out), hour_of_week.ravel()))


def days_together(days: Days, open_parts: Marks) -> tuple[Pair, ...]:
    """Each pair of series, day by day: the means of a day's hours, where most of the open ones are known."""
    values = np.where(open_parts[:, :, None], days.values, np.nan)
    known = (~np.isnan(values)).sum(axis=1)
    enough = known >= 0.8 * np.maximum(open_parts.sum(axis=1), 1)[:, None]
    daily = np.where(enough, mean_over(values, np.ones(values.shape), axis=1), np.nan)
    taken_out = daily - _by_weekday(daily, days)
    return tuple(_pairs(days.names, daily, taken_out, days.weekdays))


def followed(days: Days, name: str, open_parts: Marks) -> tuple[Pair, ...]:
    """Whether a busy first half of the day is followed by a busy second, and a busy day by another."""
    counts = np.where(open_parts, days.of(name), np.nan)
    reached = np.cumsum(np.nan_to_num(mean_over(counts, np.ones(counts.shape), axis=0)))
    if not reached[-1]:
        return ()
    middle = int(np.searchsorted(reached, reached[-1] / 2)) + 1
    halves = np.stack([_sum(counts[:, :middle]), _sum(counts[:, middle:])], axis=1)
    whole = halves.sum(axis=1)
    in_a_row = np.stack([whole[:-1], whole[1:]], axis=1)
    found: list[Pair] = []
    for names, columns in (
        ((f"{name} before {days.clock(middle):%H:%M}", f"{name} from {days.clock(middle):%H:%M} on"), halves),
        ((f"{name} of a day", f"{name} of the next day"), in_a_row),
    ):
        out = columns - _by_weekday(columns, days)
        found += _pairs(names, columns, out, days.weekdays[: len(columns)])
    return tuple(found)


def is_sure(pair: Pair, of: int) -> bool:
    """Whether a correlation is none by luck, where it is one of so many that were looked at.

    Bonferroni's bound: one in twenty of all of them together would be called sure by mistake.
    """
    if pair.correlation is None:
        return False
    bound = NormalDist().inv_cdf(1 - (1 - _SURE) / max(of, 1))
    return bool(abs(np.arctanh(_inside(pair.correlation))) > bound / (pair.independent - 3) ** 0.5)


def _pairs(
    names: tuple[str, ...], values: Numbers, taken_out: Numbers, cell: npt.NDArray[np.int64]
) -> Iterator[Pair]:
    """Columns by twos; `cell` says of each row whose mean was taken out of it."""
    for one, other in combinations(range(len(names)), 2):
        both = ~np.isnan(taken_out[:, (one, other)]).any(axis=1)
        n = int(both.sum())
        out, raw = taken_out[:, (one, other)], values[:, (one, other)]
        means = len(np.unique(cell[both]))
        independent = _independent(out) * (1 - means / n) if n else 0.0
        enough = n >= LEAST_PAIRS and independent >= _LEAST_INDEPENDENT
        r = _correlation(out[both]) if enough else None
        low, high = (None, None) if r is None else _fisher(r, independent)
        yield Pair(
            one=names[one],
            other=names[other],
            n=n,
            independent=independent,
            covariance=_covariance(out[both], n - means) if enough else None,
            correlation=r,
            low=low,
            high=high,
            rank_correlation=_correlation(rankdata(out[both], axis=0)) if enough else None,
            raw_covariance=_covariance(raw[both], n - 1) if enough else None,
            raw=_correlation(raw[both]) if enough else None,
        )


def _by_weekday(values: Numbers, days: Days) -> Numbers:
    """The mean of the same weekday for each row; NaN of weekdays of which too few are known."""
    found = np.full(values.shape, np.nan)
    for weekday in range(7):
        some = days.weekdays[: len(values)] == weekday
        known = (~np.isnan(values[some])).sum(axis=0)
        mean = mean_over(values[some], np.ones(values[some].shape), axis=0)
        found[some] = np.where(known >= _LEAST_WEEKS, mean, np.nan)
    return found


def _long(values: Numbers) -> Numbers:
    return values.reshape(-1, values.shape[-1])


def _sum(counts: Numbers) -> Numbers:
    """Sums of rows of which all that is open is known; NaN else."""
    some = ~np.isnan(counts)
    most = some.sum(axis=1) >= 0.8 * max(1, some.sum(axis=1).max(initial=0))
    found: Numbers = np.where(most, np.where(some, counts, 0.0).sum(axis=1), np.nan)
    return found


def _covariance(pairs: Numbers, freedom: int) -> float:
    centred = pairs - pairs.mean(axis=0)
    return float((centred[:, 0] * centred[:, 1]).sum() / max(freedom, 1))


def _correlation(pairs: Numbers) -> float | None:
    centred = pairs - pairs.mean(axis=0)
    size = float(np.sqrt((centred**2).sum(axis=0).prod()))
    return float((centred[:, 0] * centred[:, 1]).sum() / size) if size > 1e-9 else None


def _independent(pairs: Numbers) -> float:
    """As many independent pairs would say as much as these, which follow one another."""
    both: Marks = np.asarray(~np.isnan(pairs).any(axis=1))
    follows = both[:-1] & both[1:]
    if follows.sum() < LEAST_PAIRS:
        return float(both.sum())
    own = [_correlation(np.stack([pairs[:-1, k][follows], pairs[1:, k][follows]], axis=1)) for k in (0, 1)]
    product = max(0.0, (own[0] or 0.0) * (own[1] or 0.0))
    return float(both.sum()) * (1 - product) / (1 + product)


def _fisher(r: float, independent: float) -> tuple[float, float]:
    reach = NormalDist().inv_cdf(_SURE) / (independent - 3) ** 0.5
    middle = float(np.arctanh(_inside(r)))
    return float(np.tanh(middle - reach)), float(np.tanh(middle + reach))


def _inside(r: float) -> float:
    return min(max(r, -0.999999), 0.999999)
