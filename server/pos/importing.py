"""A till's file into storage: all of it or nothing, and twice is once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from server.config import Settings
from server.pos.errors import FileRefused, RowRefused
from server.pos.gathering import gathered, refuse_contradiction, says_the_same, suspicious, with_line
from server.pos.interpreting import Form, SaleRow, checked_form, interpreted
from server.pos.reading import RawRow, cells_of, opened, rows
from server.storage import quarantine, sales
from server.storage.database import writing
from server.storage.quarantine import QuarantineRow, Refusal
from server.storage.sales import Ticket

MOST_REFUSED_WITHOUT_ONE_GOOD = 100
"""A file of which this many rows are refused and none is understood has the wrong mapping."""

PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was refused, and why."""

    line: int
    reason: str


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
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    dry_run: bool


@dataclass(slots=True)
class _Contents:
    """A file, read."""

    form: Form
    good: list[SaleRow] = field(default_factory=list)
    texts: dict[tuple[int, str], SaleRow] = field(default_factory=dict)
    bad: list[tuple[RawRow, str, int]] = field(default_factory=list)
    ignored: int = 0

    @property
    def rows_read(self) -> int:
        return len(self.good) + len(self.bad) + self.ignored


def import_sales(
    db: Database,
    settings: Settings,
    file: Path,
    store: str,
    mapping: str,
    now: datetime,
    *,
    dry_run: bool = False,
    on_line: Callable[[str], None] = lambda _: None,
) -> ImportReport:
    """Store the tickets of a file and set rows aside that cannot be understood.

    A ticket that is held already is replaced if the file says otherwise, and left alone if not. Of
    files without ticket numbers a corrected one replaces, within its span of time, what came from a
    file of the same name. With `dry_run` nothing is written.

    Raises:
        ServerError: unknown store or mapping, no such file, or not one row of it can be told apart.
    """
    contents = _read(settings, file, store, mapping, on_line)
    tickets = gathered(contents.good)
    if dry_run:
        outcomes = Counter(_difference(db, store, ticket) for ticket in tickets)
        return _report(file, contents, tickets, outcomes, dry_run=True)
    with writing(db):
        outcomes = _store(db, file, store, contents, tickets, now)
        outcomes.update(_set_aside(db, file, store, mapping, contents, now))
    return _report(file, contents, tickets, outcomes, dry_run=False)


def retry_row(db: Database, settings: Settings, row: QuarantineRow, now: datetime) -> str | None:
    """Try a row from quarantine again, by the mapping as it is now; the reason if it is refused again.

    The row joins its ticket, unless a later file has brought the ticket anew.

    Raises:
        ServerError: its store or its mapping is no longer in the configuration.
    """
    with writing(db):
        if not quarantine.still_waits(db, row.number):
            return None
        try:
            understood = _understood_again(settings, row)
            if understood is not None:
                _join(db, row, understood)
        except RowRefused as error:
            quarantine.failed_again(db, row.number, str(error))
            return str(error)
        quarantine.resolved(db, row.number, now)
    return None


def _read(
    settings: Settings, file: Path, store: str, mapping: str, on_line: Callable[[str], None]
) -> _Contents:
    how, where = settings.mapping(mapping), settings.store(store)
    with opened(file, how.encoding) as lines:
        found = rows(lines, how.delimiter, file.name, on_line)
        header = next(found, None)
        if header is None:
            raise FileRefused(f"{file.name} is empty", "its first line has to name the columns")
        contents = _Contents(checked_form(how, where, header.cells, file.name))
        seen: Counter[str] = Counter()
        first_of: dict[str, SaleRow] = {}
        for raw in found:
            _take(contents, raw, seen[raw.text], first_of)
            seen[raw.text] += 1
            _refuse_hopeless(contents, file.name)
    return contents


def _take(contents: _Contents, raw: RawRow, occurrence: int, first_of: dict[str, SaleRow]) -> None:
    try:
        if raw.problem:
            raise RowRefused(raw.problem)
        row = interpreted(contents.form, raw.cells, raw.text, raw.position, occurrence)
        if row is None:
            contents.ignored += 1
            return
        refuse_contradiction(first_of.setdefault(row.ticket, row), row)
    except RowRefused as error:
        contents.bad.append((raw, str(error), occurrence))
    else:
        contents.good.append(row)
        contents.texts[(raw.position, raw.text)] = row


def _refuse_hopeless(contents: _Contents, name: str) -> None:
    if contents.good or contents.ignored or len(contents.bad) < MOST_REFUSED_WITHOUT_ONE_GOOD:
        return
    raw, reason, _ = contents.bad[0]
    raise FileRefused(
        f"none of the first {len(contents.bad)} rows of {name} can be understood;"
        f" line {raw.position}: {reason}",
        "is this the right mapping for this file?",
    )


def _difference(db: Database, store: str, ticket: Ticket) -> str:
    held = sales.held_ticket(db, store, ticket.ticket)
    if held is None:
        return "new"
    return "unchanged" if says_the_same(held.ticket, ticket) else "changed"


def _store(
    db: Database, file: Path, store: str, contents: _Contents, tickets: Sequence[Ticket], now: datetime
) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    source = f"csv:{file.name}"
    for ticket in tickets:
        held = sales.held_ticket(db, store, ticket.ticket)
        outcome = _difference(db, store, ticket)
        outcomes[outcome] += 1
        if outcome != "unchanged":
            revision = 1 if held is None else held.revision + 1
            sales.put_ticket(db, store, ticket, revision=revision, source=source, imported_at=now)
    if tickets and not contents.form.mapping.columns.ticket:
        outcomes["removed"] = _remove_others(db, store, source, tickets)
    return outcomes


def _remove_others(db: Database, store: str, source: str, tickets: Sequence[Ticket]) -> int:
    times = [ticket.at for ticket in tickets]
    held = sales.numbers_from(db, store, source, min(times), max(times))
    return sales.remove(db, store, held - {ticket.ticket for ticket in tickets})


def _set_aside(
    db: Database, file: Path, store: str, mapping: str, contents: _Contents, now: datetime
) -> Counter[str]:
    for waiting in quarantine.waiting_of_file(db, store, file.name):
        if (waiting.position, waiting.payload.decode()) in contents.texts:
            quarantine.resolved(db, waiting.number, now)
    outcomes: Counter[str] = Counter()
    for raw, reason, occurrence in contents.bad:
        refusal = Refusal(
            source="csv",
            origin=file.name,
            position=raw.position,
            payload=raw.text.encode(),
            reason=reason,
            store=store,
            context={"mapping": mapping, "header": contents.form.header, "occurrence": occurrence},
        )
        outcomes["quarantined" if quarantine.put(db, refusal, now) else "refused"] += 1
    return outcomes


def _understood_again(settings: Settings, row: QuarantineRow) -> SaleRow | None:
    if cut_from := row.context.get("cut_from_bytes"):
        raise RowRefused(f"the row had {cut_from} bytes, too many to be kept")
    mapping = settings.mapping(row.context["mapping"])
    form = Form(mapping, settings.store(row.store or ""), tuple(row.context["header"]))
    if lost := [column for column in mapping.columns.named().values() if column not in form.header]:
        raise RowRefused(f"the mapping now names the column {lost[0]!r}, which the file did not have")
    text = row.payload.decode()
    cells = cells_of(text, mapping.delimiter)
    return interpreted(form, cells, text, row.position or 0, row.context["occurrence"])


def _join(db: Database, row: QuarantineRow, understood: SaleRow) -> None:
    store = row.store or ""
    held = sales.held_ticket(db, store, understood.ticket)
    if held is None:
        ticket, revision, imported_at = gathered([understood])[0], 1, row.received_at
    elif held.imported_at > row.received_at:
        return  # A later file told the whole ticket again, this row included.
    else:
        refuse_contradiction(held.ticket, understood)
        ticket, revision, imported_at = (
            with_line(held.ticket, understood),
            held.revision + 1,
            held.imported_at,
        )
    sales.put_ticket(
        db, store, ticket, revision=revision, source=f"csv:{row.origin}", imported_at=imported_at
    )


def _report(
    file: Path, contents: _Contents, tickets: Sequence[Ticket], outcomes: Counter[str], *, dry_run: bool
) -> ImportReport:
    times = [row.at for row in contents.good]
    return ImportReport(
        file=file.name,
        rows_read=contents.rows_read,
        tickets=len(tickets),
        lines=len(contents.good),
        new=outcomes["new"],
        changed=outcomes["changed"],
        unchanged=outcomes["unchanged"],
        removed=outcomes["removed"],
        ignored=contents.ignored,
        quarantined=len(contents.bad) if dry_run else outcomes["quarantined"],
        refused=outcomes["refused"],
        ambiguous_hours=sum(row.ambiguous for row in contents.good),
        first=min(times, default=None),
        last=max(times, default=None),
        warnings=_warnings(contents),
        problems=tuple(Problem(raw.position, reason) for raw, reason, _ in contents.bad[:PROBLEMS_SHOWN]),
        dry_run=dry_run,
    )


def _warnings(contents: _Contents) -> tuple[str, ...]:
    if not (far_apart := suspicious(contents.good)):
        return ()
    return (
        f"{len(far_apart)} tickets have rows more than 12 hours apart, such as {far_apart[0]}; if numbers"
        ' begin anew each day, set ticket_scope = "day" in the mapping',
    )
