"""Asking a recommender about tickets that it did not learn from."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from server.recommending import measures
from server.recommending.baskets import NOBODY, Baskets, Ints, day_of
from server.recommending.protocol import Context, Recommender

FIRST = 10
"""How many products are asked for."""

_TIMED = 50


@dataclass(frozen=True, slots=True)
class Question:
    """A situation, and what was bought then of all that was sold before."""

    context: Context
    bought: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answers:
    """How good the answers to some questions were."""

    questions: int
    ndcg_10: float
    recall_10: float
    hit_rate_5: float
    coverage: float
    """Share of the products sold before that were recommended to anybody."""
    milliseconds: float
    """Mean time of an answer."""


class Ranks(Recommender, Protocol):
    """A recommender that can leave reasons out, which take longer than the ranking."""

    def ranked(self, context: Context, k: int) -> Sequence[str]:
        """The same products as `recommend`."""
        ...


NO_ANSWERS = Answers(0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Asking:
    """Makes questions out of newer baskets, for customers (and products) of older ones."""

    older: Baskets
    newer: Baskets
    least_baskets: int = 5
    seed: int = 0

    def next_baskets(self, most: int, *, named: bool = True) -> list[Question]:
        """What is in the next basket? Of each customer the first; of nobody's tickets any.

        `named` False: any baskets, without saying whose they are.
        """
        customer = self.newer.basket_customer
        if not named:
            any_of_them = self._drawn(np.arange(self.newer.basket_count, dtype=np.int32), most)
            return [
                self._question(basket, (), items, named=False)
                for basket, items in self._filled(any_of_them, 1)
            ]
        _, first = np.unique(customer, return_index=True)
        with_card = first[self._known(customer[first])]
        chosen = with_card if len(with_card) else np.flatnonzero(customer == NOBODY)
        return [
            self._question(int(basket), (), items)
            for basket, items in self._filled(self._drawn(chosen.astype(np.int32), most), 1)
        ]

    def completions(self, most: int, *, named: bool = True) -> list[Question]:
        """What else is in this basket? Half of it is seen, at random; one basket of each customer.

        `named` False: any baskets, without saying whose they are.
        """
        draw = np.random.default_rng(self.seed)
        customer = self.newer.basket_customer
        known = np.flatnonzero(self._known(customer)).astype(np.int32)
        if not named or not len(known):
            chosen = self._drawn(np.arange(self.newer.basket_count, dtype=np.int32), most)
            return [self._half(basket, items, draw, False) for basket, items in self._filled(chosen, 2)]
        whole = list(self._filled(known, 4))
        _, first = np.unique([customer[basket] for basket, _ in whole], return_index=True)
        chosen = self._drawn(first.astype(np.int32), most)
        return [self._half(whole[place][0], whole[place][1], draw, True) for place in chosen]

    def _half(self, basket: int, items: Ints, draw: np.random.Generator, named: bool) -> Question:
        mixed = draw.permutation(items)
        seen = tuple(self.newer.products[item] for item in mixed[: len(mixed) // 2])
        return self._question(basket, seen, mixed[len(mixed) // 2 :], named=named)

    def _known(self, customer: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        before = self.older.basket_customer
        count = np.bincount(before[before != NOBODY], minlength=len(self.older.customers) + 1)
        found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (customer != NOBODY) & (
            count[customer] >= self.least_baskets
        )
        return found

    def _drawn(self, among: Ints, most: int) -> Ints:
        if len(among) <= most:
            return among
        draw = np.random.default_rng(self.seed)
        return np.sort(draw.choice(among, most, replace=False))

    def _filled(self, baskets: Ints, least: int) -> Iterable[tuple[int, Ints]]:
        """Baskets with at least so many products of those sold before, and these."""
        sold = np.bincount(self.older.line_product, minlength=len(self.older.products)) > 0
        starts = self.newer.starts()
        for basket in baskets:
            items = self.newer.line_product[starts[basket] : starts[basket + 1]]
            if (items := items[sold[items]]).size >= least:
                yield int(basket), items

    def _question(self, basket: int, seen: tuple[str, ...], items: Ints, *, named: bool = True) -> Question:
        newer = self.newer
        customer = int(newer.basket_customer[basket])
        context = Context(
            store=newer.stores[newer.basket_store[basket]],
            day=day_of(int(newer.basket_day[basket])),
            hour=int(newer.basket_hour[basket]),
            basket=seen,
            customer=newer.customers[customer] if named and customer != NOBODY else None,
        )
        return Question(context, frozenset(newer.products[item] for item in items))


def answers(recommender: Ranks, questions: Sequence[Question], sold: int) -> Answers:
    """Ask all questions and judge the answers; the time is that of full answers, with reasons."""
    if not questions:
        return NO_ANSWERS
    ranked = [recommender.ranked(question.context, FIRST) for question in questions]
    timed = questions[:_TIMED]
    begun = time.perf_counter()
    for question in timed:
        recommender.recommend(question.context, FIRST)
    took = 1000 * (time.perf_counter() - begun) / len(timed)
    return judged(ranked, questions, sold, took)


def judged(
    ranked: Sequence[Sequence[str]], questions: Sequence[Question], sold: int, milliseconds: float
) -> Answers:
    """How good answers are that were given already."""
    pairs = [(answer, question.bought) for answer, question in zip(ranked, questions, strict=True)]
    return Answers(
        questions=len(questions),
        ndcg_10=_mean([measures.ndcg(answer, bought, FIRST) for answer, bought in pairs]),
        recall_10=_mean([measures.recall(answer, bought, FIRST) for answer, bought in pairs]),
        hit_rate_5=_mean([measures.hit(answer, bought, 5) for answer, bought in pairs]),
        coverage=len({sku for answer in ranked for sku in answer}) / max(sold, 1),
        milliseconds=milliseconds,
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
