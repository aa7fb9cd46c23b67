"""Answers to requests with an idempotency key, kept so that a repeated one is answered alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from server.storage.exact import to_us

KEPT = timedelta(days=7)
"""So long a key is known at least, unless more than `MOST_KEPT` come."""

MOST_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Answered:
    """What was asked under a key (its SHA-256), and what was answered."""

    digest: bytes
    answer: str


def answered(db: Database, key: str) -> Answered | None:
    """What is known of a key; None if it is new."""
    found = db.execute("SELECT digest, answer FROM requests WHERE key = ?", (key,)).fetchone()
    return None if found is None else Answered(*found)


def keep_answer(
    db: Database, key: str, answered: Answered, at: datetime, *, most_kept: int = MOST_KEPT
) -> None:
    """Keep an answer, and forget those that are too old or too many; belongs into a transaction."""
    db.execute("DELETE FROM requests WHERE at < ?", (to_us(at - KEPT),))
    db.execute(
        "DELETE FROM requests WHERE key IN (SELECT key FROM requests ORDER BY at DESC LIMIT -1 OFFSET ?)",
        (most_kept - 1,),
    )
    db.execute("INSERT INTO requests VALUES (?, ?, ?, ?)", (key, answered.digest, answered.answer, to_us(at)))
