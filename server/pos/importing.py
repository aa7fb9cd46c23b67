"""A till's file into storage: all of it or nothing, and twice is once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from server.config import Settings, StoreSettings
from server.metrics.intervals import Calendar
from server.pos.contents import Contents, read_contents
from server.pos.gathering import LONGEST_TICKET, gathered, says_the_same, suspicious
from server.pos.setting_aside import set_aside
from server.pos.summary import PREVIEWED, PROBLEMS_SHOWN, ImportReport, Problem, day_totals, kinds_of, seen
from server.storage import sales
from server.storage.database import writing
from server.storage.sales import StoredTicket, Ticket

_CLOCKS_DIFFER = timedelta(hours=1)


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
    contents = read_contents(settings, file, store, mapping, on_line, dry_run=dry_run)
    tickets = gathered(contents.good, negative_is_return=contents.form.mapping.negative_is_return)
    if dry_run:
        outcomes = Counter(outcome for ticket in tickets for outcome in _outcomes(db, store, ticket))
        outcomes["quarantined"] = len(contents.bad)
    else:
        with writing(db):
            outcomes = store_tickets(db, store, tickets, f"csv:{file.name}", now)
            if tickets and not contents.form.mapping.columns.ticket:
                outcomes["removed"] = _remove_others(db, store, f"csv:{file.name}", tickets)
            outcomes.update(set_aside(db, file, store, mapping, contents, now))
    warnings = tuple(_warnings(contents, tickets, outcomes["another"], now))
    return _report(file, settings.store(store), contents, tickets, outcomes, warnings, dry_run=dry_run)


def difference(db: Database, store: str, ticket: Ticket) -> str:
    """Whether a ticket is `new`, `changed` or `unchanged` beside what is held under its number."""
    return _outcomes(db, store, ticket)[0]


def _outcomes(db: Database, store: str, ticket: Ticket) -> list[str]:
    return _against(sales.held_ticket(db, store, ticket.ticket), ticket)


def _against(held: StoredTicket | None, ticket: Ticket) -> list[str]:
    """What a ticket is beside the one that is held; `another` says that it hardly is a correction of it."""
    if held is None:
        return ["new"]
    if says_the_same(held.ticket, ticket):
        return ["unchanged"]
    corrects = held.ticket.till == ticket.till and abs(held.ticket.at - ticket.at) <= LONGEST_TICKET
    return ["changed"] if corrects else ["changed", "another"]


def store_tickets(
    db: Database, store: str, tickets: Sequence[Ticket], source: str, now: datetime
) -> Counter[str]:
    """Store what is new or changed, each change as the next revision; belongs into a transaction."""
    outcomes: Counter[str] = Counter()
    for ticket in tickets:
        held = sales.held_ticket(db, store, ticket.ticket)
        found = _against(held, ticket)
        outcomes.update(found)
        if "unchanged" not in found:
            revision = 1 if held is None else held.revision + 1
            sales.put_ticket(db, store, ticket, revision=revision, source=source, imported_at=now)
    return outcomes


def _remove_others(db: Database, store: str, source: str, tickets: Sequence[Ticket]) -> int:
    times = [ticket.at for ticket in tickets]
    held = sales.numbers_from(db, store, source, min(times), max(times))
    return sales.remove(db, store, held - {ticket.ticket for ticket in tickets})


def _report(
    file: Path,
    store: StoreSettings,
    contents: Contents,
    tickets: Sequence[Ticket],
    outcomes: Counter[str],
    warnings: tuple[str, ...],
    *,
    dry_run: bool,
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
        quarantined=outcomes["quarantined"],
        refused=outcomes["refused"],
        ambiguous_hours=sum(row.ambiguous for row in contents.good),
        first=min(times, default=None),
        last=max(times, default=None),
        kinds=kinds_of(tickets),
        days=day_totals(tickets, Calendar(store.zone, store.day_begins)),
        preview=tuple(seen(ticket) for ticket in tickets[:PREVIEWED]),
        warnings=warnings,
        problems=tuple(Problem(raw.position, reason) for raw, reason, _ in contents.bad[:PROBLEMS_SHOWN]),
        dry_run=dry_run,
    )


def _warnings(contents: Contents, tickets: Sequence[Ticket], others: int, now: datetime) -> Iterator[str]:
    if ahead := [ticket for ticket in tickets if ticket.at > now + _CLOCKS_DIFFER]:
        yield (
            f"{len(ahead)} tickets lie in the future, such as {ahead[0].ticket} of {ahead[0].at:%Y-%m-%d}; do"
            " date_formats take day and month the right way round?"
        )
    if far_apart := suspicious(contents.good):
        yield (
            f"{len(far_apart)} tickets have rows more than 12 hours apart, such as {far_apart[0]}; if numbers"
            ' begin anew each day, set ticket_scope = "day" in the mapping'
        )
    if others:
        yield (
            f"{others} tickets take the place of ones of another till or day; if numbers are used more than"
            ' once, set ticket_scope = "till" or "day" in the mapping'
        )
