"""Where people spent time, bucket by bucket: packed small, read one bucket after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlite_utils import Database

from edge.wire import Heat
from server.metrics.rows import HeatRow
from server.storage.exact import from_us, to_us
from server.storage.packing import packed_cells, unpacked_cells
from server.storage.queues import BucketKey

_HEAT = """
    SELECT b.device, b.camera, b.bucket_start, b.bucket_end, h.unit, h.cell, h.seconds
    FROM buckets b JOIN heat h USING (store, bucket_start, device, camera)
    WHERE b.store = ? AND b.bucket_start >= ? AND b.bucket_start < ? AND (? IS NULL OR b.camera = ?)
    ORDER BY b.bucket_start, b.device, b.camera
"""


def put_heat(db: Database, heats: Iterable[tuple[BucketKey, Heat]]) -> None:
    """Store the heat of buckets that have none yet."""
    db.conn.executemany(
        "INSERT INTO heat (store, bucket_start, device, camera, unit, cell, seconds)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*key, heat.unit, heat.cell, packed_cells(heat.seconds)) for key, heat in heats],
    )


def heat_rows(
    db: Database, store: str, begin: datetime, end: datetime, camera: str | None = None
) -> Iterator[HeatRow]:
    """Heat of buckets that begin in [begin, end), of all cameras or one, in order of time.

    One at a time: the cells of all buckets of a month would not fit into a small machine's memory.
    """
    found = db.execute(_HEAT, (store, to_us(begin), to_us(end), camera, camera))
    for device, name, start, stop, unit, cell, seconds in found:
        yield HeatRow(device, name, from_us(start), from_us(stop), unit, cell, unpacked_cells(seconds))
