"""Rows of a file into tickets; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from edge.wire import SaleKind, SaleLine
from server.pos.errors import RowRefused
from server.pos.interpreting import SaleRow
from server.storage.sales import Ticket

LONGEST_TICKET = timedelta(hours=12)
"""Rows of one ticket that lie further apart look like numbers that begin anew."""


def refuse_contradiction(first: SaleRow | Ticket, row: SaleRow) -> None:
    """Let a row pass that can belong to a ticket.

    Raises:
        RowRefused: it names another till, kind or currency than its ticket.
    """
    if first.customer != row.customer:
        raise RowRefused(f"ticket {row.ticket} is another customer's here than in its first row")
    for what in ("till", "kind", "currency"):
        there, here = getattr(first, what), getattr(row, what)
        if there != here:
            raise RowRefused(
                f"ticket {row.ticket} has the {what} {str(there)!r} in its first row and {str(here)!r} here"
            )


def gathered(rows: Iterable[SaleRow], *, negative_is_return: bool = False) -> list[Ticket]:
    """Tickets in order of their first row; one was paid when its last row says.

    With `negative_is_return` a sale of which every line has a negative quantity is a return.
    """
    by_ticket: defaultdict[str, list[SaleRow]] = defaultdict(list)
    for row in rows:
        by_ticket[row.ticket].append(row)
    tickets = [_ticket(of_one) for of_one in by_ticket.values()]
    return [as_return(ticket) for ticket in tickets] if negative_is_return else tickets


def with_line(ticket: Ticket, row: SaleRow) -> Ticket:
    """The ticket with one more line."""
    return replace(ticket, at=max(ticket.at, row.at), lines=(*ticket.lines, row.line))


def says_the_same(one: Ticket, other: Ticket) -> bool:
    """Whether two tickets are equal but for the order of their lines."""
    return _content(one) == _content(other)


def suspicious(rows: Iterable[SaleRow]) -> list[str]:
    """Tickets whose rows lie too far apart in time to be one."""
    spans: dict[str, tuple[SaleRow, SaleRow]] = {}
    for row in rows:
        first, last = spans.get(row.ticket, (row, row))
        spans[row.ticket] = (min(first, row, key=_time), max(last, row, key=_time))
    return [ticket for ticket, (first, last) in spans.items() if last.at - first.at > LONGEST_TICKET]


def as_return(ticket: Ticket) -> Ticket:
    """The ticket; a sale of which every line has a negative quantity as a return."""
    if ticket.kind is SaleKind.SALE and all(line.quantity < 0 for line in ticket.lines):
        return replace(ticket, kind=SaleKind.RETURN)
    return ticket


def _time(row: SaleRow) -> datetime:
    return row.at


def _ticket(rows: list[SaleRow]) -> Ticket:
    first = rows[0]
    return Ticket(
        ticket=first.ticket,
        till=first.till,
        at=max(row.at for row in rows),
        kind=first.kind,
        currency=first.currency,
        lines=tuple(row.line for row in rows),
        customer=first.customer,
    )


def _content(ticket: Ticket) -> tuple[object, ...]:
    lines = sorted(map(_comparable, ticket.lines))
    return (ticket.till, ticket.at, ticket.kind, ticket.currency, ticket.customer, lines)


def _comparable(line: SaleLine) -> tuple[str, str, str, str]:
    # 0 is added because -0, which a till may write, is stored as 0.
    net = "" if line.net is None else f"{line.net + 0:.4f}"
    return (line.sku, line.name or "", f"{line.quantity + 0:.4f}", net)
