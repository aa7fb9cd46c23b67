"""Whether a part of a day is as usual, busier or quieter: a hidden state with some memory.

After A. Ihler, J. Hutchins, P. Smyth, "Adaptive Event Detection with Time-Varying Poisson Processes",
KDD 2006: counts of an event come on top of the usual ones, and one part with an event is followed by
another. Ours differ: the chances of counts may be wider than Poisson's, there is a state for fewer people,
and what is not known is reckoned by expectation-maximisation rather than by sampling. Each day is a chain of
its own, for shops close at night.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.flow.chance import Spread
from server.flow.days import Numbers

USUAL, MORE, FEWER = range(3)

_EXTRA = (0.15, 0.25, 0.4, 0.65, 1.0, 1.6, 2.5, 4.0, 8.0)
"""How many come on top, as shares of a busy part's count: each is as likely beforehand."""

_LEFT = (0.02, 0.1, 0.2, 0.35, 0.5)
"""What is left of the usual count when something keeps people away; each is as likely beforehand."""

_DAYS_BETWEEN = 10.0
"""Beforehand something begins once in so many days, for more people and for fewer;"""
_WEIGHT_DAYS = 5.0
"""what so many days have shown weighs as much as that."""
_STAY, _STAY_WEIGHT = 0.75, 8.0
"""Beforehand it lasts for four parts on average; eight moves weigh as much as that."""
_AT_OPENING = 5.0
"""It may have begun before the day did: so many times likelier than within one part."""
_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Moves:
    """The chances from one part of a day to the next: that something begins, and that it goes on.

    Each for `MORE` and for `FEWER`.
    """

    enter: tuple[float, float]
    stay: tuple[float, float]

    @property
    def chances(self) -> Numbers:
        """From each state to each, shape (3, 3)."""
        (more, fewer), (stay_more, stay_fewer) = self.enter, self.stay
        begins = [1 - more - fewer, more, fewer]
        return np.array([begins, [1 - stay_more, stay_more, 0.0], [1 - stay_fewer, 0.0, stay_fewer]])

    @property
    def start(self) -> Numbers:
        """How likely each state is as the day begins."""
        begun = np.minimum(np.array(self.enter) * _AT_OPENING, 0.3)
        return _to_one(np.maximum(np.array([1 - begun.sum(), *begun]), _LEAST))


def moves_beforehand(parts: int) -> Moves:
    """What is believed before any day was seen."""
    enter = 1 / (_DAYS_BETWEEN * parts)
    return Moves((enter, enter), (_STAY, _STAY))


def moves_of(passed: Numbers, parts: int) -> Moves:
    """What some days have shown, by how often each state followed each; shape (3, 3)."""
    weight, beforehand = _WEIGHT_DAYS * parts, moves_beforehand(parts)
    left = passed[USUAL].sum() + weight
    enter = [(passed[USUAL, to] + weight * beforehand.enter[0]) / left for to in (MORE, FEWER)]
    stay = [
        (passed[at, at] + _STAY * _STAY_WEIGHT) / (passed[at].sum() + _STAY_WEIGHT) for at in (MORE, FEWER)
    ]
    return Moves((float(enter[0]), float(enter[1])), (float(stay[0]), float(stay[1])))


def log_chances(counts: Numbers, mean: Numbers, spread: Spread, busy: float) -> Numbers:
    """How likely counts are in each state, as logarithms, shape (days, parts, 3); 0 where nothing is known.

    `mean` is what is usual, `busy` the usual count of a busy part: what comes on top has its size.
    """
    known = ~np.isnan(counts)
    seen = np.where(known, counts, 0.0)
    of_state = (
        spread.log_chance(seen, mean),
        _evenly([spread.log_chance(seen, mean + busy * extra) for extra in _EXTRA]),
        _evenly([spread.log_chance(seen, mean * left) for left in _LEFT]),
    )
    found: Numbers = np.where(known[..., None], np.stack(of_state, axis=-1), 0.0)
    return found


def smoothed(chances: Numbers, moves: Moves) -> tuple[Numbers, Numbers]:
    """How likely each state is in each part given its whole day, and how often each state followed each.

    Forward and backward over each day (L. Rabiner, Proc. IEEE 77, 1989); shapes (days, parts, 3) and (3, 3).
    """
    likely = np.exp(chances - chances.max(axis=-1, keepdims=True))
    over = moves.chances
    ahead, behind = np.empty_like(likely), np.ones_like(likely)
    ahead[:, 0] = _to_one(moves.start * likely[:, 0])
    for part in range(1, likely.shape[1]):
        ahead[:, part] = _to_one((ahead[:, part - 1] @ over) * likely[:, part])
    passed = np.zeros((3, 3))
    for part in range(likely.shape[1] - 2, -1, -1):
        coming = behind[:, part + 1] * likely[:, part + 1]
        pairs = ahead[:, part][:, :, None] * over * coming[:, None, :]
        passed += (pairs / pairs.sum(axis=(1, 2), keepdims=True)).sum(axis=0)
        behind[:, part] = _to_one(coming @ over.T)
    return _to_one(ahead * behind), passed


def _evenly(each: list[Numbers]) -> Numbers:
    """The logarithm of the mean chance."""
    stacked = np.stack(each)
    top = stacked.max(axis=0)
    found: Numbers = top + np.log(np.exp(stacked - top).mean(axis=0))
    return found


def _to_one(chances: Numbers) -> Numbers:
    found: Numbers = chances / chances.sum(axis=-1, keepdims=True)
    return found
