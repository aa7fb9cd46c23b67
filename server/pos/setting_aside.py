"""Rows that cannot be understood: set aside with their reason, and tried again."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from server.config import Settings
from server.pos.contents import Contents, key_for
from server.pos.errors import RowRefused
from server.pos.gathering import gathered, refuse_contradiction, with_line
from server.pos.interpreting import Form, SaleRow, interpreted
from server.pos.preparing import Preparation
from server.pos.reading import RawRow, cells_of
from server.storage import quarantine, sales
from server.storage.database import writing
from server.storage.quarantine import QuarantineRow, Refusal


def set_aside(
    db: Database, file: Path, store: str, mapping: str, contents: Contents, now: datetime
) -> Counter[str]:
    """Keep what was refused, and let go what is understood now; belongs into a transaction.

    Counts `quarantined`, and `refused` where the quarantine is full.
    """
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
    if lost := [column for column in mapping.needed_columns() if column not in form.header]:
        raise RowRefused(f"the mapping now names the column {lost[0]!r}, which the file did not have")
    text = row.payload.decode()
    raw = RawRow(row.position or 0, text, cells_of(text, mapping.delimiter))
    raw = Preparation(form, key_for(settings, mapping)).ready(raw)
    return interpreted(form, raw.cells, raw.text, raw.position, row.context["occurrence"])


def _join(db: Database, settings: Settings, row: QuarantineRow, understood: SaleRow) -> None:
    store = row.store or ""
    held = sales.held_ticket(db, store, understood.ticket)
    if held is None:
        mapping = settings.mapping(row.context["mapping"])
        (ticket,) = gathered([understood], negative_is_return=mapping.negative_is_return)
        revision, imported_at = 1, row.received_at
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
                _join(db, settings, row, understood)
        except RowRefused as error:
            quarantine.failed_again(db, row.number, str(error))
            return str(error)
        quarantine.resolved(db, row.number, now)
    return None
