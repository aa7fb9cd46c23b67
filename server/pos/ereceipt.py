"""Electronic receipts as JSON, in the form of the German e-receipt standard (EKaBS).

Form: `head` with `number` and `date`, `data` with `currency` and `lines`, each with `text`, `vatAmounts`
(`exclVat`, `inclVat`, `percentage`) and `item` (`number`, `gtin`, `quantity`): DFKA e.V., "Elektronischer
Kassenbeleg-Standard", and public descriptions of receipt services that use it, some of which write its
names with underscores (dev.billless.app/docs/json). What it says of the buyer is never read.

Receipts are numbered by each register for itself. A line without an item is a discount: money and no piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from sqlite_utils import Database

from edge.wire import SaleKind, SaleLine
from edge.wire.messages import Instant, Money, Quantity
from server.config import Settings, StoreSettings
from server.metrics.intervals import Calendar
from server.pos.amounts import Told, net_amount
from server.pos.errors import FileRefused
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
    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False, alias_generator=to_camel, populate_by_name=True
    )


class _Vat(_Read):
    excl_vat: Money | None = None
    incl_vat: Money | None = None
    percentage: Annotated[Decimal, Field(ge=0, le=1000)] | None = None

    @model_validator(mode="after")
    def _tells_the_net(self) -> _Vat:
        if self.excl_vat is None and (self.incl_vat is None or self.percentage is None):
            raise ValueError("tell exclVat, or inclVat with its percentage")
        return self

    @property
    def net(self) -> Decimal:
        """The amount without tax."""
        told = Told(net=self.excl_vat, gross=self.incl_vat, tax_percent=self.percentage)
        return net_amount(told, Decimal(1)) or Decimal(0)


class _Item(_Read):
    number: str | None = None
    gtin: str | None = None
    quantity: Quantity = Decimal(1)


class _Line(_Read):
    text: Annotated[str, Field(min_length=1)]
    vat_amounts: Annotated[tuple[_Vat, ...], Field(min_length=1)]
    item: _Item | None = None


class _Head(_Read):
    number: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    date: Instant


class _Data(_Read):
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    lines: Annotated[tuple[_Line, ...], Field(min_length=1, max_length=2000)]


class _CashRegister(_Read):
    serial_number: Annotated[str, Field(max_length=LONGEST_NAME)] | None = None


class _Tse(_Read):
    process_data: str = ""


class _Security(_Read):
    tse: _Tse | None = None


class _Receipt(_Read):
    head: _Head
    data: _Data
    cash_register: _CashRegister = _CashRegister()
    security: _Security | None = None

    @property
    def process(self) -> str:
        """What the fiscal device calls it, as `Beleg`; empty where nothing of it is told."""
        tse = self.security.tse if self.security else None
        return tse.process_data.partition("^")[0] if tse else ""


_NO_SALES = frozenset({"AVTraining", "AVBelegabbruch", "AVBestellung", "AVTransfer"})
"""Training, what was broken off, orders, transfers of money: DSFinV-K, annex I, kinds of transactions."""


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
    first: dict[str, int] = {}
    twice = [n for n, ticket in enumerate(tickets) if first.setdefault(ticket.ticket, n) != n]
    if twice:
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
    lines, register = tuple(_line(line) for line in receipt.data.lines), receipt.cash_register.serial_number
    number = f"{register}/{receipt.head.number}" if register else receipt.head.number
    return Ticket(
        # The end of a long one tells more: it holds the receipt's own number.
        ticket=number[-LONGEST_NAME:],
        till=register or NO_TILL,
        at=receipt.head.date,
        kind=_kind(receipt, lines),
        currency=receipt.data.currency,
        lines=lines,
    )


def _kind(receipt: _Receipt, lines: Sequence[SaleLine]) -> SaleKind:
    if receipt.process in _NO_SALES:
        return SaleKind.VOID
    pieces = [line.quantity for line in lines if line.quantity]
    return SaleKind.RETURN if pieces and max(pieces) < 0 else SaleKind.SALE


def _line(line: _Line) -> SaleLine:
    item = line.item or _Item(quantity=Decimal(0))
    sku = item.number or item.gtin or line.text
    net = sum((vat.net for vat in line.vat_amounts), Decimal(0))
    return SaleLine(sku=sku[:LONGEST_NAME], name=line.text[:200], quantity=item.quantity, net=net)


def _in_currency(ticket: Ticket, currency: str | None) -> Ticket:
    return ticket if ticket.currency else replace(ticket, currency=currency)
