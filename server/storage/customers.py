"""What customers with a card bought: sums by customer, who is a keyed hash; computed anew each time."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.storage.exact import from_us, to_us

_FOR_GOOD = 2**63
"""Microseconds after any ticket; below 0, before any."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """One customer's purchases within a span. Returns lower `net`; voids and pick-ups are no purchases."""

    customer: str
    purchases: int
    first: datetime
    last: datetime
    net: float
    """Net sales in the asked currency."""
    first_ever: datetime
    """The first purchase that is known at all."""


@dataclass(frozen=True, slots=True)
class CardShare:
    """Sales of a span, and those that say whose they are."""

    tickets: int
    with_customer: int


@dataclass(frozen=True, slots=True)
class ZonePlace:
    """A product in a zone from an instant on up to before another; None: always, or for good."""

    sku: str
    zone: str
    begin: datetime | None
    end: datetime | None


def buyers_between(
    db: Database, store: str, begin: datetime, end: datetime, currency: str | None, *, unnamed: bool
) -> list[Buyer]:
    """Customers who bought in [begin, end). Amounts are those in a currency; `unnamed`: also of tickets
    that name none.
    """
    found = db.execute(
        "WITH told AS MATERIALIZED ("
        "  SELECT customer, at, kind, CASE WHEN currency IS :currency OR (:unnamed AND currency IS NULL)"
        "   THEN (SELECT sum(net_e4) FROM ticket_lines l WHERE l.store = t.store AND l.ticket = t.ticket)"
        "   ELSE 0 END AS net_e4"
        "  FROM tickets t WHERE store = :store AND at >= :begin AND at < :end"
        "   AND customer IS NOT NULL AND kind IN ('sale', 'return'))"
        " SELECT customer, sum(kind = 'sale'), min(CASE kind WHEN 'sale' THEN at END),"
        "  max(CASE kind WHEN 'sale' THEN at END),"
        "  sum(CASE kind WHEN 'sale' THEN net_e4 ELSE -abs(net_e4) END)"
        " FROM told GROUP BY customer HAVING sum(kind = 'sale') > 0",
        {
            "store": store,
            "begin": to_us(begin),
            "end": to_us(end),
            "currency": currency,
            "unnamed": unnamed,
        },
    ).fetchall()
    # Apart from the sums: joined in one query, SQLite looked through all customers for each ticket.
    ever = dict(_first_purchases(db, store, end))
    return [
        Buyer(customer, purchases, from_us(first), from_us(last), (net_e4 or 0) / 10_000, ever[customer])
        for customer, purchases, first, last, net_e4 in found
    ]


def _first_purchases(db: Database, store: str, end: datetime) -> Iterator[tuple[str, datetime]]:
    found = db.execute(
        "SELECT customer, min(at) FROM tickets"
        " WHERE store = ? AND at < ? AND customer IS NOT NULL AND kind = 'sale' GROUP BY customer",
        (store, to_us(end)),
    )
    for customer, at in found:
        yield customer, from_us(at)


def card_share(db: Database, store: str, begin: datetime, end: datetime) -> CardShare:
    """How many sales of [begin, end) say whose they are."""
    found = db.execute(
        "SELECT count(*), count(customer) FROM tickets"
        " WHERE store = ? AND at >= ? AND at < ? AND kind = 'sale'",
        (store, to_us(begin), to_us(end)),
    )
    return CardShare(*found.fetchone())


def first_with_customer(db: Database, store: str) -> datetime | None:
    """When the first ticket was paid that says whose it is."""
    (first,) = db.execute(
        "SELECT min(at) FROM tickets WHERE store = ? AND customer IS NOT NULL", (store,)
    ).fetchone()
    return None if first is None else from_us(first)


def usual_currency(db: Database, store: str, begin: datetime, end: datetime) -> str | None:
    """The currency of most tickets of [begin, end); None where none names one."""
    found = db.execute(
        "SELECT currency FROM tickets WHERE store = ? AND at >= ? AND at < ? AND currency IS NOT NULL"
        " GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1",
        (store, to_us(begin), to_us(end)),
    ).fetchone()
    return None if found is None else str(found[0])


def purchases_by_zone(
    db: Database, store: str, begin: datetime, end: datetime, places: Iterable[ZonePlace]
) -> list[tuple[str, str, int]]:
    """Customer, zone and how many of their sales of [begin, end) hold a product that lay in the zone."""
    by_sku: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for place in places:
        by_sku[place.sku].append((place.zone, _us(place.begin, -_FOR_GOOD), _us(place.end, _FOR_GOOD)))
    found = db.execute(
        "SELECT t.customer, t.at, json_group_array(l.sku) FROM tickets t"
        " CROSS JOIN ticket_lines l USING (store, ticket)"
        " WHERE t.store = ? AND t.at >= ? AND t.at < ? AND t.kind = 'sale' AND t.customer IS NOT NULL"
        " GROUP BY t.at, t.ticket",
        (store, to_us(begin), to_us(end)),
    )
    sales: Counter[tuple[str, str]] = Counter()
    for customer, at, skus in found:
        of_ticket = (place for sku in json.loads(skus) for place in by_sku.get(sku, ()))
        zones = {zone for zone, since, upto in of_ticket if since <= at < upto}
        sales.update((customer, zone) for zone in zones)
    return [(customer, zone, number) for (customer, zone), number in sales.items()]


def _us(at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else to_us(at)
