"""Sessions of people who have logged in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.storage.exact import from_us, to_us

MOST_PER_USER = 20
"""With one more, the oldest ends."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that has logged in."""

    user: str
    created_at: datetime
    seen_at: datetime


def begin(db: Database, digest: bytes, user: str, now: datetime) -> None:
    """Keep a new session, and end those beyond the bound. Belongs into a transaction."""
    at = to_us(now)
    db.execute(
        "INSERT INTO sessions (hash, user, created_at, seen_at) VALUES (?, ?, ?, ?)", (digest, user, at, at)
    )
    db.execute(
        "DELETE FROM sessions WHERE user = ? AND hash != ? AND hash NOT IN"
        " (SELECT hash FROM sessions WHERE user = ? AND hash != ? ORDER BY created_at DESC LIMIT ?)",
        (user, digest, user, digest, MOST_PER_USER - 1),
    )


def get(db: Database, digest: bytes) -> Session | None:
    """The session of that secret, expired or not."""
    found = db.execute("SELECT user, created_at, seen_at FROM sessions WHERE hash = ?", (digest,)).fetchone()
    return None if found is None else Session(found[0], from_us(found[1]), from_us(found[2]))


def seen(db: Database, digest: bytes, now: datetime) -> None:
    """Note that a session was used."""
    db.execute("UPDATE sessions SET seen_at = ? WHERE hash = ?", (to_us(now), digest))


def end(db: Database, digest: bytes) -> None:
    """End one session."""
    db.execute("DELETE FROM sessions WHERE hash = ?", (digest,))


def end_all_of(db: Database, user: str, but: bytes = b"") -> int:
    """End all sessions of a user, but for one; how many those were."""
    return db.execute("DELETE FROM sessions WHERE user = ? AND hash != ?", (user, but)).rowcount


def forget_older(db: Database, created_before: datetime, seen_before: datetime) -> None:
    """Delete sessions that have expired."""
    db.execute(
        "DELETE FROM sessions WHERE created_at < ? OR seen_at < ?",
        (to_us(created_before), to_us(seen_before)),
    )
