"""What a customer buys again and again: in groceries the strongest sign of the next basket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.recommending.asking import Query, Ranking, Words, words_of
from server.recommending.baskets import NOBODY, Baskets, Floats, Ints, day_of
from server.recommending.catalogue import Catalogue
from server.recommending.matrices import Sparse, customer_matrix
from server.recommending.naming import names_in
from server.recommending.popularity import newer_more
from server.recommending.protocol import Reason, ReasonKind


@dataclass(frozen=True)
class Repeats:
    """Per customer and product the tickets that hold it, newer ones more.

    After Hu and others, “Modeling personalized item frequency information for next-basket
    recommendation” (TIFU-KNN, 2020): how often, and how lately, is what counts.
    """

    kind: ClassVar[str] = "repeat"
    weights: Sparse
    """Per customer (row) and product: the sum of weights of the tickets, over that of all the customer's."""
    counts: Sparse
    """The same, as numbers of tickets."""
    last_days: Sparse
    """The day of the last of them, counted from 1970."""

    def scores(self, query: Query) -> Floats:
        """The share of the customer's tickets, newer ones more; nothing for nobody."""
        found = np.zeros(self.weights.shape[1], dtype=np.float32)
        if query.customer != NOBODY:
            begin, end = self.weights.indptr[query.customer], self.weights.indptr[query.customer + 1]
            found[self.weights.indices[begin:end]] = self.weights.data[begin:end]
        return found

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """How often, and when for the last time."""
        count = int(_cell(self.counts, query.customer, product))
        last = day_of(int(_cell(self.last_days, query.customer, product)))
        times = "once" if count == 1 else f"{count} times"
        text = f"this customer bought it {times}, last on {last}"
        return (Reason(ReasonKind.REPEAT, text, {"tickets": float(count), "last": last.isoformat()}),)


@dataclass(frozen=True)
class RepeatLearner:
    """Counts each customer's tickets per product."""

    name: str = "own repeats"
    half_life_days: float = 60.0

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets that say whose they are."""
        weight = newer_more(baskets, self.half_life_days)
        scorer = Repeats(
            weights=_shares(baskets, weight),
            counts=customer_matrix(baskets, np.ones(len(baskets.line_product), dtype=np.float32)),
            last_days=_last_days(baskets),
        )
        return Ranking(self.name, words_of(baskets, names_in(catalogue)), scorer)


def _shares(baskets: Baskets, weight: Floats) -> Sparse:
    named = baskets.basket_customer != NOBODY
    whole = np.bincount(
        baskets.basket_customer[named], weights=weight[named], minlength=len(baskets.customers)
    )
    found = customer_matrix(baskets, weight[baskets.line_basket])
    found.data = (found.data / np.repeat(np.maximum(whole, 1e-12), np.diff(found.indptr))).astype(np.float32)
    return found


def _last_days(baskets: Baskets) -> Sparse:
    # Lines stand in order of time: the last one of a pair is the newest.
    customer = baskets.basket_customer[baskets.line_basket]
    pair = customer.astype(np.int64) * max(len(baskets.products), 1) + baskets.line_product
    _, newest = np.unique(pair[::-1], return_index=True)
    lines: Ints = (len(pair) - 1 - newest).astype(np.int32)
    of_line = np.zeros(len(pair), dtype=np.float32)
    of_line[lines] = baskets.basket_day[baskets.line_basket[lines]]
    return customer_matrix(baskets, of_line)


def _cell(rows: Sparse, row: int, column: int) -> float:
    begin, end = rows.indptr[row], rows.indptr[row + 1]
    at = begin + np.searchsorted(rows.indices[begin:end], column)
    return float(rows.data[at]) if at < end and rows.indices[at] == column else 0.0
