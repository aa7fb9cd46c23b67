"""A bucket as a row of the outbox, and back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from edge.wire import Counts, WireError, decode, encode

LONGEST_SECONDS = 3600
"""No bucket of ours is longer."""


def read(topic: str, body: str) -> Counts | None:
    """The bucket of a row; None where a newer version wrote it: it is still sent as it is."""
    try:
        message = decode(topic, body.encode())
    except WireError:
        return None
    return message if isinstance(message, Counts) else None


@dataclass(frozen=True, slots=True)
class Kept:
    """A bucket of the outbox, at its newest revision; see `write` for the rest."""

    message: Counts
    revision: int
    news_revision: int
    unsure_boot: str


def covering(db: Database, camera: str, start: int) -> Kept | None:
    """The bucket that holds the minute beginning at `start`: its own, or the hour that it became."""
    rows = db.execute(
        "SELECT topic, body, revision, news_revision, unsure_boot FROM buckets "
        "WHERE camera = ? AND bucket_start <= ? AND bucket_start > ? ORDER BY bucket_start DESC",
        (camera, start, start - LONGEST_SECONDS),
    ).fetchall()
    for topic, body, *rest in rows:
        message = read(topic, body)
        if message and message.bucket_end.timestamp() > start:
            return Kept(message, *rest)
    return None


def write(db: Database, message: Counts, news_revision: int, at: float, unsure_boot: str) -> None:
    """Keeps a bucket in place of what is kept of it.

    Args:
        db: the outbox, in a transaction.
        message: the bucket, with its revision.
        news_revision: the last revision in which somebody crossed, ended a visit, joined or left.
        at: now, seconds since the epoch.
        unsure_boot: which start of the machine, where nobody knew whether its clock was right; else empty.
    """
    db.execute(
        """
        INSERT INTO buckets
            (camera, bucket_start, revision, news_revision, final, put_at, topic, body, unsure_boot)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (camera, bucket_start) DO UPDATE SET revision = excluded.revision,
            news_revision = excluded.news_revision, final = excluded.final,
            topic = excluded.topic, body = excluded.body, unsure_boot = excluded.unsure_boot,
            put_at = CASE WHEN delivered_revision < revision THEN put_at ELSE excluded.put_at END
        """,
        (
            message.camera,
            int(message.bucket_start.timestamp()),
            message.revision,
            news_revision,
            message.final,
            at,
            message.topic,
            encode(message).decode(),
            unsure_boot,
        ),
    )
