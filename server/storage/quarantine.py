"""What could not be read, kept with its reason until it can be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

from server.storage.exact import from_us, from_us_or_none, to_us

Source = Literal["mqtt", "csv", "http"]

MOST_ROWS = 10_000
"""More rows are never held: resolved ones go first, oldest first; then new ones are refused."""

MOST_BYTES = 256 * 1024 * 1024
"""Nor more bytes of payload, all rows together."""

LONGEST_PAYLOAD_BYTES = 256 * 1024
"""A longer payload could never be read, so only its beginning is kept."""

_KEPT_OF_TOO_LONG_BYTES = 1024
_REFUSED = "quarantine_refused"
_ROWS = """
    SELECT id, source, origin, position, payload, reason, received_at, store, context, tries, resolved_at
    FROM quarantine
"""

_COUNT = "SELECT count(*) FROM quarantine WHERE resolved_at IS NULL "
_OF_STORES = "AND (? IS NULL OR store IN (SELECT value FROM json_each(?)))"


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One refused message or row.

    `origin` is the topic or the file's name, `position` the line in the file. `context` holds what
    else a new try needs, such as the mapping's name.
    """

    number: int
    source: Source
    origin: str
    position: int | None
    payload: bytes
    reason: str
    received_at: datetime
    store: str | None
    context: Mapping[str, Any]
    tries: int
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is to be put into quarantine.

    `newest_only`: of what this origin sends only the newest is of use, so it takes the place of what
    waits; a state that is sent every few seconds cannot fill the quarantine.
    """

    source: Source
    origin: str
    payload: bytes
    reason: str
    position: int | None = None
    store: str | None = None
    context: Mapping[str, Any] | None = None
    newest_only: bool = False


def put(db: Database, refusal: Refusal, received_at: datetime, *, most_rows: int = MOST_ROWS) -> bool:
    """Keep what was refused; False (and counted) where the quarantine is full.

    What already waits is not kept twice. Belongs into a transaction.
    """
    digest = _digest(refusal)
    payload, context = _bounded(refusal)
    if _waits_already(db, digest):
        _renew(db, digest, payload, refusal.reason, received_at)
        return True
    if not _room_for(db, len(payload), most_rows):
        _count_refused(db)
        return False
    db.execute(
        "INSERT INTO quarantine"
        " (source, origin, position, payload, reason, received_at, store, context, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            refusal.source,
            refusal.origin,
            refusal.position,
            payload,
            refusal.reason,
            to_us(received_at),
            refusal.store,
            json.dumps(context),
            digest,
        ),
    )
    return True


def waiting(
    db: Database, limit: int = 100, after: int = 0, of: Collection[str] | None = None
) -> list[QuarantineRow]:
    """Unresolved rows with a number above `after`, oldest first; `of` these stores, None: of all and none."""
    found = db.execute(
        _ROWS + "WHERE resolved_at IS NULL AND id > ? " + _OF_STORES + " ORDER BY id LIMIT ?",
        (after, *_stores(of), limit),
    )
    return [_row(values) for values in found]


def waiting_count(db: Database, of: Collection[str] | None = None) -> int:
    """How many rows wait; `of` these stores, None: of all and none."""
    return int(db.execute(_COUNT + _OF_STORES, _stores(of)).fetchone()[0])


def waiting_since(db: Database, begin: datetime) -> int:
    """How many rows wait that came at an instant or later."""
    found = db.execute(
        "SELECT count(*) FROM quarantine WHERE resolved_at IS NULL AND received_at >= ?", (to_us(begin),)
    )
    return int(found.fetchone()[0])


def refused_count(db: Database) -> int:
    """How many could not even be kept, ever, because the quarantine was full."""
    found = db.execute("SELECT n FROM tallies WHERE name = ?", (_REFUSED,)).fetchone()
    return 0 if found is None else int(found[0])


def get(db: Database, number: int) -> QuarantineRow | None:
    """One row, resolved or not; None if there is none of that number."""
    found = db.execute(_ROWS + "WHERE id = ?", (number,)).fetchone()
    return None if found is None else _row(found)


def still_waits(db: Database, number: int) -> bool:
    """Whether a row is there and unresolved."""
    found = db.execute("SELECT 1 FROM quarantine WHERE id = ? AND resolved_at IS NULL", (number,))
    return found.fetchone() is not None


def waiting_of_file(db: Database, store: str, name: str) -> list[QuarantineRow]:
    """Unresolved rows of one file of one store."""
    found = db.execute(
        _ROWS + "WHERE resolved_at IS NULL AND source = 'csv' AND origin = ? AND store = ? ORDER BY id",
        (name, store),
    )
    return [_row(values) for values in found]


def resolved(db: Database, number: int, at: datetime) -> bool:
    """Mark a row as done with; False if another was faster or there is none."""
    cursor = db.execute(
        "UPDATE quarantine SET resolved_at = ? WHERE id = ? AND resolved_at IS NULL", (to_us(at), number)
    )
    return cursor.rowcount == 1


def failed_again(db: Database, number: int, reason: str) -> None:
    """Note one more try that did not help, and why."""
    db.execute("UPDATE quarantine SET tries = tries + 1, reason = ? WHERE id = ?", (reason, number))


def _stores(of: Collection[str] | None) -> tuple[str | None, str | None]:
    asked = None if of is None else json.dumps(sorted(of))
    return asked, asked


def _waits_already(db: Database, digest: bytes) -> bool:
    found = db.execute("SELECT 1 FROM quarantine WHERE digest = ? AND resolved_at IS NULL", (digest,))
    return found.fetchone() is not None


def _renew(db: Database, digest: bytes, payload: bytes, reason: str, received_at: datetime) -> None:
    db.execute(
        "UPDATE quarantine SET payload = ?, reason = ?, received_at = ?"
        " WHERE digest = ? AND resolved_at IS NULL AND payload != ?",
        (payload, reason, to_us(received_at), digest, payload),
    )


def _room_for(db: Database, payload_bytes: int, most_rows: int) -> bool:
    rows, held_bytes = db.execute(
        "SELECT count(*), coalesce(sum(length(payload)), 0) FROM quarantine"
    ).fetchone()
    while rows >= most_rows or held_bytes + payload_bytes > MOST_BYTES:
        oldest = db.execute(
            "SELECT id, length(payload) FROM quarantine WHERE resolved_at IS NOT NULL"
            " ORDER BY resolved_at LIMIT 1"
        ).fetchone()
        if oldest is None:
            return False
        db.execute("DELETE FROM quarantine WHERE id = ?", (oldest[0],))
        rows, held_bytes = rows - 1, held_bytes - oldest[1]
    return True


def _count_refused(db: Database) -> None:
    db.execute(
        "INSERT INTO tallies (name, n) VALUES (?, 1) ON CONFLICT DO UPDATE SET n = tallies.n + 1", (_REFUSED,)
    )


def _bounded(refusal: Refusal) -> tuple[bytes, dict[str, Any]]:
    context = dict(refusal.context or {})
    if len(refusal.payload) <= LONGEST_PAYLOAD_BYTES:
        return refusal.payload, context
    return refusal.payload[:_KEPT_OF_TOO_LONG_BYTES], {**context, "cut_from_bytes": len(refusal.payload)}


def _digest(refusal: Refusal) -> bytes:
    where = json.dumps([refusal.source, refusal.origin, refusal.position, refusal.store])
    content = b"" if refusal.newest_only else refusal.payload
    return hashlib.sha256(where.encode() + b"\n" + content).digest()


def _row(values: tuple[Any, ...]) -> QuarantineRow:
    number, source, origin, position, payload, reason, received_at, store, context, tries, resolved_at = (
        values
    )
    return QuarantineRow(
        number=number,
        source=source,
        origin=origin,
        position=position,
        payload=payload,
        reason=reason,
        received_at=from_us(received_at),
        store=store,
        context=json.loads(context),
        tries=tries,
        resolved_at=from_us_or_none(resolved_at),
    )
