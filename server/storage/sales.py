"""Tickets with their lines, and the planogram."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from edge.wire import Sale, SaleKind, SaleLine
from server.metrics.rows import PlanogramRow, TicketRow
from server.storage.catalogue import next_revision
from server.storage.exact import from_e4, from_e4_or_none, from_us, to_e4, to_us


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket of a store, from wherever it came. `customer` is a keyed hash, never the number itself."""

    ticket: str
    till: str
    at: datetime
    kind: SaleKind
    currency: str | None
    lines: tuple[SaleLine, ...]
    customer: str | None = None


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A ticket as it is held, with what its next revision depends on."""

    ticket: Ticket
    revision: int
    imported_at: datetime


def keep_sale(db: Database, sale: Sale, received_at: datetime) -> bool:
    """Store a till's ticket unless an equal or higher revision is there; whether anything changed."""
    held = db.execute(
        "SELECT revision FROM tickets WHERE store = ? AND ticket = ?", (sale.store, sale.ticket)
    ).fetchone()
    if held is not None and held[0] >= sale.revision:
        return False
    ticket = Ticket(sale.ticket, sale.till, sale.at, sale.kind, sale.currency, sale.lines)
    put_ticket(
        db, sale.store, ticket, revision=sale.revision, source=f"mqtt:{sale.till}", imported_at=received_at
    )
    return True


def put_ticket(
    db: Database, store: str, ticket: Ticket, *, revision: int, source: str, imported_at: datetime
) -> None:
    """Store a ticket in place of what is held under its number, lines and all."""
    db.execute("DELETE FROM tickets WHERE store = ? AND ticket = ?", (store, ticket.ticket))
    db.execute(
        "INSERT INTO tickets"
        " (store, ticket, till, at, revision, kind, currency, source, imported_at, customer)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            store,
            ticket.ticket,
            ticket.till,
            to_us(ticket.at),
            revision,
            ticket.kind.value,
            ticket.currency,
            source,
            to_us(imported_at),
            ticket.customer,
        ),
    )
    db.conn.executemany(
        "INSERT INTO ticket_lines VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(store, ticket.ticket, *_line_values(number, line)) for number, line in enumerate(ticket.lines, 1)],
    )


def _line_values(number: int, line: SaleLine) -> tuple[int, str, str | None, int, int | None]:
    net_e4 = None if line.net is None else to_e4(line.net)
    return (number, line.sku, line.name, to_e4(line.quantity), net_e4)


def held_ticket(db: Database, store: str, ticket: str) -> StoredTicket | None:
    """The ticket of that number; None if there is none."""
    found = db.execute(
        "SELECT till, at, kind, currency, customer, revision, imported_at FROM tickets"
        " WHERE store = ? AND ticket = ?",
        (store, ticket),
    ).fetchone()
    if found is None:
        return None
    till, at, kind, currency, customer, revision, imported_at = found
    lines = _lines_of(db, store, ticket)
    return StoredTicket(
        ticket=Ticket(ticket, till, from_us(at), SaleKind(kind), currency, lines, customer),
        revision=revision,
        imported_at=from_us(imported_at),
    )


def _lines_of(db: Database, store: str, ticket: str) -> tuple[SaleLine, ...]:
    found = db.execute(
        "SELECT sku, name, quantity_e4, net_e4 FROM ticket_lines WHERE store = ? AND ticket = ?"
        " ORDER BY line_number",
        (store, ticket),
    )
    return tuple(
        SaleLine(sku=sku, name=name, quantity=from_e4(quantity_e4), net=from_e4_or_none(net_e4))
        for sku, name, quantity_e4, net_e4 in found
    )


def numbers_from(db: Database, store: str, source: str, first: datetime, last: datetime) -> set[str]:
    """Numbers of the tickets that a source brought, paid from `first` to `last`, both included."""
    found = db.execute(
        "SELECT ticket FROM tickets WHERE store = ? AND at >= ? AND at <= ? AND source = ?",
        (store, to_us(first), to_us(last), source),
    )
    return {ticket for (ticket,) in found}


def remove(db: Database, store: str, tickets: Iterable[str]) -> int:
    """Remove tickets with their lines; how many there were."""
    cursor = db.conn.executemany(
        "DELETE FROM tickets WHERE store = ? AND ticket = ?", [(store, ticket) for ticket in tickets]
    )
    return max(cursor.rowcount, 0)


def ticket_rows(db: Database, store: str, begin: datetime, end: datetime) -> list[TicketRow]:
    """Tickets paid in [begin, end), in order of time."""
    found = db.execute(
        "SELECT t.ticket, t.till, t.at, t.kind, t.currency, sum(l.net_e4), sum(l.quantity_e4),"
        " json_group_array(DISTINCT l.sku)"
        " FROM tickets t JOIN ticket_lines l USING (store, ticket)"
        " WHERE t.store = ? AND t.at >= ? AND t.at < ? GROUP BY t.at, t.ticket ORDER BY t.at, t.ticket",
        (store, to_us(begin), to_us(end)),
    )
    return [
        TicketRow(
            ticket=ticket,
            till=till,
            at=from_us(at),
            kind=SaleKind(kind),
            currency=currency,
            net=from_e4_or_none(net_e4),
            units=from_e4(units_e4),
            skus=frozenset(json.loads(skus)),
        )
        for ticket, till, at, kind, currency, net_e4, units_e4, skus in found
    ]


def pieces_sold(db: Database, store: str, begin: datetime, end: datetime) -> dict[str, float]:
    """Pieces sold by product on tickets paid in [begin, end), returns taken off; voids count for nothing."""
    found = db.execute(
        "SELECT l.sku, sum(CASE t.kind WHEN ? THEN l.quantity_e4 WHEN ? THEN -abs(l.quantity_e4) END)"
        " FROM tickets t JOIN ticket_lines l USING (store, ticket)"
        " WHERE t.store = ? AND t.at >= ? AND t.at < ? GROUP BY l.sku ORDER BY l.sku",
        (SaleKind.SALE.value, SaleKind.RETURN.value, store, to_us(begin), to_us(end)),
    )
    return {sku: float(from_e4(pieces_e4)) for sku, pieces_e4 in found if pieces_e4 is not None}


def replace_planogram(db: Database, store: str, rows: Iterable[PlanogramRow]) -> None:
    """Store where a shop's products lie, in place of everything that was held for it."""
    db.execute("DELETE FROM planogram WHERE store = ?", (store,))
    db.conn.executemany(
        "INSERT INTO planogram (store, sku, zone, valid_from, valid_until) VALUES (?, ?, ?, ?, ?)",
        [(store, row.sku, row.zone, _iso(row.valid_from), _iso(row.valid_until)) for row in rows],
    )
    next_revision(db, store, "planogram")


def planogram_rows(db: Database, store: str) -> list[PlanogramRow]:
    """Where a shop's products lie and lay, by product."""
    found = db.execute(
        "SELECT sku, zone, valid_from, valid_until FROM planogram WHERE store = ?"
        " ORDER BY sku, zone, valid_from, id",
        (store,),
    )
    return [PlanogramRow(sku, zone, _day(begin), _day(end)) for sku, zone, begin, end in found]


def shelves(db: Database, store: str) -> list[PlanogramRow]:
    """On which days products lay in which zone, whatever they were; `sku` is empty."""
    found = db.execute(
        "SELECT zone, nullif(valid_from, ''), nullif(valid_until, '') FROM shelves WHERE store = ?",
        (store,),
    )
    return [PlanogramRow("", zone, _day(begin), _day(end)) for zone, begin, end in found]


def products_in(db: Database, store: str, zone: str, day: date) -> list[str]:
    """The products that lie in a zone on a business day, by number."""
    found = db.execute(
        "SELECT DISTINCT sku FROM planogram WHERE store = ? AND zone = ?"
        " AND ifnull(valid_from, '') <= ? AND (valid_until IS NULL OR valid_until > ?) ORDER BY sku",
        (store, zone, day.isoformat(), day.isoformat()),
    )
    return [sku for (sku,) in found]


def names_sold(db: Database, store: str, skus: Iterable[str], since: datetime) -> dict[str, str]:
    """What tills call some products on tickets paid since an instant, by number; the last name counts."""
    found = db.execute(
        "SELECT l.sku, l.name, max(t.at) FROM tickets t JOIN ticket_lines l USING (store, ticket)"
        " WHERE t.store = ? AND t.at >= ? AND l.name IS NOT NULL"
        " AND l.sku IN (SELECT value FROM json_each(?)) GROUP BY l.sku",
        (store, to_us(since), json.dumps(sorted(skus))),
    )
    return {sku: name for sku, name, _ in found}


def places_of(db: Database, store: str, skus: Iterable[str]) -> list[PlanogramRow]:
    """Where some products lie and lay."""
    found = db.execute(
        "SELECT sku, zone, valid_from, valid_until FROM planogram"
        " WHERE store = ? AND sku IN (SELECT value FROM json_each(?)) ORDER BY sku, zone, valid_from, id",
        (store, json.dumps(sorted(skus))),
    )
    return [PlanogramRow(sku, zone, _day(begin), _day(end)) for sku, zone, begin, end in found]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
