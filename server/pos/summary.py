"""What an import did or would do, told in figures; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from edge.wire import SaleKind
from server.metrics.intervals import Calendar
from server.metrics.rows import TicketRow
from server.metrics.sales import Till, takings
from server.metrics.sales import sales as summed
from server.storage.sales import Ticket

PROBLEMS_SHOWN = 20
PREVIEWED = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was refused, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """A ticket as it was understood. `net` is None without an amount; `known_customer`: a number was told."""

    ticket: str
    till: str
    at: datetime
    kind: SaleKind
    currency: str | None
    lines: int
    units: Decimal
    net: Decimal | None
    known_customer: bool


@dataclass(frozen=True, slots=True)
class DayTotal:
    """A business day in one currency as the figures will have it: without voids and online pick-ups."""

    day: date
    currency: str | None
    transactions: int
    returns: int
    units: Decimal
    net: Decimal | None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. `refused` rows could not even be kept: the quarantine is full."""

    file: str
    rows_read: int
    tickets: int
    lines: int
    new: int
    changed: int
    unchanged: int
    removed: int
    ignored: int
    quarantined: int
    refused: int
    ambiguous_hours: int
    first: datetime | None
    last: datetime | None
    kinds: dict[str, int]
    days: tuple[DayTotal, ...]
    preview: tuple[TicketSeen, ...]
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    dry_run: bool


def kinds_of(tickets: Sequence[Ticket]) -> dict[str, int]:
    """How many tickets there are of each kind."""
    return dict(sorted(Counter(ticket.kind.value for ticket in tickets).items()))


def seen(ticket: Ticket) -> TicketSeen:
    """One ticket in short."""
    row = _row(ticket)
    return TicketSeen(
        ticket=ticket.ticket,
        till=ticket.till,
        at=ticket.at,
        kind=ticket.kind,
        currency=ticket.currency,
        lines=len(ticket.lines),
        units=row.units,
        net=row.net,
        known_customer=ticket.customer is not None,
    )


def day_totals(tickets: Sequence[Ticket], calendar: Calendar) -> tuple[DayTotal, ...]:
    """Totals by business day and currency, in order."""
    parts: defaultdict[tuple[date, str], list[TicketRow]] = defaultdict(list)
    for ticket in tickets:
        parts[calendar.day_of(ticket.at), ticket.currency or ""].append(_row(ticket))
    return tuple(_day(day, currency or None, parts[day, currency]) for day, currency in sorted(parts))


def _day(day: date, currency: str | None, rows: Sequence[TicketRow]) -> DayTotal:
    total = summed([takings(row) for row in rows], Till(currency, currency))
    return DayTotal(
        day=day,
        currency=currency,
        transactions=total.transactions,
        returns=total.returns,
        units=total.units,
        net=None if total.net is None else total.net.amount,
    )


def _row(ticket: Ticket) -> TicketRow:
    amounts = [line.net for line in ticket.lines if line.net is not None]
    return TicketRow(
        ticket=ticket.ticket,
        till=ticket.till,
        at=ticket.at,
        kind=ticket.kind,
        currency=ticket.currency,
        net=sum(amounts, Decimal(0)) if amounts else None,
        units=sum((line.quantity for line in ticket.lines), Decimal(0)),
        skus=frozenset(line.sku for line in ticket.lines),
    )
