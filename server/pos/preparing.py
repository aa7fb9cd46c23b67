"""Rows made ready to be read and kept: later rows filled up, customers' numbers hashed. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from server.pos.customers import hashed
from server.pos.interpreting import Form
from server.pos.reading import RawRow

_OF_THE_TICKET = ("at", "date", "time", "till", "kind", "currency", "customer", "refunded", "total")


class Preparation:
    """Makes the rows of one file ready, in their order. Remembers the first row of each ticket.

    What comes out holds no customer's number: it may be kept, shown and hashed as it stands.
    """

    def __init__(self, form: Form, key: bytes) -> None:
        self._form = form
        self._key = key
        self._first: dict[str, list[str]] = {}
        columns = form.mapping.columns
        self._ticket = _places(form, [columns.ticket])
        self._customer = _places(form, [columns.customer])
        of_ticket = [getattr(columns, field) for field in _OF_THE_TICKET]
        self._filled = _places(form, [*of_ticket, *form.mapping.skip]) if form.mapping.fill_down else ()

    def ready(self, raw: RawRow) -> RawRow:
        """The row as it may be read and kept."""
        if raw.problem or len(raw.cells) != len(self._form.header):
            return self._withheld(raw) if self._customer else raw
        cells = list(raw.cells)
        for place in self._customer:
            cells[place] = hashed(self._key, cells[place])
        self._fill(cells)
        if cells == list(raw.cells):
            return raw
        return replace(raw, cells=tuple(cells), text=_written(cells, self._form.mapping.delimiter))

    def _fill(self, cells: list[str]) -> None:
        if not self._filled or not (number := cells[self._ticket[0]].strip()):
            return
        first = self._first.setdefault(number, cells)
        for place in self._filled:
            cells[place] = cells[place] if cells[place].strip() else first[place]

    def _withheld(self, raw: RawRow) -> RawRow:
        # Its cells cannot be told apart, so any of them may be the customer's number.
        cells = tuple("withheld" for _ in raw.cells)
        mark = hashed(self._key, raw.text or "nothing").replace("customer", "withheld")
        return replace(raw, cells=cells, text=f"({mark}: the row may hold a customer's number)")


def _places(form: Form, columns: Sequence[str | None]) -> tuple[int, ...]:
    return tuple(form.header.index(column) for column in dict.fromkeys(columns) if column is not None)


def _written(cells: Sequence[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()
