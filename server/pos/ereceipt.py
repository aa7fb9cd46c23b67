"""Electronic receipts as JSON, in the form of the German e-receipt standard (EKaBS).

Form: `head` with `number` and `date`, `data` with `currency` and `lines`, each with `text`, `vatAmounts`
(`exclVat`, `inclVat`, `percentage`) and `item` (`number`, `gtin`, `quantity`): DFKA e.V., "Elektronischer
Kassenbeleg-Standard", and public clients of receipt services that use it. What it says of the buyer is
never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlite_utils import Database

from edge.wire import SaleKind, SaleLine
from edge.wire.messages import Instant, Money, Quantity
from server.config import Settings, StoreSettings
from server.metrics.intervals import Calendar
from server.pos.errors import FileRefused
from server.pos.gathering import as_return
from server.pos.importing import difference, store_tickets
from server.pos.interpreting import LONGEST_NAME, NO_TILL
from server.pos.posting import TicketsRefused, Wrong, in_words
from server.pos.reading import opened
from server.pos.summary import PREVIEWED, ImportReport, day_totals, kinds_of, seen
from server.storage.database import writing
from server.storage.sales import Ticket

MAPPING = "ereceipt"
"""What `--mapping` is called for such files."""

MOST_RECEIPTS = 10_000


class _Read(BaseModel):
    # The standard grows; what is not needed here is let through unread.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _Vat(_Read):
    exclVat: Money  # noqa: N815 -- the standard's names


class _Item(_Read):
    number: str | None = None
    gtin: str | None = None
    quantity: Quantity = Decimal(1)


class _Line(_Read):
    text: Annotated[str, Field(min_length=1)]
    vatAmounts: Annotated[tuple[_Vat, ...], Field(min_length=1)]  # noqa: N815
    item: _Item = _Item()


class _Head(_Read):
    number: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    date: Instant


class _Data(_Read):
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    lines: Annotated[tuple[_Line, ...], Field(min_length=1, max_length=2000)]


class _CashRegister(_Read):
    serialNumber: Annotated[str, Field(max_length=LONGEST_NAME)] | None = None  # noqa: N815


class _Receipt(_Read):
    head: _Head
    data: _Data
    cashRegister: _CashRegister = _CashRegister()  # noqa: N815


_RECEIPTS = TypeAdapter(Annotated[tuple[_Receipt, ...], Field(max_length=MOST_RECEIPTS)])


def receipts(body: bytes) -> tuple[Ticket, ...]:
    """The tickets of one receipt or of a list of them; one with only negative quantities is a return.

    Raises:
        TicketsRefused: not JSON, or anything in any of them that is wrong.
    """
    try:
        if body.lstrip().startswith(b"["):
            found = _RECEIPTS.validate_json(body)
        else:
            found = (_Receipt.model_validate_json(body),)
        tickets = tuple(_ticket(one) for one in found)
    except ValidationError as error:
        raise TicketsRefused(in_words(error)) from error
    numbers = [ticket.ticket for ticket in tickets]
    if twice := [place for place, number in enumerate(numbers) if numbers.index(number) != place]:
        raise TicketsRefused([Wrong(f"tickets.{twice[0]}.head.number", "stands in this file already")])
    return tickets


def import_receipts(
    db: Database, settings: Settings, file: Path, store: str, now: datetime, *, dry_run: bool = False
) -> ImportReport:
    """Store a file's receipts, all or none. With `dry_run` nothing is written.

    Raises:
        ServerError: unknown store, no such file, or anything in it that is wrong.
    """
    where = settings.store(store)
    with opened(file, "utf-8-sig") as lines:
        body = "".join(lines).encode()
    try:
        tickets = [_in_currency(ticket, where.currency) for ticket in receipts(body)]
    except TicketsRefused as error:
        raise FileRefused(f"{file.name} was not stored: {error}", "is it a file of e-receipts?") from error
    if dry_run:
        outcomes = [difference(db, store, ticket) for ticket in tickets]
    else:
        with writing(db):
            outcomes = list(store_tickets(db, store, tickets, f"ereceipt:{file.name}", now).elements())
    return _report(file, where, tickets, outcomes, dry_run=dry_run)


def _report(
    file: Path, where: StoreSettings, tickets: Sequence[Ticket], outcomes: Sequence[str], *, dry_run: bool
) -> ImportReport:
    times = [ticket.at for ticket in tickets]
    return ImportReport(
        file=file.name,
        rows_read=len(tickets),
        tickets=len(tickets),
        lines=sum(len(ticket.lines) for ticket in tickets),
        new=outcomes.count("new"),
        changed=outcomes.count("changed"),
        unchanged=outcomes.count("unchanged"),
        removed=0,
        ignored=0,
        quarantined=0,
        refused=0,
        ambiguous_hours=0,
        first=min(times, default=None),
        last=max(times, default=None),
        kinds=kinds_of(tickets),
        days=day_totals(tickets, Calendar(where.zone, where.day_begins)),
        preview=tuple(seen(ticket) for ticket in tickets[:PREVIEWED]),
        warnings=(),
        problems=(),
        dry_run=dry_run,
    )


def _ticket(receipt: _Receipt) -> Ticket:
    ticket = Ticket(
        ticket=receipt.head.number,
        till=receipt.cashRegister.serialNumber or NO_TILL,
        at=receipt.head.date,
        kind=SaleKind.SALE,
        currency=receipt.data.currency,
        lines=tuple(_line(line) for line in receipt.data.lines),
    )
    return as_return(ticket)


def _line(line: _Line) -> SaleLine:
    sku = line.item.number or line.item.gtin or line.text
    net = sum((vat.exclVat for vat in line.vatAmounts), Decimal(0))
    return SaleLine(sku=sku[:LONGEST_NAME], name=line.text[:200], quantity=line.item.quantity, net=net)


def _in_currency(ticket: Ticket, currency: str | None) -> Ticket:
    return ticket if ticket.currency else replace(ticket, currency=currency)
