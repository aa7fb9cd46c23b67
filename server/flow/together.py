"""What goes up and down together: covariance and correlation of hours and of days.

Pearson's r with Fisher's interval (R. A. Fisher, 1915) on as many independent values as say as much as these:
hours of one day hang together, and so do days of a week. The variance of r is that of its influence function
(a b − r (a² + b²) / 2 of standardised values; S. Devlin, R. Gnanadesikan, J. Kettenring, Biometrika 1975),
added up day by day or week by week. Spearman's r stands beside it, which single odd hours hardly move.
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
_NEVER_CHANGES = 1e-9


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


@dataclass(frozen=True, slots=True)
class _Rows:
    """What each row is: whose mean was taken out of it, and with which others it hangs together."""

    cell: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]


def hours_together(days: Days, open_parts: Marks) -> tuple[Pair, ...]:
    """Each pair of series, hour by hour; `open_parts`, shape (days, parts), are those that count."""
    values = np.where(open_parts[:, :, None], days.values, np.nan)
    taken_out = values - _by_weekday(values, days)
    hour_of_week = days.weekdays[:, None] * days.parts + np.arange(days.parts)
    rows = _Rows(hour_of_week.ravel(), np.repeat(np.arange(days.days), days.parts))
    return tuple(_pairs(days.names, _long(values), _long(taken_out), rows))


def days_together(days: Days, open_parts: Marks) -> tuple[Pair, ...]:
    """Each pair of series, day by day: the means of a day's hours, where most of the open ones are known."""
    values = np.where(open_parts[:, :, None], days.values, np.nan)
    known = (~np.isnan(values)).sum(axis=1)
    enough = known >= 0.8 * np.maximum(open_parts.sum(axis=1), 1)[:, None]
    daily = np.where(enough, mean_over(values, np.ones(values.shape), axis=1), np.nan)
    taken_out = daily - _by_weekday(daily, days)
    return tuple(_pairs(days.names, daily, taken_out, _day_rows(days)))


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
        rows = _day_rows(days)
        found += _pairs(names, columns, out, _Rows(rows.cell[: len(out)], rows.group[: len(out)]))
    return tuple(found)


def is_sure(pair: Pair, of: int) -> bool:
    """Whether a correlation is none by luck, where it is one of so many that were looked at.

    Bonferroni's bound: one in twenty of all of them together would be called sure by mistake.
    """
    if pair.correlation is None:
        return False
    bound = NormalDist().inv_cdf(1 - (1 - _SURE) / max(of, 1))
    return bool(abs(np.arctanh(_inside(pair.correlation))) > bound / (pair.independent - 3) ** 0.5)


def _pairs(names: tuple[str, ...], values: Numbers, taken_out: Numbers, rows: _Rows) -> Iterator[Pair]:
    """Columns by twos."""
    for one, other in combinations(range(len(names)), 2):
        both: Marks = np.asarray(~np.isnan(taken_out[:, (one, other)]).any(axis=1))
        out, raw = taken_out[both][:, (one, other)], values[both][:, (one, other)]
        yield _pair((names[one], names[other]), out, raw, _Rows(rows.cell[both], rows.group[both]))


def _pair(names: tuple[str, str], out: Numbers, raw: Numbers, rows: _Rows) -> Pair:
    n, means = len(out), len(np.unique(rows.cell))
    r = _correlation(out) if n >= LEAST_PAIRS else None
    # Each mean that was taken out costs one independent value.
    independent = _independent(out, r, rows.group) * (1 - means / n) if r is not None else 0.0
    if r is None or independent < _LEAST_INDEPENDENT:
        return Pair(*names, n, independent, None, None, None, None, None, None, None)
    low, high = _fisher(r, independent)
    return Pair(
        one=names[0],
        other=names[1],
        n=n,
        independent=independent,
        covariance=_covariance(out, n - means),
        correlation=r,
        low=low,
        high=high,
        rank_correlation=_correlation(rankdata(out, axis=0)),
        raw_covariance=_covariance(raw, n - 1),
        raw=_correlation(raw),
    )


def _day_rows(days: Days) -> _Rows:
    return _Rows(days.weekdays, np.arange(days.days) // 7)


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
    if size <= _NEVER_CHANGES:
        return None
    return float(np.clip((centred[:, 0] * centred[:, 1]).sum() / size, -1.0, 1.0))


def _independent(pairs: Numbers, r: float, group: npt.NDArray[np.int64]) -> float:
    """As many independent pairs would say as much as these, of which those of one group hang together."""
    centred = pairs - pairs.mean(axis=0)
    one, other = (centred / np.sqrt((centred**2).mean(axis=0))).T
    influence = one * other - r * (one**2 + other**2) / 2
    sums = np.bincount(group - group.min(), influence)
    groups = len(np.unique(group))
    variance = float((sums**2).sum()) / len(pairs) ** 2 * groups / max(groups - 1, 1)
    alone = (1 - r * r) ** 2 / len(pairs)
    return len(pairs) * min(1.0, alone / variance) if variance > 0 else float(len(pairs))


def _fisher(r: float, independent: float) -> tuple[float, float]:
    reach = NormalDist().inv_cdf(_SURE) / (independent - 3) ** 0.5
    middle = float(np.arctanh(_inside(r)))
    return min(r, float(np.tanh(middle - reach))), max(r, float(np.tanh(middle + reach)))


def _inside(r: float) -> float:
    return min(max(r, -0.999999), 0.999999)
