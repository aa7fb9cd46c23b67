"""Flags of a store, such as rain or a campaign: set from outside, and over by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.storage.exact import from_us, to_us

MOST_FLAGS = 100
"""Of one store at a time."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that is set until `expires`."""

    flag: str
    expires: datetime
    set_at: datetime


def put(db: Database, store: str, flag: Flag) -> bool:
    """Set a flag in place of what was set; False where there are too many. Belongs into a transaction."""
    db.execute("DELETE FROM flags WHERE store = ? AND expires <= ?", (store, to_us(flag.set_at)))
    others = "SELECT count(*) FROM flags WHERE store = ? AND flag != ?"
    if db.execute(others, (store, flag.flag)).fetchone()[0] >= MOST_FLAGS:
        return False
    db.execute(
        "INSERT OR REPLACE INTO flags VALUES (?, ?, ?, ?)",
        (store, flag.flag, to_us(flag.expires), to_us(flag.set_at)),
    )
    return True


def remove(db: Database, store: str, flag: str) -> bool:
    """Take a flag down; whether it was there."""
    return bool(db.execute("DELETE FROM flags WHERE store = ? AND flag = ?", (store, flag)).rowcount)


def flags(db: Database, store: str, now: datetime) -> list[Flag]:
    """The flags that are set at a moment, by name."""
    found = db.execute(
        "SELECT flag, expires, set_at FROM flags WHERE store = ? AND expires > ? ORDER BY flag",
        (store, to_us(now)),
    )
    return [Flag(name, from_us(expires), from_us(set_at)) for name, expires, set_at in found]
