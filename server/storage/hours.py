"""Minutes put together into hours, which are kept for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from edge.wire import Counts, Heat, LineCount, QueueCount, ZoneCount
from server.metrics.rows import BucketRow, HeatRow, LineRow, QueueRow, ZoneRow
from server.storage import counts
from server.storage.exact import from_us, from_us_or_none, to_us
from server.storage.heat import heat_rows
from server.storage.paths import paths_of_buckets
from server.storage.queues import queue_rows

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

_LONGEST = timedelta(days=1)

_Place = tuple[datetime, str, str]
"""Begin, device and camera."""


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
        (
            bucket.store,
            begin,
            begin - _LONGEST // timedelta(microseconds=1),
            begin,
            bucket.device,
            bucket.camera,
        ),
    )
    return found.fetchone() is not None


def oldest_open(
    db: Database,
    store: str,
    before: datetime,
    received_before: datetime,
    *,
    since: datetime = EARLIEST,
) -> datetime | None:
    """When the first bucket in [since, before) begins that is not an hour already; None without one.

    Buckets that came or changed at `received_before` or later are passed over.
    """
    found = db.execute(
        "SELECT b.bucket_start FROM buckets b LEFT JOIN closed_hours h ON h.store = b.store"
        " AND h.hour_start = b.bucket_start AND h.device = b.device AND h.camera = b.camera"
        " WHERE b.store = ? AND b.bucket_start >= ? AND b.bucket_start < ? AND b.received_at < ?"
        " AND h.store IS NULL ORDER BY b.bucket_start LIMIT 1",
        (store, to_us(since), to_us(before), to_us(received_before)),
    ).fetchone()
    return from_us_or_none(None if found is None else found[0])


def changed_since(db: Database, minutes: Sequence[Counts], at: datetime) -> bool:
    """Whether any of some buckets of one camera came or changed at an instant or later."""
    first, last = minutes[0], minutes[-1]
    found = db.execute(
        "SELECT 1 FROM buckets WHERE store = ? AND bucket_start >= ? AND bucket_start <= ?"
        " AND device = ? AND camera = ? AND received_at >= ? LIMIT 1",
        (
            first.store,
            to_us(first.bucket_start),
            to_us(last.bucket_start),
            first.device,
            first.camera,
            to_us(at),
        ),
    )
    return found.fetchone() is not None


def minutes_within(db: Database, store: str, begin: datetime, end: datetime) -> list[Counts]:
    """Buckets that lie within [begin, end) with all that they hold, as they once came, in order of time."""
    lines: dict[_Place, list[LineCount]] = defaultdict(list)
    for line in counts.line_rows(db, store, begin, end):
        lines[_place(line)].append(_line_count(line))
    zones: dict[_Place, list[ZoneCount]] = defaultdict(list)
    for zone in counts.zone_rows(db, store, begin, end):
        zones[_place(zone)].append(_zone_count(zone))
    queues: dict[_Place, list[QueueCount]] = defaultdict(list)
    for queue in queue_rows(db, store, begin, end):
        queues[_place(queue)].append(_queue_count(queue))
    heat = {_place(row): _heat(row) for row in heat_rows(db, store, begin, end)}
    paths = paths_of_buckets(db, store, begin, end)
    revisions = _revisions(db, store, begin, end)
    return [
        Counts(
            store=store,
            device=row.device,
            camera=row.camera,
            bucket_start=row.begin,
            bucket_end=row.end,
            revision=revisions[_place(row)],
            final=row.final,
            coverage=row.coverage,
            clock_synced=row.clock_synced,
            replayed=row.replayed,
            lines=tuple(lines[_place(row)]),
            zones=tuple(zones[_place(row)]),
            queues=tuple(queues[_place(row)]),
            heat=heat.get(_place(row)),
            paths=tuple(paths[_place(row)]) if _place(row) in paths else None,
        )
        for row in counts.bucket_rows(db, store, begin, end)
        if row.end <= end
    ]


def _place(row: BucketRow | LineRow | ZoneRow | QueueRow | HeatRow) -> _Place:
    return (row.begin, row.device, row.camera)


def _line_count(row: LineRow) -> LineCount:
    return LineCount.model_validate(
        {
            "line": row.line,
            "kind": row.kind,
            "count_in": row.count_in,
            "count_out": row.count_out,
            "staff_in": row.staff_in,
            "staff_out": row.staff_out,
            "groups_in": row.groups_in,
            "groups_out": row.groups_out,
            "passed": row.passed,
        }
    )


def _zone_count(row: ZoneRow) -> ZoneCount:
    return ZoneCount(
        zone=row.zone,
        dwell=row.dwell,
        staff_dwell=row.staff_dwell,
        ended=None if row.ended is None else dict(row.ended),
        occupancy_person_seconds=row.person_seconds,
        observed_seconds=row.observed_seconds,
        occupancy_peak=row.peak,
    )


def _queue_count(row: QueueRow) -> QueueCount:
    return QueueCount(
        queue=row.queue,
        joined=row.joined,
        served=row.served,
        abandoned=row.abandoned,
        lost=row.lost,
        wait=row.wait,
        abandoned_wait=row.abandoned_wait,
        waiting_person_seconds=row.person_seconds,
        observed_seconds=row.observed_seconds,
        length_peak=row.peak,
    )


def _heat(row: HeatRow) -> Heat:
    cells = {f"{column},{line}": seconds for (column, line), seconds in row.seconds.items()}
    return Heat(unit=row.unit, cell=row.cell, seconds=cells)


def _revisions(db: Database, store: str, begin: datetime, end: datetime) -> dict[_Place, int]:
    found = db.execute(
        "SELECT bucket_start, device, camera, revision FROM buckets"
        " WHERE store = ? AND bucket_start >= ? AND bucket_start < ?",
        (store, to_us(begin), to_us(end)),
    )
    return {(from_us(start), device, camera): revision for start, device, camera, revision in found}


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
