"""Wrong guesses of passwords, so that a restart does not make guessing cheap again."""

from __future__ import annotations

from typing import Literal

from sqlite_utils import Database

from server.access.throttling import Guesses
from server.storage.exact import from_us, to_us

Kind = Literal["name", "address"]

MOST_OF_A_KIND = 10_000
"""With one more, the oldest is forgotten."""


def get(db: Database, kind: Kind, who: str) -> Guesses | None:
    """What was guessed under a name or from an address."""
    found = db.execute(
        "SELECT wrong, last_at FROM guesses WHERE kind = ? AND who = ?", (kind, who)
    ).fetchone()
    return None if found is None else Guesses(int(found[0]), from_us(found[1]))


def put(db: Database, kind: Kind, who: str, guesses: Guesses, most: int = MOST_OF_A_KIND) -> None:
    """Keep what was guessed. Belongs into a transaction."""
    db.execute(
        "INSERT INTO guesses (kind, who, wrong, last_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET wrong = excluded.wrong, last_at = excluded.last_at",
        (kind, who, guesses.wrong, to_us(guesses.last_at)),
    )
    db.execute(
        "DELETE FROM guesses WHERE kind = ? AND who NOT IN"
        " (SELECT who FROM guesses WHERE kind = ? ORDER BY last_at DESC LIMIT ?)",
        (kind, kind, most),
    )


def forget(db: Database, kind: Kind, who: str) -> None:
    """Begin anew for a name or an address."""
    db.execute("DELETE FROM guesses WHERE kind = ? AND who = ?", (kind, who))


def take_back(db: Database, kind: Kind, who: str) -> None:
    """One guess was right after all."""
    db.execute("UPDATE guesses SET wrong = max(0, wrong - 1) WHERE kind = ? AND who = ?", (kind, who))
