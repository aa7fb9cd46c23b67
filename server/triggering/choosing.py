"""What a zone shows when a rule asks for it: candidates out of the database, ranked, within the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlite_utils import Database

from edge.wire import RecommendedProduct
from server.config import StoreSettings
from server.figures.terms import calendar_of
from server.storage import sales
from server.storage.baskets import baskets_with
from server.storage.catalogue import ProductRow, products_of
from server.triggering.candidates import Candidate, candidates, diverse, fit

_CENT = Decimal("0.01")

MOST_RANKED = 200
"""So many candidates are ranked, the best by tickets."""


@dataclass(frozen=True, slots=True)
class Situation:
    """For what something is sought."""

    store: str
    zone: str
    at: datetime
    dwell_seconds: float | None = None
    occupancy: float | None = None


Ranking = Callable[[Database, Situation, Sequence[Candidate]], Sequence[Candidate]]
"""Orders candidates, best first, with scores and reasons of its own; it may leave some out, and adds none."""


def by_tickets(_db: Database, _situation: Situation, found: Sequence[Candidate]) -> Sequence[Candidate]:
    """The order that candidates have by tickets already."""
    return found


@dataclass(frozen=True, slots=True)
class Choice:
    """What a zone shows; or, where that is nothing, why."""

    products: tuple[RecommendedProduct, ...]
    why_nothing: str = ""


def choose(db: Database, store: StoreSettings, situation: Situation, ranking: Ranking) -> Choice:
    """The products that a zone should show at a moment."""
    terms, calendar = store.showing, calendar_of(store)
    day = calendar.day_of(situation.at)
    here = frozenset(sales.products_in(db, situation.store, situation.zone, day))
    name = store.zones[situation.zone].name if situation.zone in store.zones else situation.zone
    if not here:
        return Choice((), f"No product is mapped to {name} today; map some in the catalogue's planogram.")
    since = situation.at - timedelta(days=terms.look_back_days)
    baskets = baskets_with(db, situation.store, since, situation.at, here)
    found = candidates(name, here, baskets, terms)
    known = products_of(db, [one.sku for one in found])
    kept, left_out = fit(found, known, situation.store, terms)
    if not kept:
        return Choice((), f"Nothing of {name} may be shown: {_told(left_out)}.")
    ranked = ranking(db, situation, kept[:MOST_RANKED])
    if not ranked:
        return Choice((), f"Nothing of {name} may be shown: {len(kept)} against the shop's rules.")
    taken = diverse(ranked, known, terms.products, terms.diversity)
    nameless = [one.sku for one in taken if one.sku not in known or known[one.sku].name is None]
    names = sales.names_sold(db, situation.store, nameless, since) if nameless else {}
    return Choice(tuple(_product(one, known, names, store) for one in taken))


def _told(left_out: Counter[str]) -> str:
    return ", ".join(f"{n} {why}" for why, n in sorted(left_out.items()))


def _product(
    one: Candidate, known: Mapping[str, ProductRow], names: Mapping[str, str], store: StoreSettings
) -> RecommendedProduct:
    product = known.get(one.sku)
    price = None if product is None or product.price is None else _as_printed(product.price)
    return RecommendedProduct(
        sku=one.sku,
        name=(product.name if product else None) or names.get(one.sku),
        price=price,
        currency=(product.currency or store.currency) if product and price is not None else None,
        reasons=one.reasons,
    )


def _as_printed(price: Decimal) -> Decimal:
    """2.40 where the catalogue holds 2.4000; finer prices stay as they are."""
    in_cents = price.quantize(_CENT)
    return in_cents if in_cents == price else price
