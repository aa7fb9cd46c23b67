"""Popularity: the bar that everything else has to clear, and what is left where nothing else is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.recommending.asking import Query, Ranking, Words, words_of
from server.recommending.baskets import Baskets, Floats, Ints
from server.recommending.catalogue import Catalogue
from server.recommending.matrices import Sparse, matrix
from server.recommending.naming import names_in
from server.recommending.protocol import Reason, ReasonKind

HOURS = 24


@dataclass(frozen=True)
class Popular:
    """The share of tickets that hold a product."""

    kind: ClassVar[str] = "popularity"
    tickets: float
    per_product: Floats

    def scores(self, query: Query) -> Floats:
        """Shares of all tickets."""
        return self.per_product / np.float32(max(self.tickets, 1.0))

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """In how many tickets it is."""
        return (_share_of_tickets(ReasonKind.POPULAR, float(self.per_product[product]), self.tickets, ""),)


@dataclass(frozen=True)
class PopularityLearner:
    """Counts tickets per product."""

    name: str = "popularity"

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets."""
        counts = np.bincount(baskets.line_product, minlength=len(baskets.products)).astype(np.float32)
        scorer = Popular(float(baskets.basket_count), counts)
        return Ranking(self.name, words_of(baskets, names_in(catalogue)), scorer)


@dataclass(frozen=True)
class PopularHere:
    """The share of tickets of late, of this store and this hour of the day, drawn towards that of all.

    Tickets of `half_life_days` ago count half. A store (and an hour of it) weighs as many tickets as it
    has against `prior_tickets` of the whole: p = (n_here + prior · p_all) / (tickets_here + prior).
    """

    kind: ClassVar[str] = "recent"
    half_life_days: float
    prior_tickets: float
    share: Floats
    per_store: Sparse
    store_tickets: Floats
    per_hour: Sparse
    hour_tickets: Floats
    recent_days: int
    recent_count: Ints
    recent_tickets: int

    def scores(self, query: Query) -> Floats:
        """Shares of tickets, by what is known of where and when."""
        found = self.share
        hour = query.context.hour
        if hour is not None and self.hour_tickets[hour % HOURS]:
            found = self._drawn(found, self.per_hour, self.hour_tickets, hour % HOURS)
        if query.store >= 0:
            found = self._drawn(found, self.per_store, self.store_tickets, query.store)
        return found

    def _drawn(self, share: Floats, counts: Sparse, tickets: Floats, row: int) -> Floats:
        weight = np.float32(self.prior_tickets / (tickets[row] + self.prior_tickets))
        found: Floats = share * weight
        begin, end = counts.indptr[row], counts.indptr[row + 1]
        found[counts.indices[begin:end]] += counts.data[begin:end] * np.float32(
            1.0 / (tickets[row] + self.prior_tickets)
        )
        return found

    def reasons(self, query: Query, product: int, words: Words) -> tuple[Reason, ...]:
        """In how many tickets of the last weeks it is."""
        count = float(self.recent_count[product])
        span = f" of the last {self.recent_days} days"
        return (_share_of_tickets(ReasonKind.RECENT, count, float(self.recent_tickets), span),)


@dataclass(frozen=True)
class RecentLearner:
    """Counts tickets, newer ones more, per store and hour."""

    name: str = "recent popularity"
    half_life_days: float = 30.0
    prior_tickets: float = 100.0
    recent_days: int = 28

    def fit(self, baskets: Baskets, catalogue: Catalogue) -> Ranking:
        """Learn from tickets."""
        products = len(baskets.products)
        weight = newer_more(baskets, self.half_life_days)
        of_line = weight[baskets.line_basket]
        all_tickets = max(float(weight.sum()), 1e-9)
        share = np.bincount(baskets.line_product, weights=of_line, minlength=products) / all_tickets
        store = baskets.basket_store[baskets.line_basket]
        hour = baskets.basket_hour[baskets.line_basket] % HOURS
        newest = baskets.basket_day > last_day(baskets) - self.recent_days
        scorer = PopularHere(
            half_life_days=self.half_life_days,
            prior_tickets=self.prior_tickets,
            share=share.astype(np.float32),
            per_store=matrix(store, baskets.line_product, of_line, (max(len(baskets.stores), 1), products)),
            store_tickets=_sums(baskets.basket_store, weight, max(len(baskets.stores), 1)),
            per_hour=matrix(hour, baskets.line_product, of_line, (HOURS, products)),
            hour_tickets=_sums(baskets.basket_hour % HOURS, weight, HOURS),
            recent_days=self.recent_days,
            recent_count=np.bincount(
                baskets.line_product[newest[baskets.line_basket]], minlength=products
            ).astype(np.int32),
            recent_tickets=int(newest.sum()),
        )
        return Ranking(self.name, words_of(baskets, names_in(catalogue)), scorer)


def last_day(baskets: Baskets) -> int:
    """The day number of the newest ticket; 0 where there is none."""
    return int(baskets.basket_day.max()) if baskets.basket_count else 0


def newer_more(baskets: Baskets, half_life_days: float) -> Floats:
    """A weight per basket: 1 on the newest day, half so long before."""
    age = last_day(baskets) - baskets.basket_day
    return np.exp2(-age / half_life_days).astype(np.float32)


def _sums(where: Ints, weight: Floats, count: int) -> Floats:
    return np.bincount(where, weights=weight, minlength=count).astype(np.float32)


def _share_of_tickets(kind: ReasonKind, count: float, tickets: float, span: str) -> Reason:
    share = count / max(tickets, 1.0)
    words = f"in {count:.0f} of {tickets:.0f} tickets{span}"
    return Reason(kind, words, {"tickets": count, "of": tickets, "share": round(share, 6)})
