"""What tills sold by the quarter of an hour: tickets, and pieces of single products."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlite_utils import Database

from edge.wire import SaleKind
from server.storage.exact import from_us, to_us

_QUARTER_US = 900_000_000


def ticket_span(db: Database, store: str) -> tuple[datetime, datetime] | None:
    """When the first and the last ticket of a store was paid; None without one."""
    first, last = db.execute(
        "SELECT (SELECT min(at) FROM tickets WHERE store = ?), (SELECT max(at) FROM tickets WHERE store = ?)",
        (store, store),
    ).fetchone()
    return None if first is None else (from_us(first), from_us(last))


def sales_by_quarter(db: Database, store: str, begin: datetime, end: datetime) -> dict[datetime, int]:
    """Sales tickets paid in [begin, end), by the quarter of an hour; quarters without any are left out."""
    found = db.execute(
        f"SELECT at / {_QUARTER_US}, count(*) FROM tickets"  # noqa: S608 -- a number of our own
        " WHERE store = ? AND at >= ? AND at < ? AND kind = ? GROUP BY 1",
        (store, to_us(begin), to_us(end), SaleKind.SALE.value),
    )
    return {from_us(quarter * _QUARTER_US): count for quarter, count in found}


def pieces_by_quarter(
    db: Database, store: str, skus: Collection[str], begin: datetime, end: datetime
) -> Mapping[str, Mapping[datetime, float]]:
    """Pieces of some products on sales tickets paid in [begin, end), by the quarter of an hour.

    Returns are not taken off: what comes back was wanted on another day.
    """
    found = db.execute(
        f"SELECT l.sku, t.at / {_QUARTER_US}, sum(l.quantity_e4)"  # noqa: S608 -- a number of our own
        " FROM tickets t JOIN ticket_lines l USING (store, ticket)"
        " WHERE t.store = ? AND t.at >= ? AND t.at < ? AND t.kind = ?"
        " AND l.sku IN (SELECT value FROM json_each(?)) GROUP BY 1, 2",
        (store, to_us(begin), to_us(end), SaleKind.SALE.value, json.dumps(sorted(skus))),
    )
    pieces: defaultdict[str, dict[datetime, float]] = defaultdict(dict)
    for sku, quarter, quantity_e4 in found:
        pieces[sku][from_us(quarter * _QUARTER_US)] = quantity_e4 / 10_000
    return pieces


def is_sold(db: Database, store: str, sku: str) -> bool:
    """Whether a product stands on any ticket of a store."""
    found = db.execute("SELECT 1 FROM ticket_lines WHERE store = ? AND sku = ? LIMIT 1", (store, sku))
    return found.fetchone() is not None
