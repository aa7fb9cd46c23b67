"""Several recommenders together, each weighed by what it was worth on tickets that it had not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from server.recommending.asking import Query, Ranking, Words, allowed, best, query_of
from server.recommending.backtest import FIRST, Question
from server.recommending.baskets import NOBODY, Flags, Floats, Ints
from server.recommending.protocol import Context, Reason, ReasonKind, Scored

_STEPS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5)
_ROUNDS = 3
_LEAST_GAIN = 1e-4
_LOOKED_AT = 60
"""So many products of each recommender are weighed."""

_FILLING_UP = 0.01

_REASONS = 2
"""A product is explained by so many kinds of recommenders, those that speak most for it."""


class Situation(IntEnum):
    """What is known decides which recommenders have anything to say, so each has weights of its own."""

    NOTHING = 0
    BASKET = 1
    CUSTOMER = 2
    BOTH = 3


_KNOWS_LESS = {
    Situation.NOTHING: Situation.NOTHING,
    Situation.BASKET: Situation.NOTHING,
    Situation.CUSTOMER: Situation.NOTHING,
    Situation.BOTH: Situation.BASKET,
}


def situation_of(query: Query) -> Situation:
    """What is known in a query."""
    return Situation(2 * (query.customer != NOBODY) + bool(len(query.basket)))


@dataclass(frozen=True)
class Blend:
    """Recommenders and their weights per situation (rows)."""

    name: str
    words: Words
    parts: tuple[Ranking, ...]
    weights: Floats

    def ranked(self, context: Context, k: int) -> list[str]:
        """The same products as `recommend`, without their reasons."""
        shares = self._shares(context, query_of(self.words, context))
        return [self.words.products[product] for product in best(_added(shares), k)]

    def _shares(self, context: Context, query: Query) -> dict[int, Floats]:
        weights = self.weights[situation_of(query)]
        may = allowed(self.words, context)
        return {
            place: weights[place] * comparable(self.parts[place].scorer.scores(query), may)
            for place in map(int, np.flatnonzero(weights))
        }

    def recommend(self, context: Context, k: int) -> list[Scored]:
        """At most `k` products, best first, explained by what speaks most for each."""
        query = query_of(self.words, context)
        shares = self._shares(context, query)
        scores = _added(shares)
        return [
            Scored(
                self.words.products[product],
                float(scores[product]),
                self._reasons(
                    query, int(product), {place: float(one[product]) for place, one in shares.items()}
                ),
            )
            for product in best(scores, k)
        ]

    def _reasons(self, query: Query, product: int, shares: Mapping[int, float]) -> tuple[Reason, ...]:
        most = sorted((place for place in shares if shares[place] > 0), key=lambda place: -shares[place])
        told: dict[ReasonKind, Reason] = {}
        for place in most:
            for reason in self.parts[place].scorer.reasons(query, product, self.words):
                # Two models of one kind say the same thing with other figures.
                told.setdefault(reason.kind, reason)
            if len(told) >= _REASONS:
                break
        return tuple(told.values())

    def used(self) -> Blend:
        """Without those that weigh nothing in any situation."""
        kept = np.flatnonzero(self.weights.sum(axis=0))
        return replace(self, parts=tuple(self.parts[place] for place in kept), weights=self.weights[:, kept])


def _added(shares: Mapping[int, Floats]) -> Floats:
    found: Floats = np.sum(list(shares.values()), axis=0, dtype=np.float32)
    return np.atleast_1d(found)


def comparable(scores: Floats, may: Flags) -> Floats:
    """Roots of scores as shares of the highest one: shares of tickets and cosines differ by magnitudes."""
    masked: Floats = np.where(may, scores, np.float32(0)).astype(np.float32)
    highest = masked.max(initial=0)
    if highest > 0:
        np.sqrt(masked / highest, out=masked)
    return masked


@dataclass(frozen=True)
class _Sheet:
    """What was said to some questions: scores (question, product, part), bought, best gain possible."""

    scores: NDArray[np.float32]
    bought: NDArray[np.bool_]
    possible: NDArray[np.float64]

    def ndcg(self, weights: Floats) -> float:
        """The mean NDCG of the first ten, by these weights."""
        whole = self.scores @ weights
        some = min(FIRST, whole.shape[1])
        top = np.argsort(-whole, axis=1, kind="stable")[:, :some]
        hits = np.take_along_axis(self.bought & (whole > 0), top, axis=1)
        return float(((hits * _discounts(some)).sum(axis=1) / self.possible).mean())


def weighed(
    name: str,
    parts: Sequence[Ranking],
    questions: Mapping[Situation, Sequence[Question]],
    told: Callable[[str], None] = lambda _: None,
) -> Blend:
    """Weights that answer these questions best, found one at a time until nothing gets better.

    A situation without questions takes the weights of the one that knows less; with none at all there is
    the first part alone. It also fills up where the others have nothing more to say.
    """
    found = np.zeros((len(Situation), len(parts)), dtype=np.float32)
    found[Situation.NOTHING, 0] = 1
    for situation in Situation:
        told(situation.name.lower())
        asked = questions.get(situation, ())
        found[situation] = _ascent(_sheet(parts, asked)) if asked else found[_KNOWS_LESS[situation]]
    found[:, 0] = np.maximum(found[:, 0], _FILLING_UP)
    return Blend(name, parts[0].words, tuple(parts), found)


def _ascent(sheet: _Sheet) -> Floats:
    single: Floats = np.eye(sheet.scores.shape[2], dtype=np.float32)
    alone = [sheet.ndcg(one) for one in single]
    weights: Floats = single[int(np.argmax(alone))]
    reached = max(alone)
    for _ in range(_ROUNDS):
        before = reached
        for place in np.argsort(alone)[::-1]:
            weights, reached = _better(sheet, weights, reached, int(place))
        if reached <= before:
            break
    return weights


def _better(sheet: _Sheet, weights: Floats, reached: float, place: int) -> tuple[Floats, float]:
    for step in _STEPS:
        tried = weights.copy()
        tried[place] = step
        if tried.any() and (found := sheet.ndcg(tried)) > reached + _LEAST_GAIN:
            weights, reached = tried, found
    return weights, reached


def _sheet(parts: Sequence[Ranking], questions: Sequence[Question]) -> _Sheet:
    words = parts[0].words
    filled = [_answered(parts, words, question) for question in questions]
    longest = max(len(bought) for _, bought in filled)
    scores = np.zeros((len(filled), max(longest, 1), len(parts)), dtype=np.float32)
    bought = np.zeros((len(filled), max(longest, 1)), dtype=np.bool_)
    for row, (values, flags) in enumerate(filled):
        scores[row, : len(flags)], bought[row, : len(flags)] = values, flags
    possible = [_discounts(min(FIRST, len(question.bought))).sum() for question in questions]
    return _Sheet(scores, bought, np.array(possible, dtype=np.float64))


def _answered(parts: Sequence[Ranking], words: Words, question: Question) -> tuple[Floats, Flags]:
    query, may = query_of(words, question.context), allowed(words, question.context)
    said = np.stack([comparable(part.scorer.scores(query), may) for part in parts])
    looked_at: Ints = np.unique(np.concatenate([best(one, _LOOKED_AT) for one in said]))
    return said[:, looked_at].T, np.isin(looked_at, words.numbers(question.bought))


def _discounts(count: int) -> NDArray[np.float64]:
    found: NDArray[np.float64] = 1 / np.log2(np.arange(2, count + 2))
    return found
