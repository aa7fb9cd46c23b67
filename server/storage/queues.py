"""Queues of a bucket: written with it, read by store and time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from edge.wire import QueueCount
from server.metrics.rows import QueueRow
from server.storage.exact import from_us, to_us
from server.storage.packing import packed_sketch, unpacked_sketch

BucketKey = tuple[str, int, str, str]
"""Store, begin in microseconds, device and camera."""

_QUEUES = """
    SELECT b.device, b.camera, b.bucket_start, b.bucket_end, q.queue, q.joined, q.served, q.abandoned, q.lost,
           q.wait, q.abandoned_wait, q.person_seconds, q.observed_seconds, q.peak
    FROM buckets b JOIN queue_counts q USING (store, bucket_start, device, camera)
    WHERE b.store = ? AND b.bucket_start >= ? AND b.bucket_start < ?
    ORDER BY b.bucket_start, b.device, b.camera, q.queue
"""


def put_queues(db: Database, queues: Iterable[tuple[BucketKey, QueueCount]]) -> None:
    """Store queues of buckets that have none yet."""
    db.conn.executemany(
        "INSERT INTO queue_counts (store, bucket_start, device, camera, queue, joined, served, abandoned,"
        " lost, wait, abandoned_wait, person_seconds, observed_seconds, peak)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *key,
                queue.queue,
                queue.joined,
                queue.served,
                queue.abandoned,
                queue.lost,
                packed_sketch(queue.wait),
                packed_sketch(queue.abandoned_wait),
                queue.waiting_person_seconds,
                queue.observed_seconds,
                queue.length_peak,
            )
            for key, queue in queues
        ],
    )


def queue_rows(db: Database, store: str, begin: datetime, end: datetime) -> list[QueueRow]:
    """Queues in buckets that begin in [begin, end), in order of time."""
    found = db.execute(_QUEUES, (store, to_us(begin), to_us(end)))
    return [
        QueueRow(
            device=device,
            camera=camera,
            begin=from_us(start),
            end=from_us(stop),
            queue=queue,
            joined=joined,
            served=served,
            abandoned=abandoned,
            lost=lost,
            wait=unpacked_sketch(wait),
            abandoned_wait=unpacked_sketch(gave_up_after),
            person_seconds=person_seconds,
            observed_seconds=observed_seconds,
            peak=peak,
        )
        for (
            device,
            camera,
            start,
            stop,
            queue,
            joined,
            served,
            abandoned,
            lost,
            wait,
            gave_up_after,
            person_seconds,
            observed_seconds,
            peak,
        ) in found
    ]
