"""Counts of unknown time, brought into the figures by somebody who knows how wrong the clock was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from edge.wire import Counts
from server.storage import counts, hours, unknown_time
from server.storage.database import writing


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How many buckets stand in the figures now, and how many are still held: their place is taken."""

    stored: int
    still_held: int


def confirm_time(db: Database, store: str, device: str, shift: timedelta, now: datetime) -> Confirmed:
    """Take what is held of a device for true, `shift` later than its clock said.

    The mark that the device did not know the time stays. For devices that never learn the time: one that
    does sends its counts again by itself.
    """
    with writing(db):
        held = [bucket for bucket in unknown_time.of_device(db, store, device) if _says_something(bucket)]
        moved = [(bucket, _moved(bucket, shift)) for bucket in held]
        free = [
            (old, new) for old, new in moved if not counts.is_kept(db, new) and not hours.is_closed(db, new)
        ]
        counts.keep_all(db, [new for _, new in free], now)
        unknown_time.forget(db, [old for old, _ in free])
    return Confirmed(len(free), len(held) - len(free))


def _says_something(bucket: Counts) -> bool:
    """An empty one is what a device sent in place of counts that it has moved to their right time."""
    return bool(bucket.lines or bucket.zones or bucket.queues)


def _moved(bucket: Counts, shift: timedelta) -> Counts:
    return bucket.model_copy(
        update={"bucket_start": bucket.bucket_start + shift, "bucket_end": bucket.bucket_end + shift}
    )
