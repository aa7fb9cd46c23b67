"""Minutes put together into hours, which are kept for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from edge.wire import Counts
from server.storage import counts
from server.storage.exact import from_us_or_none, to_us

_LONGEST = timedelta(days=1)


def closed_until(db: Database, store: str) -> datetime | None:
    """The end of the last closed hour of a store; None while none is closed."""
    found = db.execute(
        "SELECT hour_end FROM closed_hours WHERE store = ? ORDER BY hour_start DESC LIMIT 1", (store,)
    ).fetchone()
    return from_us_or_none(None if found is None else found[0])


def is_closed(db: Database, bucket: Counts) -> bool:
    """Whether a bucket begins within an hour of its camera that is closed."""
    begin = to_us(bucket.bucket_start)
    found = db.execute(
        "SELECT 1 FROM closed_hours WHERE store = ? AND hour_start <= ? AND hour_start > ? AND hour_end > ?"
        " AND device = ? AND camera = ? LIMIT 1",
        (bucket.store, begin, begin - _LONGEST // timedelta(microseconds=1), begin, bucket.device, bucket.camera),
    )
    return found.fetchone() is not None


def oldest_open(db: Database, store: str, before: datetime, received_before: datetime) -> datetime | None:
    """When the oldest bucket begins that is not yet part of an hour; None where all are.

    Only those that begin `before` an instant and have not changed since another one.
    """
    found = db.execute(
        "SELECT min(b.bucket_start) FROM buckets b LEFT JOIN closed_hours h ON h.store = b.store"
        " AND h.hour_start = b.bucket_start AND h.device = b.device AND h.camera = b.camera"
        " WHERE b.store = ? AND b.bucket_start < ? AND b.received_at < ? AND h.store IS NULL",
        (store, to_us(before), to_us(received_before)),
    ).fetchone()
    return from_us_or_none(found[0])


def close(db: Database, hour: Counts, minutes: Sequence[Counts], at: datetime) -> None:
    """Put an hour in place of its minutes. Belongs into a transaction."""
    counts.delete(db, minutes)
    counts.keep(db, hour, at)
    db.execute(
        "INSERT OR REPLACE INTO closed_hours VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            hour.store,
            to_us(hour.bucket_start),
            hour.device,
            hour.camera,
            to_us(hour.bucket_end),
            len(minutes),
            to_us(at),
        ),
    )

