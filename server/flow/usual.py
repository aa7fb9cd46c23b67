"""What is usual for each part of each day, learnt with what is unusual left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.flow.chance import Spread, spread_of
from server.flow.days import Numbers
from server.flow.states import USUAL, Moves, log_chances, moves_beforehand, moves_of, smoothed

ROUNDS = 20
"""Of expectation and maximisation, at most."""
_SETTLED = 0.01
"""So little may a probability change in the last round."""

LEVEL_DAYS = 21
"""A day's level is the median of that of so many days before and after it: seasons are not unusual."""
_LEAST_LEVEL_DAYS = 14

_FLOOR = 0.05
"""People in a part of a day in which nobody ever came: somebody may."""
_LEAST_SHARE = 0.01
_LEAST_DAY_VARIANCE = 2e-4
_LIKE_DAYS = 8
_TRIMMED = 0.2
"""So large a share of the highest counts is left out before anything is known to be unusual."""
_BUSY = 0.9
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual, and how likely each part of each day was not; shapes (days, parts)."""

    expected: Numbers
    """By weekday, part of the day and season."""
    mean: Numbers
    """The same at the level of that very day: sunny Saturdays are not unusual hour by hour."""
    spread: Spread
    """Of the counts of parts of a day around `mean`."""
    day_variance: Numbers
    """Of the logarithm of each day's level, shape (days,)."""
    moves: Moves
    busy: float
    likely: Numbers
    """How likely each state is, shape (days, parts, 3)."""

    def seen_as(self, counts: Numbers, like: npt.NDArray[np.int64]) -> Numbers:
        """How likely each state is in days like some of these, all known; shape (days, parts, 3)."""
        expected = self.expected[like]
        level = _level_of(counts.sum(axis=1), expected.sum(axis=1), self.day_variance[like])
        chances = log_chances(counts, expected * level[:, None], self.spread, self.busy)
        return smoothed(chances, self.moves)[0]


def usual_of(counts: Numbers, weekdays: npt.NDArray[np.int64]) -> Usual:
    """Learn what is usual from counts, shape (days, parts), with NaN where nothing is known."""
    known = ~np.isnan(counts)
    seen = np.where(known, counts, 0.0)
    weights = _not_the_highest(counts, weekdays) * known
    level, moves = np.ones(len(counts)), moves_beforehand(counts.shape[1])
    for _ in range(ROUNDS):
        profile = _profile(seen, weights, weekdays, level)
        came, wanted = (weights * seen).sum(axis=1), (weights * profile).sum(axis=1)
        season = _season(came, wanted)
        wanted = wanted * season
        day_variance = _day_variances(came, wanted, weekdays)
        of_day = _level_of(came, wanted, day_variance)
        level = season * of_day
        mean = np.maximum(profile * level[:, None], _FLOOR)
        spread = spread_of(seen, mean, weights)
        busy = float(np.quantile(mean[known], _BUSY))
        likely, passed = smoothed(log_chances(counts, mean, spread, busy), moves)
        moves = moves_of(passed, counts.shape[1])
        before, weights = weights, likely[..., USUAL] * known
        if np.abs(weights - before).max() < _SETTLED:
            break
    expected = np.maximum(profile * season[:, None], _FLOOR)
    return Usual(expected, mean, spread, day_variance, moves, busy, likely)


def _not_the_highest(counts: Numbers, weekdays: npt.NDArray[np.int64]) -> Numbers:
    """1, but 0 for the highest counts of each weekday's parts: those that an event would have."""
    weights = np.ones(counts.shape)
    for weekday in range(7):
        some = np.flatnonzero(weekdays == weekday)
        if len(some) > 2:
            ordered = np.sort(counts[some], axis=0)
            kept = max(0, len(some) - 2 - int(_TRIMMED * len(some)))
            weights[some] = np.where(counts[some] > ordered[kept], 0.0, 1.0)
    return weights


def _profile(seen: Numbers, weights: Numbers, weekdays: npt.NDArray[np.int64], level: Numbers) -> Numbers:
    """The usual count of each part of each day at level 1.

    A weekday's own mean, to which the shape of all days at the weekday's level counts as one more day.
    """
    came, weight = weights * seen, weights * level[:, None]
    shape = came.sum(axis=0) / np.maximum(weight.sum(axis=0), _LEAST_SHARE)
    profile = np.tile(shape, (7, 1))
    for weekday in range(7):
        some = weekdays == weekday
        own, of = came[some].sum(axis=0), weight[some].sum(axis=0)
        wanted = (of * shape).sum()
        if wanted > 0:
            profile[weekday] = (own + own.sum() / wanted * shape) / (of + 1)
    found: Numbers = np.maximum(profile, _FLOOR)[weekdays]
    return found


def _season(came: Numbers, wanted: Numbers) -> Numbers:
    """The level of the weeks around each day; 1 where too few days are known to tell."""
    told = wanted >= 1
    if told.sum() < 2 * _LEAST_LEVEL_DAYS:
        return np.ones(len(came))
    ratio = _ratio(came, wanted)
    overall = float(np.median(ratio[told]))
    level = np.full(len(came), overall)
    for day in range(len(came)):
        near = slice(max(0, day - LEVEL_DAYS), day + LEVEL_DAYS + 1)
        if told[near].sum() >= _LEAST_LEVEL_DAYS:
            level[day] = np.median(ratio[near][told[near]])
    return level


def _day_variances(came: Numbers, wanted: Numbers, weekdays: npt.NDArray[np.int64]) -> Numbers:
    """Each day's by its weekday: Sundays may differ more from one another than Mondays do.

    The variance of all days counts as much as `_LIKE_DAYS` days of the weekday.
    """
    told = wanted >= 1
    of_all = _day_variance(came[told], wanted[told])
    found = np.full(len(came), of_all)
    for weekday in range(7):
        some = told & (weekdays == weekday)
        share = some.sum() / (some.sum() + _LIKE_DAYS)
        own = _day_variance(came[some], wanted[some])
        found[weekdays == weekday] = share * own + (1 - share) * of_all
    return found


def _day_variance(came: Numbers, wanted: Numbers) -> float:
    """How far days go from what is expected beyond luck: the variance of the logarithm, robustly."""
    if len(came) < 3:
        return _LEAST_DAY_VARIANCE
    off = np.log(_ratio(came, wanted))
    spread = _MAD_TO_SD * float(np.median(np.abs(off - np.median(off))))
    return max(spread**2 - float(np.median(1 / wanted)), _LEAST_DAY_VARIANCE)


def _level_of(came: Numbers, wanted: Numbers, day_variance: Numbers) -> Numbers:
    """Each day's level by what came: the mean of a gamma that had the mean 1 before."""
    before = 1 / day_variance
    found: Numbers = (before + came) / (before + wanted)
    return found


def _ratio(came: Numbers, wanted: Numbers) -> Numbers:
    found: Numbers = np.maximum(came / np.maximum(wanted, _LEAST_SHARE), _LEAST_SHARE)
    return found
