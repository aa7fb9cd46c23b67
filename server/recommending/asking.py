"""From a context to the best products: the one way in which everything that was learnt is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from server.recommending.baskets import NOBODY, Baskets, Flags, Floats, Ints
from server.recommending.catalogue import Catalogue
from server.recommending.protocol import Context, Reason, Scored


@dataclass(frozen=True)
class Words:
    """Products and customers by number, and what products are called."""

    products: tuple[str, ...]
    customers: tuple[str, ...]
    stores: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def product_number(self) -> Mapping[str, int]:
        """Numbers of products."""
        return {sku: number for number, sku in enumerate(self.products)}

    @cached_property
    def customer_number(self) -> Mapping[str, int]:
        """Numbers of customers."""
        return {customer: number for number, customer in enumerate(self.customers)}

    def name(self, product: int) -> str:
        """What people call the product of that number."""
        sku = self.products[product]
        return self.names.get(sku, sku)

    def numbers(self, skus: Sequence[str] | frozenset[str]) -> Ints:
        """Numbers of those that are known, rising, each once."""
        known = {self.product_number[sku] for sku in skus if sku in self.product_number}
        return np.array(sorted(known), dtype=np.int32)


@dataclass(frozen=True)
class Query:
    """A context in numbers. `customer` is NOBODY and `store` -1 where they are not known.

    `worked_out` holds what a scorer found for this query, by the scorer's id, so that reasons are cheap.
    """

    context: Context
    basket: Ints
    customer: int
    store: int
    worked_out: dict[int, tuple[Floats, Floats]] = field(default_factory=dict, compare=False, repr=False)


class Scorer(Protocol):
    """Something learnt. It needs no names, so that it can be kept as numbers alone."""

    def scores(self, query: Query) -> Floats:
        """A score per product, 0 where nothing speaks for it. Never negative, never NaN."""
        ...

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """Why a product has its score."""
        ...


def words_of(baskets: Baskets, names: Mapping[str, str] | None = None) -> Words:
    """Products and customers of these baskets."""
    return Words(baskets.products, baskets.customers, baskets.stores, names or {})


def query_of(words: Words, context: Context) -> Query:
    """A context in numbers; what is not known falls out."""
    return Query(
        context,
        words.numbers(context.basket),
        words.customer_number.get(context.customer or "", NOBODY),
        words.stores.index(context.store) if context.store in words.stores else -1,
    )


def allowed(words: Words, context: Context) -> Flags:
    """Which products may be recommended: candidates without the basket and what is excluded."""
    if context.candidates is None:
        may = np.ones(len(words.products), dtype=np.bool_)
    else:
        may = np.zeros(len(words.products), dtype=np.bool_)
        may[words.numbers(context.candidates)] = True
    may[words.numbers(context.basket)] = False
    may[words.numbers(context.excluded)] = False
    return may


def best(scores: Floats, k: int) -> Ints:
    """Numbers of the `k` highest scores above 0, best first; equal ones by number."""
    some = np.flatnonzero(scores > 0)
    if len(some) > k > 0:
        least = np.partition(scores[some], len(some) - k)[len(some) - k]
        some = some[scores[some] >= least]
    order = np.lexsort((some, -scores[some]))
    return some[order][: max(k, 0)].astype(np.int32)


@dataclass(frozen=True)
class Ranking:
    """A recommender out of a scorer and the names of what it scores."""

    name: str
    words: Words
    scorer: Scorer

    def ranked(self, context: Context, k: int) -> list[str]:
        """The same products as `recommend`, without their reasons."""
        scores = self._scores(context, query_of(self.words, context))
        return [self.words.products[product] for product in best(scores, k)]

    def _scores(self, context: Context, query: Query) -> Floats:
        return np.where(allowed(self.words, context), self.scorer.scores(query), np.float32(0))

    def recommend(self, context: Context, k: int) -> list[Scored]:
        """At most `k` products with a score above 0, best first, with their reasons."""
        query = query_of(self.words, context)
        scores = self._scores(context, query)
        return [
            Scored(
                self.words.products[product],
                float(scores[product]),
                self.scorer.reasons(query, int(product), self.words),
            )
            for product in best(scores, k)
        ]


class Learner(Protocol):
    """A way to learn from tickets; two of the same settings and seed learn the same."""

    @property
    def name(self) -> str:
        """What it is called in tables, cards and settings."""
        ...

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets and products; no tickets are no mistake."""
        ...
