"""Where a bucket goes: into the figures, or apart while nobody knows its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from edge.wire import Counts, WireError
from server.storage import counts, hours, unknown_time


def keep_together(db: Database, buckets: Sequence[Counts], now: datetime) -> list[bool]:
    """Store buckets as `keep_counts` does, in the least time.

    Raises:
        SomeUnchanged: one changes nothing, so the transaction has to be undone.
        WireError: as `keep_counts`.
    """
    return _keep(db, buckets, now, counts.at_once)


def keep_counts(db: Database, buckets: Sequence[Counts], now: datetime) -> list[bool]:
    """Store buckets, each at its highest revision; whether anything changed, one by one.

    Raises:
        WireError: one cannot be taken: its hour is closed, or too much is held.
    """
    return _keep(db, buckets, now, counts.one_by_one)


def _keep(db: Database, buckets: Sequence[Counts], now: datetime, write: counts.Write) -> list[bool]:
    _refuse_closed_hours(db, buckets)
    if all(bucket.clock_synced for bucket in buckets):
        return _keep_known(db, buckets, now, write)
    return [_keep_one(db, bucket, now) for bucket in buckets]


def _keep_one(db: Database, bucket: Counts, now: datetime) -> bool:
    # Once a bucket's time was known, it is known for its later revisions.
    if bucket.clock_synced or counts.is_kept(db, bucket):
        return _keep_known(db, [bucket], now, counts.one_by_one)[0]
    if unknown_time.count(db) >= unknown_time.MOST_BUCKETS:
        raise WireError("too many counts of unknown time are held already; see: footfall-server clock list")
    return unknown_time.keep(db, bucket, now)


def _keep_known(db: Database, buckets: Sequence[Counts], now: datetime, write: counts.Write) -> list[bool]:
    if unknown_time.anything(db):
        unknown_time.forget(db, buckets)
    return counts.keep_all(db, buckets, now, write)


def _refuse_closed_hours(db: Database, buckets: Sequence[Counts]) -> None:
    closed_until = {store: hours.closed_until(db, store) for store in {bucket.store for bucket in buckets}}
    if not any(closed_until.values()):
        return
    for bucket in buckets:
        until = closed_until[bucket.store]
        if until is not None and bucket.bucket_start < until and hours.is_closed(db, bucket):
            raise WireError(
                f"the hour of {bucket.bucket_start:%Y-%m-%d %H:%M} UTC is closed: its minutes were put"
                " together, and nothing can be added without counting twice"
            )
