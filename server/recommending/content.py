"""Products that are alike by what they are: the weighted cosine of their attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_array

from server.recommending.asking import Query, Ranking, Words, words_of
from server.recommending.baskets import NOBODY, Baskets, Floats, Ints
from server.recommending.catalogue import Catalogue
from server.recommending.matrices import Sparse, customer_matrix, matrix, unit_rows
from server.recommending.naming import names_in
from server.recommending.popularity import newer_more
from server.recommending.protocol import Reason, ReasonKind

_PAIRS_LOOKED_AT = 200_000


@dataclass(frozen=True)
class Traits:
    """Products (rows) by attribute values (columns), 1 where a product has one; each column's attribute."""

    rows: Sparse
    values: tuple[str, ...]
    attributes: tuple[str, ...]
    attribute_of: Ints


@dataclass(frozen=True)
class AlikeProducts:
    """What is like the basket, or like what the customer buys."""

    kind: ClassVar[str] = "content"
    unit: Sparse
    """Products by attribute values, scaled by the roots of the weights and to length 1."""
    of_customers: Sparse
    values: tuple[str, ...]

    def scores(self, query: Query) -> Floats:
        """The cosines to the basket's products, added up; without a basket those to the customer's."""
        wanted = np.zeros(self.unit.shape[1], dtype=np.float32)
        if len(query.basket):
            for item in query.basket:
                begin, end = self.unit.indptr[item], self.unit.indptr[item + 1]
                wanted[self.unit.indices[begin:end]] += self.unit.data[begin:end]
        elif query.customer != NOBODY:
            begin, end = (
                self.of_customers.indptr[query.customer],
                self.of_customers.indptr[query.customer + 1],
            )
            wanted[self.of_customers.indices[begin:end]] = self.of_customers.data[begin:end]
        found: Floats = np.asarray(self.unit @ wanted, dtype=np.float32)
        return found

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """What it has in common."""
        own = self._of(self.unit, product)
        if not len(query.basket):
            shared = own & self._of(self.of_customers, query.customer)
            return (self._reason(f"like what this customer buys: {self._named(shared)}", {}),)
        alike = max((int(item) for item in query.basket), key=lambda item: self._cosine(item, product))
        shared = own & self._of(self.unit, alike)
        figures: dict[str, float | str] = {
            "like": words.products[alike],
            "cosine": round(self._cosine(alike, product), 6),
        }
        return (self._reason(f"like {words.name(alike)}: {self._named(shared)}", figures),)

    def _of(self, rows: Sparse, row: int) -> frozenset[int]:
        return frozenset(int(column) for column in rows.indices[rows.indptr[row] : rows.indptr[row + 1]])

    def _named(self, shared: frozenset[int]) -> str:
        return ", ".join(self.values[column] for column in sorted(shared))

    def _cosine(self, first: int, second: int) -> float:
        of_second = self._entries(second)
        return sum(value * of_second.get(column, 0.0) for column, value in self._entries(first).items())

    def _entries(self, row: int) -> dict[int, float]:
        begin, end = self.unit.indptr[row], self.unit.indptr[row + 1]
        return dict(
            zip(self.unit.indices[begin:end].tolist(), self.unit.data[begin:end].tolist(), strict=True)
        )

    def _reason(self, text: str, figures: Mapping[str, float | str]) -> Reason:
        return Reason(ReasonKind.SIMILAR, text, figures)


@dataclass(frozen=True)
class ContentLearner:
    """Weighted cosine over attributes. `weights` None: learnt from what is bought together."""

    name: str = "like in kind"
    weights: Mapping[str, float] | None = None
    half_life_days: float = 120.0
    seed: int = 0
    without: frozenset[str] = field(default_factory=frozenset)

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from the catalogue, and weights and customers' tastes from tickets."""
        traits = traits_of(baskets.products, catalogue, self.without)
        learnt = self.weights if self.weights is not None else learnt_weights(traits, baskets, self.seed)
        roots = np.sqrt(np.array([learnt.get(name, 0.0) for name in traits.attributes], dtype=np.float32))
        scaled = traits.rows.copy()
        scaled.data = (scaled.data * roots[traits.attribute_of[scaled.indices]]).astype(np.float32)
        scaled.eliminate_zeros()
        unit = unit_rows(scaled)
        bought = customer_matrix(baskets, newer_more(baskets, self.half_life_days)[baskets.line_basket])
        scorer = AlikeProducts(unit, csr_array(unit_rows(bought) @ unit), traits.values)
        return Ranking(self.name, words_of(baskets, names_in(catalogue)), scorer)


def traits_of(products: tuple[str, ...], catalogue: Catalogue, without: frozenset[str]) -> Traits:
    """Products by the values of their attributes."""
    columns: dict[tuple[str, str], int] = {}
    rows: list[int] = []
    entries: list[int] = []
    for number, sku in enumerate(products):
        for name, value in catalogue.product(sku).attributes.items():
            if name not in without:
                rows.append(number)
                entries.append(columns.setdefault((name, value), len(columns)))
    attributes = tuple(sorted({name for name, _ in columns}))
    return Traits(
        matrix(
            np.array(rows, dtype=np.int32),
            np.array(entries, dtype=np.int32),
            np.ones(len(rows), dtype=np.float32),
            (len(products), len(columns)),
        ),
        tuple(f"{name} {value}" for name, value in columns),
        attributes,
        np.array([attributes.index(name) for name, _ in columns], dtype=np.int32),
    )


def learnt_weights(traits: Traits, baskets: Baskets, seed: int) -> Mapping[str, float]:
    """Per attribute ln(share of pairs in one basket that have it in common / that of any pairs), at least 0.

    An attribute that pairs in one basket have in common no more often than any two products tells nothing;
    where that is true of all of them, all weigh the same.
    """
    lines = len(baskets.line_product)
    if lines < 2 or not traits.attributes:
        return dict.fromkeys(traits.attributes, 1.0)
    draw = np.random.default_rng(seed)
    first = draw.integers(0, lines, min(_PAIRS_LOOKED_AT, 10 * lines))
    starts, basket = baskets.starts(), baskets.line_basket[first]
    second = starts[basket] + (draw.random(len(first)) * (starts[basket + 1] - starts[basket])).astype(
        np.int64
    )
    near = _common(traits, baskets.line_product[first], baskets.line_product[second])
    far = _common(traits, baskets.line_product[first], draw.permutation(baskets.line_product[second]))
    ratio = np.maximum(np.log(np.maximum(near, 1e-6) / np.maximum(far, 1e-6)), 0)
    if not ratio.any():
        ratio = np.ones_like(ratio)
    return {name: float(ratio[place]) for place, name in enumerate(traits.attributes)}


def _common(traits: Traits, first: Ints, second: Ints) -> Floats:
    """Per attribute the share of pairs of different products that have it in common."""
    different = first != second
    first, second = first[different], second[different]
    both = csr_array(traits.rows[first].multiply(traits.rows[second]))
    count = np.bincount(traits.attribute_of[both.indices], minlength=len(traits.attributes))
    return (count / max(len(first), 1)).astype(np.float32)
