"""What would be added to minutes if counting ended now: kept for as long as it may still change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlite_utils import Database

from edge.outbox.rows import read
from edge.wire import Counts, encode


def keep_beside(db: Database, camera: str, messages: Iterable[Counts]) -> None:
    """Keeps these in place of those before."""
    db.execute("DELETE FROM beside WHERE camera = ?", (camera,))
    for number, message in enumerate(messages):
        db.execute(
            "INSERT INTO beside VALUES (?, ?, ?, ?)",
            (camera, number, message.topic, encode(message).decode()),
        )


def kept_beside(db: Database, camera: str) -> list[Counts]:
    """What was kept last, oldest first."""
    rows = db.execute("SELECT topic, body FROM beside WHERE camera = ? ORDER BY number", (camera,))
    return [message for topic, body in rows.fetchall() if (message := read(topic, body))]


def move_beside(db: Database, camera: str, by: timedelta, *, is_known: bool) -> None:
    """Moves what is kept to where the clock stands now."""
    moved = [
        message.model_copy(
            update={
                "bucket_start": message.bucket_start + by,
                "bucket_end": message.bucket_end + by,
                "clock_synced": is_known,
            }
        )
        for message in kept_beside(db, camera)
    ]
    keep_beside(db, camera, moved)
