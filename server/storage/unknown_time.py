"""Counts of devices that did not know the time, held apart from those that stand in figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from edge.wire import Counts
from server.storage.exact import from_us, to_us

MOST_BUCKETS = 200_000
"""Held at once, all cameras together: a week of twenty cameras."""

_Key = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Held:
    """What one camera counted while its device did not know the time; times are as it believed them."""

    store: str
    device: str
    camera: str
    buckets: int
    first: datetime
    last: datetime


def keep(db: Database, counts: Counts, received_at: datetime) -> bool:
    """Hold a bucket unless an equal or higher revision is held; whether anything changed."""
    cursor = db.execute(
        "INSERT INTO unknown_time (store, device, camera, bucket_start, revision, body, received_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " revision = excluded.revision, body = excluded.body, received_at = excluded.received_at"
        " WHERE excluded.revision > unknown_time.revision",
        (
            *_key(counts),
            counts.revision,
            counts.model_dump_json(by_alias=True, exclude_none=True),
            to_us(received_at),
        ),
    )
    return bool(cursor.rowcount)


def count(db: Database) -> int:
    """How many buckets are held, all stores together."""
    return int(db.execute("SELECT count(*) FROM unknown_time").fetchone()[0])


def anything(db: Database) -> bool:
    """Whether anything is held at all."""
    return db.execute("SELECT 1 FROM unknown_time LIMIT 1").fetchone() is not None


def forget(db: Database, buckets: Iterable[Counts]) -> None:
    """Drop what is held under the keys of buckets whose time is known now."""
    db.conn.executemany(
        "DELETE FROM unknown_time WHERE store = ? AND device = ? AND camera = ? AND bucket_start = ?",
        [_key(counts) for counts in buckets],
    )


def held(db: Database, store: str) -> list[Held]:
    """What is held of a store, camera by camera."""
    found = db.execute(
        "SELECT device, camera, count(*), min(bucket_start), max(bucket_start) FROM unknown_time"
        " WHERE store = ? GROUP BY device, camera ORDER BY device, camera",
        (store,),
    )
    return [
        Held(store, device, camera, buckets, from_us(first), from_us(last))
        for device, camera, buckets, first, last in found
    ]


def of_device(db: Database, store: str, device: str) -> list[Counts]:
    """Everything that is held of a device, oldest first."""
    found = db.execute(
        "SELECT body FROM unknown_time WHERE store = ? AND device = ? ORDER BY bucket_start, camera",
        (store, device),
    )
    return [Counts.model_validate_json(body) for (body,) in found]


def _key(counts: Counts) -> _Key:
    return (counts.store, counts.device, counts.camera, to_us(counts.bucket_start))
