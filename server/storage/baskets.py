"""What is bought together, counted in tickets."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.storage.exact import to_us


@dataclass(frozen=True, slots=True)
class Together:
    """Tickets with a product, and how many of them hold something of a given set as well."""

    tickets: int
    together: int


@dataclass(frozen=True, slots=True)
class Baskets:
    """Sales of a span: all, those with something of a given set, and both for each product."""

    tickets: int
    with_any: int
    by_sku: Mapping[str, Together]


_SOLD = """
    WITH sold AS MATERIALIZED (
        SELECT DISTINCT t.ticket, l.sku FROM tickets t JOIN ticket_lines l USING (store, ticket)
        WHERE t.store = :store AND t.at >= :begin AND t.at < :end AND t.kind = 'sale' AND l.quantity_e4 > 0
    ),
    chosen AS MATERIALIZED (
        SELECT DISTINCT ticket FROM sold WHERE sku IN (SELECT value FROM json_each(:skus))
    )
"""
_TOTALS = "SELECT (SELECT count(DISTINCT ticket) FROM sold), (SELECT count(*) FROM chosen)"
_BY_SKU = "SELECT sku, count(*), count(c.ticket) FROM sold LEFT JOIN chosen c USING (ticket) GROUP BY sku"


def baskets_with(db: Database, store: str, begin: datetime, end: datetime, skus: Collection[str]) -> Baskets:
    """Sales paid in [begin, end), and which of them hold at least one of some products."""
    values = {"store": store, "begin": to_us(begin), "end": to_us(end), "skus": json.dumps(sorted(skus))}
    tickets, with_any = db.execute(f"{_SOLD} {_TOTALS}", values).fetchone()
    found = db.execute(f"{_SOLD} {_BY_SKU}", values)
    return Baskets(tickets, with_any, {sku: Together(n, both) for sku, n, both in found})


def any_ticket(db: Database, store: str, begin: datetime, end: datetime) -> bool:
    """Whether a till told of anything that was paid in [begin, end)."""
    found = db.execute(
        "SELECT 1 FROM tickets WHERE store = ? AND at >= ? AND at < ? LIMIT 1",
        (store, to_us(begin), to_us(end)),
    )
    return found.fetchone() is not None
