"""A bucket as a row of the outbox, and back."""

from __future__ import annotations

from sqlite_utils import Database

from edge.wire import Counts, WireError, decode, encode


def read(topic: str, body: str) -> Counts | None:
    """The bucket of a row; None where a newer version wrote it: it is still sent as it is."""
    try:
        message = decode(topic, body.encode())
    except WireError:
        return None
    return message if isinstance(message, Counts) else None


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
