"""A till's file, read: rows that are understood, rows that are not, rows to pass over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from server.config import Settings
from server.pos.customers import customer_key
from server.pos.errors import FileRefused, RowRefused
from server.pos.gathering import refuse_contradiction
from server.pos.interpreting import Form, SaleRow, checked_form, interpreted
from server.pos.preparing import Preparation
from server.pos.reading import RawRow, opened, rows
from server.sales_settings import MappingSettings

MOST_REFUSED_WITHOUT_ONE_GOOD = 100
"""A file of which this many rows are refused and none is understood has the wrong mapping."""

_NO_KEY_YET = bytes(32)


@dataclass(slots=True)
class Contents:
    """A file, read. `texts` are the understood rows by line and text, `bad` the others with their reason."""

    form: Form
    good: list[SaleRow] = field(default_factory=list)
    texts: dict[tuple[int, str], SaleRow] = field(default_factory=dict)
    bad: list[tuple[RawRow, str, int]] = field(default_factory=list)
    ignored: int = 0

    @property
    def rows_read(self) -> int:
        """All rows of the file; each is understood, refused or passed over."""
        return len(self.good) + len(self.bad) + self.ignored


def read_contents(
    settings: Settings,
    file: Path,
    store: str,
    mapping: str,
    on_line: Callable[[str], None],
    *,
    dry_run: bool,
) -> Contents:
    """What a file says by a mapping.

    Raises:
        ServerError: unknown store or mapping, no such file, or not one row of it can be told apart.
    """
    how, where = settings.mapping(mapping), settings.store(store)
    key = key_for(settings, how, make=not dry_run)
    with opened(file, how.encoding) as lines:
        found = rows(lines, how.delimiter, file.name, on_line)
        header = next(found, None)
        if header is None:
            raise FileRefused(f"{file.name} is empty", "its first line has to name the columns")
        reading = _Reading(Contents(checked_form(how, where, header.cells, file.name)), key)
        for raw in found:
            reading.take(raw)
            _refuse_hopeless(reading.contents, file.name)
    return reading.contents


def key_for(settings: Settings, mapping: MappingSettings, *, make: bool = True) -> bytes:
    """The key for customers' numbers; none where the mapping has no such column.

    With `make` false a missing key is not made, since nothing is to be written.
    """
    file = settings.sales.customer_key_file
    if not mapping.columns.customer:
        return b""
    return customer_key(file) if make or file.exists() else _NO_KEY_YET


class _Reading:
    """Takes row after row; what a row means may depend on those before it."""

    def __init__(self, contents: Contents, key: bytes) -> None:
        self.contents = contents
        self._preparation = Preparation(contents.form, key)
        self._seen: Counter[str] = Counter()
        self._first: dict[str, SaleRow] = {}

    def take(self, raw: RawRow) -> None:
        raw = self._preparation.ready(raw)
        occurrence = self._seen[raw.text]
        self._seen[raw.text] += 1
        try:
            row = self._understood(raw, occurrence)
        except RowRefused as error:
            self.contents.bad.append((raw, str(error), occurrence))
        else:
            self._keep(raw, row)

    def _understood(self, raw: RawRow, occurrence: int) -> SaleRow | None:
        if raw.problem:
            raise RowRefused(raw.problem)
        form = self.contents.form
        row = interpreted(form, raw.cells, raw.text, raw.position, occurrence)
        if row is None:
            return None
        first = self._first.setdefault(row.ticket, row)
        if form.mapping.rows == "tickets" and first is not row:
            raise RowRefused(
                f"ticket {row.ticket} stands in line {first.position} already, and each row is a whole ticket"
            )
        refuse_contradiction(first, row)
        return row

    def _keep(self, raw: RawRow, row: SaleRow | None) -> None:
        if row is None:
            self.contents.ignored += 1
            return
        self.contents.good.append(row)
        self.contents.texts[(raw.position, raw.text)] = row


def _refuse_hopeless(contents: Contents, name: str) -> None:
    if contents.good or contents.ignored or len(contents.bad) < MOST_REFUSED_WITHOUT_ONE_GOOD:
        return
    raw, reason, _ = contents.bad[0]
    raise FileRefused(
        f"none of the first {len(contents.bad)} rows of {name} can be understood;"
        f" line {raw.position}: {reason}",
        "is this the right mapping for this file?",
    )
