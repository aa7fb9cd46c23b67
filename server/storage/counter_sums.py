"""The last sum of each line of counters that tell only how far they have counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.storage.exact import from_us, to_us


@dataclass(frozen=True, slots=True)
class HeldSum:
    """A sum as it stood at an instant; None where the line counts only the other way."""

    at: datetime
    count_in: int | None
    count_out: int | None


def last_sum(db: Database, store: str, counter: str, name: str) -> HeldSum | None:
    """The last sum of a line, by the counter's own name for it; None if none ever came."""
    found = db.execute(
        "SELECT at, count_in, count_out FROM counter_sums WHERE store = ? AND counter = ? AND name = ?",
        (store, counter, name),
    ).fetchone()
    return None if found is None else HeldSum(from_us(found[0]), found[1], found[2])


def keep_sum(db: Database, store: str, counter: str, name: str, held: HeldSum) -> None:
    """Store a line's sum in place of the one before."""
    db.execute(
        "INSERT OR REPLACE INTO counter_sums VALUES (?, ?, ?, ?, ?, ?)",
        (store, counter, name, to_us(held.at), held.count_in, held.count_out),
    )
