"""What changed since: quarter-hours of counts and tickets, in the order in which they were committed.

Triggers note whatever is stored and deleted, so every way is in it: tickets are told by them (see
`m050_api_changes`), quarter-hours at the end of the transaction (see `storage.touched`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlite_utils import Database

from server.storage.exact import from_us

QUARTER = timedelta(minutes=15)
"""Counts are told by the quarter-hour: every time zone's hours and days can be made of them."""

MOST_GONE = 100_000
"""So many of what is gone are remembered; a reader who was away for more must begin again."""

Kind = Literal["counts", "ticket"]


@dataclass(frozen=True, slots=True)
class Change:
    """That something is other than before: a quarter-hour (its begin) or a ticket (its number)."""

    number: int
    store: str
    kind: Kind
    key: str
    gone: bool

    @property
    def quarter(self) -> datetime:
        """When a changed quarter-hour begins, in UTC."""
        return from_us(int(self.key))


@dataclass(frozen=True, slots=True)
class Feed:
    """The line of changes. Numbers of one `id` only go up; up to `forgotten` something gone is not told."""

    id: str
    forgotten: int
    newest: int


def feed(db: Database) -> Feed:
    """How far the line of changes goes."""
    feed_id, forgotten = db.execute("SELECT id, forgotten FROM feed").fetchone()
    newest = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").fetchone()
    return Feed(feed_id, forgotten, newest[0] if newest else 0)


def changes_after(db: Database, number: int, stores: Collection[str], limit: int) -> list[Change]:
    """What changed in some stores after a number, oldest first; each thing once, at its last change."""
    marks = ", ".join("?" * len(stores))
    found = db.execute(
        "SELECT number, store, kind, key, gone FROM changes"  # noqa: S608 -- marks are question marks
        f" WHERE number > ? AND store IN ({marks}) ORDER BY number LIMIT ?",
        (number, *stores, limit),
    )
    return [Change(number, store, kind, key, bool(gone)) for number, store, kind, key, gone in found]


def forget_gone(db: Database, most: int = MOST_GONE) -> int:
    """Forget the oldest of what is gone, beyond `most`; how many. Belongs into a transaction."""
    last = db.execute(
        "SELECT number FROM changes WHERE gone = 1 ORDER BY number DESC LIMIT 1 OFFSET ?", (most,)
    ).fetchone()
    if last is None:
        return 0
    cursor = db.execute("DELETE FROM changes WHERE gone = 1 AND number <= ?", last)
    db.execute("UPDATE feed SET forgotten = max(forgotten, ?)", last)
    return int(cursor.rowcount)


def renew_feed(db: Database) -> None:
    """Let every reader begin again: for a database that was restored from a copy.

    The numbers after the copy were given once already, and stand for other changes now.
    """
    db.execute("UPDATE feed SET id = lower(hex(randomblob(8)))")
