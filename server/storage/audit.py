"""Who did what. Nothing here is ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.storage.exact import from_us, to_us

MOST_ENTRIES = 100_000
"""The newest are kept; the database itself refuses to delete any of them."""

LONGEST_TEXT = 500

_TIDY_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `who` is `user:NAME`, `token:NAME`, `command` or `stranger`; commands have no address."""

    at: datetime
    who: str
    what: str
    target: str = ""
    address: str = ""
    number: int = 0


def note(db: Database, entry: Entry) -> None:
    """Write an entry; in the transaction of what it tells of, if there is one."""
    values = (entry.who, entry.what, entry.target, entry.address)
    cursor = db.execute(
        "INSERT INTO audit (at, who, what, target, address) VALUES (?, ?, ?, ?, ?)",
        (to_us(entry.at), *(_plain(value) for value in values)),
    )
    newest = cursor.lastrowid or 0
    if newest % _TIDY_EVERY == 0:
        db.execute("DELETE FROM audit WHERE id <= ?", (newest - MOST_ENTRIES,))


def newest(db: Database, limit: int, before: int | None = None) -> list[Entry]:
    """The newest entries with a number below `before`, newest first."""
    found = db.execute(
        "SELECT at, who, what, target, address, id FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
        (2**62 if before is None else before, limit),
    )
    return [Entry(from_us(at), *rest) for at, *rest in found]


def _plain(text: str) -> str:
    # What was typed into a log-in may hold anything, lone surrogates too.
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()
