"""What is learnt from: lines of tickets, and what was counted beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.storage.exact import from_us, to_us

_HOUR_US = 3_600_000_000
_AT_A_TIME = 10_000


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One line of a ticket; `quantity` in pieces, negative where something came back."""

    ticket: str
    at: datetime
    kind: str
    customer: str | None
    sku: str
    name: str | None
    quantity: float


@dataclass(frozen=True, slots=True)
class CountedHour:
    """What a shop's zones saw in an hour of UTC: the mean stay, and people in zones at a time, on average."""

    begin: datetime
    dwell_seconds: float | None
    occupancy: float


def sold_lines(db: Database, store: str, begin: datetime, end: datetime) -> Iterator[SoldLine]:
    """Lines of tickets paid in [begin, end), in order of time."""
    cursor = db.execute(
        "SELECT t.ticket, t.at, t.kind, t.customer, l.sku, l.name, l.quantity_e4"
        " FROM tickets t JOIN ticket_lines l USING (store, ticket)"
        " WHERE t.store = ? AND t.at >= ? AND t.at < ? ORDER BY t.at, t.ticket, l.line_number",
        (store, to_us(begin), to_us(end)),
    )
    while rows := cursor.fetchmany(_AT_A_TIME):
        for ticket, at, kind, customer, sku, name, quantity_e4 in rows:
            yield SoldLine(ticket, from_us(at), kind, customer, sku, name, quantity_e4 / 10_000)


def ticket_count(db: Database, store: str, begin: datetime) -> int:
    """How many sales were paid since an instant; what was given back is none."""
    found = db.execute(
        "SELECT count(*) FROM tickets WHERE store = ? AND at >= ? AND kind = 'sale'", (store, to_us(begin))
    )
    return int(found.fetchone()[0])


def customers_since(db: Database, store: str, begin: datetime) -> set[str]:
    """The keyed hashes of all customers on tickets since an instant."""
    found = db.execute(
        "SELECT DISTINCT customer FROM tickets WHERE store = ? AND at >= ? AND customer IS NOT NULL",
        (store, to_us(begin)),
    )
    return {customer for (customer,) in found}


def counted_hours(db: Database, store: str, begin: datetime, end: datetime) -> list[CountedHour]:
    """What was counted in zones, by the hour."""
    found = db.execute(
        "SELECT bucket_start / ?, sum(dwell_n), sum(dwell_sum_seconds), sum(person_seconds)"
        " FROM zone_counts WHERE store = ? AND bucket_start >= ? AND bucket_start < ? GROUP BY 1 ORDER BY 1",
        (_HOUR_US, store, to_us(begin), to_us(end)),
    )
    return [
        CountedHour(from_us(hour * _HOUR_US), dwell / stays if stays else None, present / 3600)
        for hour, stays, dwell, present in found
    ]


def most_sold(
    db: Database, store: str, begin: datetime, limit: int
) -> tuple[int, list[tuple[str, str | None, int]]]:
    """Sales since an instant, and the products in most of them: number, a name, how many sales."""
    found = db.execute(
        "SELECT l.sku, max(l.name), count(DISTINCT l.ticket) n FROM tickets t"
        " JOIN ticket_lines l USING (store, ticket)"
        " WHERE t.store = ? AND t.at >= ? AND t.kind = 'sale' AND l.quantity_e4 > 0"
        " GROUP BY l.sku ORDER BY n DESC, l.sku LIMIT ?",
        (store, to_us(begin), limit),
    )
    return ticket_count(db, store, begin), [(sku, name, int(count)) for sku, name, count in found]
