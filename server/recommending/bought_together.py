"""Products that lie in the same baskets, and association rules: support, confidence, lift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_array, vstack

from server.recommending.asking import Query, Ranking, Words, words_of
from server.recommending.baskets import Baskets, Floats, Ints
from server.recommending.catalogue import Catalogue
from server.recommending.matrices import (
    Sparse,
    Weighting,
    basket_matrix,
    matrix,
    nearest,
    together,
    weighted,
)
from server.recommending.naming import names_in
from server.recommending.protocol import Reason, ReasonKind


@dataclass(frozen=True)
class Pairs:
    """How often products lie in one basket."""

    tickets: int
    per_product: Floats
    pairs: Sparse
    """Tickets that hold both the product of the row and that of the column."""

    def support(self, first: int, second: int) -> float:
        """The share of tickets that hold both."""
        return cell(self.pairs, first, second) / max(self.tickets, 1)

    def confidence(self, first: int, second: int) -> float:
        """The share of the tickets with the first that hold the second."""
        return cell(self.pairs, first, second) / max(float(self.per_product[first]), 1.0)

    def lift(self, first: int, second: int) -> float:
        """How many times as often as chance both lie in one basket: n_ij · tickets / (n_i · n_j)."""
        chance = float(self.per_product[first]) * float(self.per_product[second])
        return cell(self.pairs, first, second) * self.tickets / max(chance, 1.0)


@dataclass(frozen=True)
class BoughtTogether:
    """What lies beside the basket's products in other baskets."""

    kind: ClassVar[str] = "bought-together"
    strength: Sparse
    tickets: int
    per_product: Floats
    pairs: Sparse

    def scores(self, query: Query) -> Floats:
        """The sum of strengths from the basket's products; nothing for an empty basket."""
        return rows_summed(self.strength, query.basket, np.ones(len(query.basket), dtype=np.float32))

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """Of the basket's products the one that speaks most for it."""
        counted = Pairs(self.tickets, self.per_product, self.pairs)
        speaking = [int(item) for item in query.basket if cell(self.strength, int(item), product) > 0]
        if not speaking:
            return ()
        return (
            pair_reason(counted, max(speaking, key=lambda item: counted.lift(item, product)), product, words),
        )


def pair_reason(counted: Pairs, item: int, product: int, words: Words) -> Reason:
    """How much more often than by chance two products are bought together."""
    lift, both = counted.lift(item, product), cell(counted.pairs, item, product)
    text = f"bought with {words.name(item)} {lift:.1f} times as often as chance, in {both:.0f} tickets"
    figures: dict[str, float | str] = {
        "with": words.products[item],
        "lift": round(lift, 6),
        "tickets": both,
        "confidence": round(counted.confidence(item, product), 6),
        "support": round(counted.support(item, product), 9),
    }
    return Reason(ReasonKind.TOGETHER, text, figures)


@dataclass(frozen=True)
class ItemCosineLearner:
    """Weighted cosine between products over the baskets that hold them."""

    name: str = "bought together"
    weighting: Weighting = "idf"
    nearest_products: int = 100

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets; large baskets tell less of each pair, by `weighting`."""
        rows = basket_matrix(baskets)
        of_products = weighted(csr_array(rows.T), self.weighting)
        ones = np.ones(of_products.shape[1], dtype=np.float32)
        near = nearest(of_products, ones, self.nearest_products)
        return _ranking(self.name, baskets, catalogue, near, _counts_of(rows, near))


@dataclass(frozen=True)
class RulesLearner:
    """Association rules between two products: those with enough support, confidence and lift.

    After Agrawal and others, “Mining association rules between sets of items” (1993).
    """

    name: str = "association rules"
    least_tickets: int = 5
    least_confidence: float = 0.01
    least_lift: float = 1.2
    most_per_product: int = 100

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets."""
        rows = basket_matrix(baskets)
        counts = together(rows, self.most_per_product, self.least_tickets)
        return _ranking(self.name, baskets, catalogue, self._strength(rows, counts), counts)

    def _strength(self, rows: Sparse, counts: Sparse) -> Sparse:
        per_product = np.bincount(rows.indices, minlength=rows.shape[1])
        first = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        second = counts.indices
        confidence = counts.data / np.maximum(per_product[first], 1)
        lift = confidence * rows.shape[0] / np.maximum(per_product[second], 1)
        kept = (confidence >= self.least_confidence) & (lift >= self.least_lift)
        return matrix(
            first[kept], second[kept], confidence[kept].astype(np.float32), (counts.shape[0], counts.shape[1])
        )


def _ranking(name: str, baskets: Baskets, catalogue: Catalogue, strength: Sparse, pairs: Sparse) -> Ranking:
    per_product = np.bincount(baskets.line_product, minlength=len(baskets.products)).astype(np.float32)
    scorer = BoughtTogether(strength, baskets.basket_count, per_product, pairs)
    return Ranking(name, words_of(baskets, names_in(catalogue)), scorer)


def _counts_of(baskets: Sparse, near: Sparse) -> Sparse:
    """For each pair in `near` the baskets that hold both."""
    turned = csr_array(baskets.T)
    found = []
    for begin in range(0, near.shape[0], 512):
        block = near[begin : begin + 512]
        mask = block.copy()
        mask.data = np.ones_like(mask.data)
        found.append(csr_array((turned[begin : begin + 512] @ baskets).multiply(mask)))
    if not found:
        return near
    whole = csr_array(vstack(found, format="csr"))
    whole.sort_indices()
    return whole


def cell(rows: Sparse, row: int, column: int) -> float:
    """One entry of a sparse matrix with sorted columns."""
    begin, end = rows.indptr[row], rows.indptr[row + 1]
    at = begin + np.searchsorted(rows.indices[begin:end], column)
    return float(rows.data[at]) if at < end and rows.indices[at] == column else 0.0


def rows_summed(rows: Sparse, which: Ints, weights: Floats) -> Floats:
    """Some rows, each times its weight, added up."""
    found = np.zeros(rows.shape[1], dtype=np.float32)
    for row, weight in zip(which, weights, strict=True):
        begin, end = rows.indptr[row], rows.indptr[row + 1]
        found[rows.indices[begin:end]] += rows.data[begin:end] * weight
    return found
