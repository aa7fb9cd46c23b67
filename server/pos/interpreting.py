"""What a row of a till's file says, by its mapping; pure."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from edge.wire import SaleKind, SaleLine
from server.config import MappingSettings, StoreSettings
from server.pos import local_time
from server.pos.errors import FileRefused, RowRefused

NO_TILL = "file"
"""The till of files that name none."""

_TEN_THOUSANDTH = Decimal("0.0001")
_GROUPED = {
    ".": re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d*)(\.\d+)?"),
    ",": re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*)(,\d+)?"),
}
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One line of a ticket as a file tells it. `ambiguous`: its local time came twice that day."""

    position: int
    ticket: str
    till: str
    at: datetime
    kind: SaleKind
    currency: str | None
    line: SaleLine
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Form:
    """How rows of one file are to be understood."""

    mapping: MappingSettings
    store: StoreSettings
    header: tuple[str, ...]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the file's times."""
        return ZoneInfo(self.mapping.time_zone or self.store.time_zone)


def checked_form(mapping: MappingSettings, store: StoreSettings, header: Sequence[str], name: str) -> Form:
    """How to read a file that begins with this header.

    Raises:
        FileRefused: columns of the mapping are missing, or stand there twice.
    """
    found = tuple(cell.strip() for cell in header)
    named = mapping.columns.named()
    missing = [f"{column!r} ({field})" for field, column in named.items() if column not in found]
    if missing:
        raise FileRefused(
            f"{name} lacks the columns {', '.join(missing)}; its header is {', '.join(map(repr, found))}",
            _header_hint(mapping, found),
        )
    if twice := [column for column in named.values() if found.count(column) > 1]:
        raise FileRefused(f"{name} has the column {twice[0]!r} more than once", "rename one of them")
    return Form(mapping, store, found)


def interpreted(
    form: Form, cells: Sequence[str], text: str, position: int, occurrence: int
) -> SaleRow | None:
    """What a row says; None where its product is one to ignore.

    Args:
        form: how to understand the row.
        cells: its cells.
        text: the row as it stands in the file.
        position: its line.
        occurrence: how many rows before it in the file have the same text.

    Raises:
        RowRefused: it cannot be understood.
    """
    if len(cells) != len(form.header):
        raise RowRefused(f"has {len(cells)} cells where the header has {len(form.header)}")
    row = _Cells(form, dict(zip(form.header, (cell.strip() for cell in cells), strict=True)))
    if row.cell("sku") in form.mapping.ignore:
        return None
    at, ambiguous = local_time.instant(
        local_time.parsed(row.time_text(), form.mapping.date_formats), form.zone
    )
    number = row.needed("ticket") if form.mapping.columns.ticket else ""
    till = row.cell("till") or NO_TILL
    return SaleRow(
        position=position,
        ticket=_ticket_key(form, number, till, at) if number else _key_of_text(text, occurrence),
        till=till,
        at=at,
        kind=_kind(form.mapping, row, number),
        currency=_currency(form.store, row),
        line=_line(row),
        ambiguous=ambiguous,
    )


class _Cells:
    """A row's cells by what they hold."""

    def __init__(self, form: Form, by_column: Mapping[str, str]) -> None:
        self._column_of = form.mapping.columns.named()
        self._by_column = by_column
        self._decimal = form.mapping.decimal

    def cell(self, field: str) -> str:
        return self._by_column[self._column_of[field]] if field in self._column_of else ""

    def needed(self, field: str) -> str:
        if not (value := self.cell(field)):
            raise RowRefused(f"{self._column_of[field]!r} ({field}) is empty")
        return value

    def time_text(self) -> str:
        if "at" in self._column_of:
            return self.needed("at")
        return f"{self.needed('date')} {self.needed('time')}"

    def number(self, field: str) -> Decimal:
        text = self.needed(field)
        if not _GROUPED[self._decimal].fullmatch(text) or not any(map(str.isdecimal, text)):
            raise RowRefused(
                f"{self._column_of[field]!r} ({field}) is {text!r}, no number with the decimal sign"
                f" {self._decimal!r}"
            )
        grouping = "," if self._decimal == "." else "."
        return Decimal(text.replace(grouping, "").replace(self._decimal, "."))


def _line(row: _Cells) -> SaleLine:
    quantity = row.number("quantity") if row.cell("quantity") else Decimal(1)
    net = row.number("net") if row.cell("net") else None
    if row.cell("unit_price"):
        net = (quantity * row.number("unit_price")).quantize(_TEN_THOUSANDTH, ROUND_HALF_EVEN)
    try:
        return SaleLine(sku=row.needed("sku"), name=row.cell("name") or None, quantity=quantity, net=net)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise RowRefused(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}") from error


def _kind(mapping: MappingSettings, row: _Cells, number: str) -> SaleKind:
    if mapping.columns.kind:
        word = row.needed("kind")
        if word not in mapping.kinds:
            raise RowRefused(f"{mapping.columns.kind!r} (kind) is {word!r}, which `kinds` does not explain")
        return mapping.kinds[word]
    if mapping.returns_prefix and number.startswith(mapping.returns_prefix):
        return SaleKind.RETURN
    return SaleKind.SALE


def _currency(store: StoreSettings, row: _Cells) -> str | None:
    code = row.cell("currency") or store.currency
    if code is not None and not _CURRENCY.fullmatch(code):
        raise RowRefused(f"currency {code!r} is not an ISO 4217 code such as EUR")
    return code


def _ticket_key(form: Form, number: str, till: str, at: datetime) -> str:
    if form.mapping.ticket_scope == "store":
        return number
    begins = form.store.day_begins
    since_midnight = timedelta(hours=begins.hour, minutes=begins.minute, seconds=begins.second)
    day = (at.astimezone(form.store.zone).replace(tzinfo=None) - since_midnight).date()
    return f"{day}/{till}/{number}" if form.mapping.columns.till else f"{day}/{number}"


def _key_of_text(text: str, occurrence: int) -> str:
    return f"row-{hashlib.sha256(text.encode()).hexdigest()[:20]}-{occurrence}"


def _header_hint(mapping: MappingSettings, found: Sequence[str]) -> str:
    for other in (";", "\t", ",", "|"):
        if other != mapping.delimiter and len(found) == 1 and other in found[0]:
            return f"the delimiter of this file seems to be {other!r}; the mapping says {mapping.delimiter!r}"
    for column in mapping.columns.named().values():
        if column not in found and (close := difflib.get_close_matches(column, found, n=1, cutoff=0.5)):
            return f"did you mean {close[0]!r} where the mapping says {column!r}?"
    return "name the file's columns in the mapping's [columns]"
