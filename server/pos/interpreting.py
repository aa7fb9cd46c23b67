"""What a row of a till's file says, by its mapping; pure."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from edge.wire import SaleKind, SaleLine
from server.config import StoreSettings
from server.pos import local_time
from server.pos.amounts import FOUR_DECIMALS, Told, net_amount
from server.pos.errors import FileRefused, RowRefused
from server.sales_settings import MappingSettings

NO_TILL = "file"
"""The till of files that name none."""

LONGEST_NAME = 100
"""So many characters may a ticket's number or a till have, as on the wire."""

HIGHEST_TAX_PERCENT = 1000

WHOLE_TICKET = "whole-ticket"
"""The product of rows that are tickets and name none."""

_LONGEST_NUMBER = 40
_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_GROUPED = {
    ".": re.compile(rf"(\d{{1,3}}([,'{_SPACES}]\d{{3}})+|\d*)(\.\d+)?", re.ASCII),
    ",": re.compile(rf"(\d{{1,3}}([.'{_SPACES}]\d{{3}})+|\d*)(,\d+)?", re.ASCII),
}
_SIGNED = re.compile(r"(?P<sign>[+-]?)(?P<digits>[^+\-()]+)|\((?P<owed>[^+\-()]+)\)")
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
    customer: str | None = None


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
    named = mapping.needed_columns()
    missing = [f"{column!r} ({field})" for column, field in named.items() if column not in found]
    if missing:
        raise FileRefused(
            f"{name} lacks the columns {', '.join(missing)}; its header is {', '.join(map(repr, found))}",
            _header_hint(mapping, found),
        )
    if twice := [column for column in named if found.count(column) > 1]:
        raise FileRefused(f"{name} has the column {twice[0]!r} more than once", "rename one of them")
    return Form(mapping, store, found)


def interpreted(
    form: Form, cells: Sequence[str], text: str, position: int, occurrence: int
) -> SaleRow | None:
    """What a row says; None where it is one to pass over.

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
    if _is_passed_over(form.mapping, row):
        return None
    at, ambiguous = local_time.instant(
        local_time.parsed(row.time_text(), form.mapping.date_formats), form.zone
    )
    number = row.needed("ticket") if form.mapping.columns.ticket else ""
    till = row.cell("till") or NO_TILL
    kind = _kind(form.mapping, row, number)
    return SaleRow(
        position=position,
        ticket=_ticket_key(form, number, till, at, kind) if number else _key_of_text(text, occurrence),
        till=_short(till, "till"),
        at=at,
        kind=kind,
        currency=_currency(form.store, row),
        line=_line(form.mapping, row),
        ambiguous=ambiguous,
        customer=row.cell("customer") or None,
    )


def _is_passed_over(mapping: MappingSettings, row: _Cells) -> bool:
    if mapping.columns.sku and row.cell("sku") in mapping.ignore:
        return True
    return any(row.column(column) in values for column, values in mapping.skip.items())


def _short(value: str, what: str) -> str:
    if len(value) > LONGEST_NAME:
        raise RowRefused(f"{what} has {len(value)} characters; at most {LONGEST_NAME} are kept")
    return value


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

    def column(self, column: str) -> str:
        return self._by_column[column]

    def number(self, field: str) -> Decimal:
        text = self.needed(field)
        if (value := parsed_number(text, self._decimal)) is None:
            raise RowRefused(
                f"{self._column_of[field]!r} ({field}) is {text[:_LONGEST_NUMBER]!r}, no number with the"
                f" decimal sign {self._decimal!r}"
            )
        return value

    def number_or_none(self, field: str) -> Decimal | None:
        return self.number(field) if self.cell(field) else None


def parsed_number(text: str, decimal: str) -> Decimal | None:
    """The number that a text says; None if it says none.

    Thousands may be grouped by the other sign, a space or an apostrophe, one currency sign may stand
    before or after it (`-$12.00`, `1 234,50 €`), and brackets are a minus, as in accounts.
    """
    bare = "".join(char for char in text if unicodedata.category(char) != "Sc").strip(_SPACES)
    if len(bare) > _LONGEST_NUMBER or len(text) - len(bare) > 3:
        return None
    found = _SIGNED.fullmatch(bare)
    if found is None:
        return None
    digits = (found["digits"] or found["owed"]).strip(_SPACES)
    if not _GROUPED[decimal].fullmatch(digits) or not any(map(str.isdecimal, digits)):
        return None
    plain = "".join(char for char in digits if char.isdecimal() or char == decimal).replace(decimal, ".")
    return -Decimal(plain) if found["sign"] == "-" or found["owed"] else Decimal(plain)


def _line(mapping: MappingSettings, row: _Cells) -> SaleLine:
    told = Told(
        net=row.number_or_none("net"),
        gross=row.number_or_none("gross"),
        unit_price=row.number_or_none("unit_price"),
        discount=row.number_or_none("discount"),
        tax=row.number_or_none("tax"),
        tax_percent=row.number_or_none("tax_percent") if mapping.columns.tax_percent else mapping.tax_percent,
    )
    _refuse_unknown_tax(mapping, told)
    try:
        quantity = _quantity(mapping, row)
        return SaleLine(
            sku=_sku(mapping, row),
            name=row.cell("name") or None,
            quantity=quantity,
            net=_less_refund(row, net_amount(told, quantity)),
        )
    except InvalidOperation as error:
        raise RowRefused("quantity or amount is too large") from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise RowRefused(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}") from error


def _less_refund(row: _Cells, net: Decimal | None) -> Decimal | None:
    """A line's amount less its share of what was given back of the whole ticket."""
    refunded, total = row.number_or_none("refunded"), row.number_or_none("total")
    if net is None or not refunded:
        return net
    if total is None or not 0 <= abs(refunded) <= total:
        raise RowRefused(f"{refunded} was given back of a ticket of {total or 0}, which cannot be")
    return (net * (total - abs(refunded)) / total).quantize(FOUR_DECIMALS, ROUND_HALF_EVEN)


def _quantity(mapping: MappingSettings, row: _Cells) -> Decimal:
    if not row.cell("quantity"):
        return Decimal(1)
    quantity = row.number("quantity")
    if mapping.quantity_divisor == 1:
        return quantity
    return (quantity / mapping.quantity_divisor).quantize(FOUR_DECIMALS)


def _refuse_unknown_tax(mapping: MappingSettings, told: Told) -> None:
    # An empty cell is not a tax of 0: a guess would be in the sums for good.
    column = mapping.columns.tax or mapping.columns.tax_percent
    if column and told.has_price and told.tax is None and told.tax_percent is None:
        raise RowRefused(f"{column!r} (tax) is empty, so what the row is without tax cannot be known")
    if told.tax_percent is not None and not 0 <= told.tax_percent <= HIGHEST_TAX_PERCENT:
        raise RowRefused(
            f"{column!r} (tax_percent) is {told.tax_percent}, no rate of 0 to {HIGHEST_TAX_PERCENT} %"
        )


def _sku(mapping: MappingSettings, row: _Cells) -> str:
    if mapping.rows == "tickets":
        return WHOLE_TICKET
    if mapping.name_for_sku and not row.cell("sku") and row.cell("name"):
        return row.cell("name")[:LONGEST_NAME]
    return row.needed("sku")


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


def _ticket_key(form: Form, number: str, till: str, at: datetime, kind: SaleKind) -> str:
    if form.mapping.ticket_per_kind and kind is not SaleKind.SALE:
        number = f"{number}/{kind.value}"
    if form.mapping.ticket_scope == "store":
        return _short(number, "the ticket's number")
    if form.mapping.ticket_scope == "till":
        return _short(f"{till}/{number}", "the ticket's number")
    begins = form.store.day_begins
    since_midnight = timedelta(hours=begins.hour, minutes=begins.minute, seconds=begins.second)
    day = (at.astimezone(form.store.zone).replace(tzinfo=None) - since_midnight).date()
    key = f"{day}/{till}/{number}" if form.mapping.columns.till else f"{day}/{number}"
    return _short(key, "the ticket's number")


def _key_of_text(text: str, occurrence: int) -> str:
    return f"row-{hashlib.sha256(text.encode()).hexdigest()[:20]}-{occurrence}"


def _header_hint(mapping: MappingSettings, found: Sequence[str]) -> str:
    for other in (";", "\t", ",", "|"):
        if other != mapping.delimiter and len(found) == 1 and other in found[0]:
            return f"the delimiter of this file seems to be {other!r}; the mapping says {mapping.delimiter!r}"
    for column in mapping.needed_columns():
        if column not in found and (close := difflib.get_close_matches(column, found, n=1, cutoff=0.5)):
            return f"did you mean {close[0]!r} where the mapping says {column!r}?"
    return "name the file's columns in the mapping's [columns]"
