"""Customers who buy alike, and products that the same customers buy: both by the weighted cosine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_array

from server.recommending.asking import Query, Ranking, Words, words_of
from server.recommending.baskets import NOBODY, Baskets, Floats
from server.recommending.bought_together import rows_summed
from server.recommending.catalogue import Catalogue
from server.recommending.matrices import (
    Sparse,
    Weighting,
    customer_matrix,
    nearest,
    weighted,
)
from server.recommending.naming import names_in
from server.recommending.popularity import newer_more
from server.recommending.protocol import Reason, ReasonKind


@dataclass(frozen=True)
class AlikeCustomers:
    """What customers buy who buy like this one."""

    kind: ClassVar[str] = "alike-customers"
    near: Sparse
    bought: Sparse

    def scores(self, query: Query) -> Floats:
        """What near customers bought, by how near they are; nothing for nobody."""
        if query.customer == NOBODY:
            return np.zeros(self.bought.shape[1], dtype=np.float32)
        begin, end = self.near.indptr[query.customer], self.near.indptr[query.customer + 1]
        return rows_summed(self.bought, self.near.indices[begin:end], self.near.data[begin:end])

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """How many of the near customers bought it."""
        begin, end = self.near.indptr[query.customer], self.near.indptr[query.customer + 1]
        near = self.bought[self.near.indices[begin:end]]
        buyers = int((near.indices == product).sum())
        text = f"bought by {buyers} of the {end - begin} customers who buy most alike"
        return (Reason(ReasonKind.CUSTOMERS, text, {"customers": float(buyers), "of": float(end - begin)}),)


@dataclass(frozen=True)
class AlikeCustomersLearner:
    """Weighted cosine between customers over what they bought: user-user."""

    name: str = "customers alike"
    weighting: Weighting = "idf"
    nearest_customers: int = 100
    half_life_days: float = 120.0

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets that say whose they are."""
        bought = customer_matrix(baskets, newer_more(baskets, self.half_life_days)[baskets.line_basket])
        bought.data = np.log1p(bought.data)
        rows = weighted(bought, self.weighting)
        near = nearest(rows, np.ones(rows.shape[1], dtype=np.float32), self.nearest_customers)
        return Ranking(self.name, words_of(baskets, names_in(catalogue)), AlikeCustomers(near, bought))


@dataclass(frozen=True)
class CustomersProducts:
    """What goes with all that a customer bought before."""

    kind: ClassVar[str] = "customers-products"
    near: Sparse
    bought: Sparse

    def scores(self, query: Query) -> Floats:
        """The sum over the customer's products of how near others are to them; nothing for nobody."""
        if query.customer == NOBODY:
            return np.zeros(self.bought.shape[1], dtype=np.float32)
        own = csr_array(self.bought[query.customer : query.customer + 1] @ self.near)
        found = np.zeros(self.bought.shape[1], dtype=np.float32)
        found[own.indices] = own.data
        return found

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """Which of the customer's own products is nearest to it."""
        begin, end = self.bought.indptr[query.customer], self.bought.indptr[query.customer + 1]
        own = self.bought.indices[begin:end]
        # One look at all of the customer's products: there may be hundreds.
        of_own = self.near[own]
        entry = np.flatnonzero(of_own.indices == product)
        row = np.searchsorted(of_own.indptr, entry, side="right") - 1
        most = int(np.argmax(of_own.data[entry] * self.bought.data[begin + row]))
        nearest_own, near = own[row[most]], float(of_own.data[entry[most]])
        text = f"customers who buy {words.name(int(nearest_own))}, as this one does, often buy it too"
        return (
            Reason(
                ReasonKind.CUSTOMERS, text, {"with": words.products[nearest_own], "cosine": round(near, 6)}
            ),
        )


@dataclass(frozen=True)
class CustomersProductsLearner:
    """Weighted cosine between products over the customers who bought them: item-item."""

    name: str = "customers' products"
    weighting: Weighting = "idf"
    nearest_products: int = 20
    least_customers: int = 5
    half_life_days: float = 120.0

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets that say whose they are."""
        bought = customer_matrix(baskets, newer_more(baskets, self.half_life_days)[baskets.line_basket])
        rows = weighted(often_bought(bought, self.least_customers), self.weighting)
        ones = np.ones(rows.shape[0], dtype=np.float32)
        near = nearest(csr_array(rows.T), ones, self.nearest_products, itself=True)
        return Ranking(self.name, words_of(baskets, names_in(catalogue)), CustomersProducts(near, bought))


def often_bought(bought: Sparse, least_customers: int) -> Sparse:
    """Without the entries of products that fewer customers bought: of these nobody can be told alike."""
    customers = np.bincount(bought.indices, minlength=bought.shape[1])
    found = bought.copy()
    found.data = np.where(customers[found.indices] >= least_customers, found.data, np.float32(0))
    found.eliminate_zeros()
    return found
