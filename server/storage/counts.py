"""Buckets of counts: kept at their highest revision, read by store and time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic_core import to_json
from sqlite_utils import Database

from edge.wire import Counts, DwellSketch, LineCount, ZoneCount
from edge.wire.messages import LONGEST_BUCKET
from server.metrics.rows import BucketRow, LineRow, ZoneRow
from server.storage.exact import from_us, to_us
from server.storage.heat import put_heat
from server.storage.packing import (
    packed_counts,
    packed_sketch,
    unpacked_counts,
    unpacked_sizes,
    unpacked_sketch,
)
from server.storage.paths import put_paths
from server.storage.queues import BucketKey, put_queues

_BucketValues = tuple[str, int, str, str, int, int, bool, float, bool, bool, int, bool]
Write = Callable[[Database, Sequence[_BucketValues]], list[bool]]

_PARTS = ("line_counts", "zone_counts", "queue_counts", "heat", "path_counts")
"""Tables with what a bucket holds."""

_KEEP_HIGHEST = """
    INSERT INTO buckets (store, bucket_start, device, camera, bucket_end, revision, final, coverage,
                         clock_synced, replayed, received_at, tells_paths)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        bucket_end = excluded.bucket_end, revision = excluded.revision, final = excluded.final,
        coverage = excluded.coverage, clock_synced = excluded.clock_synced, replayed = excluded.replayed,
        received_at = excluded.received_at, tells_paths = excluded.tells_paths
    WHERE excluded.revision > buckets.revision
"""
_BUCKETS = """
    SELECT device, camera, bucket_start, bucket_end, coverage, final, clock_synced, replayed
    FROM buckets WHERE store = ? AND bucket_start >= ? AND bucket_start < ?
    ORDER BY bucket_start, device, camera
"""
_LINES = """
    SELECT b.device, b.camera, b.bucket_start, b.bucket_end, l.line, l.kind, l.count_in, l.count_out,
           l.staff_in, l.staff_out, l.groups_in, l.groups_out, l.passed
    FROM buckets b JOIN line_counts l USING (store, bucket_start, device, camera)
    WHERE b.store = ? AND b.bucket_start >= ? AND b.bucket_start < ?
    ORDER BY b.bucket_start, b.device, b.camera, l.line
"""
_ZONES = """
    SELECT b.device, b.camera, b.bucket_start, b.bucket_end, z.zone, z.dwell_n, z.dwell_sum_seconds,
           z.dwell_bins, z.person_seconds, z.observed_seconds, z.peak, z.staff_dwell, z.ended
    FROM buckets b JOIN zone_counts z USING (store, bucket_start, device, camera)
    WHERE b.store = ? AND b.bucket_start >= ? AND b.bucket_start < ?
    ORDER BY b.bucket_start, b.device, b.camera, z.zone
"""


def keep(db: Database, counts: Counts, received_at: datetime) -> bool:
    """Store a bucket unless an equal or higher revision is there; whether anything changed.

    A higher revision replaces the bucket with all that it holds.
    """
    return keep_all(db, [counts], received_at)[0]


class SomeUnchanged(Exception):
    """Not all buckets changed something, and nobody knows which: the transaction has to be undone."""


def one_by_one(db: Database, rows: Sequence[_BucketValues]) -> list[bool]:
    """Write rows of buckets, and tell which changed anything."""
    return [bool(db.conn.execute(_KEEP_HIGHEST, row).rowcount) for row in rows]


def at_once(db: Database, rows: Sequence[_BucketValues]) -> list[bool]:
    """Write rows of buckets that change something, as nearly all do, by one call for all.

    Raises:
        SomeUnchanged: one of them changes nothing.
    """
    if db.conn.executemany(_KEEP_HIGHEST, rows).rowcount != len(rows):
        raise SomeUnchanged
    return [True] * len(rows)


def keep_all(
    db: Database,
    buckets: Sequence[Counts],
    received_at: datetime,
    write: Write = one_by_one,
) -> list[bool]:
    """Store buckets as `keep` does each, faster; whether anything changed, one by one.

    Raises:
        SomeUnchanged: by `at_once`, and one changes nothing.
    """
    received_us = to_us(received_at)
    rows = [_bucket_values(counts, received_us) for counts in buckets]
    changed = write(db, rows)
    # Of one bucket that came twice, the later one of these is the higher.
    newest = {row[:4]: counts for row, counts, new in zip(rows, buckets, changed, strict=True) if new}
    # A first revision replaces nothing.
    _delete(db, _PARTS, [key for key, counts in newest.items() if counts.revision > 1])
    _put_lines(db, [(key, line) for key, counts in newest.items() for line in counts.lines])
    _put_zones(db, [(key, zone) for key, counts in newest.items() for zone in counts.zones])
    put_queues(db, [(key, queue) for key, counts in newest.items() for queue in counts.queues])
    put_heat(db, [(key, counts.heat) for key, counts in newest.items() if counts.heat is not None])
    put_paths(db, [(key, path) for key, counts in newest.items() for path in counts.paths or ()])
    return changed


def is_kept(db: Database, counts: Counts) -> bool:
    """Whether a bucket is stored, at whatever revision."""
    found = db.execute(
        "SELECT 1 FROM buckets WHERE store = ? AND bucket_start = ? AND device = ? AND camera = ?",
        _key(counts),
    )
    return found.fetchone() is not None


def delete(db: Database, buckets: Iterable[Counts]) -> None:
    """Delete buckets with all that they hold."""
    _delete(db, (*_PARTS, "buckets"), [_key(counts) for counts in buckets])


def _delete(db: Database, tables: Iterable[str], keys: Sequence[BucketKey]) -> None:
    for table in tables:
        db.conn.executemany(
            f"DELETE FROM {table} WHERE store = ? AND bucket_start = ? AND device = ? AND camera = ?",  # noqa: S608 -- our constants
            keys,
        )


def _bucket_values(counts: Counts, received_us: int) -> _BucketValues:
    return (
        *_key(counts),
        to_us(counts.bucket_end),
        counts.revision,
        counts.final,
        counts.coverage,
        counts.clock_synced,
        counts.replayed,
        received_us,
        counts.paths is not None,
    )


def _key(counts: Counts) -> BucketKey:
    return (counts.store, to_us(counts.bucket_start), counts.device, counts.camera)


def _put_lines(db: Database, lines: Iterable[tuple[BucketKey, LineCount]]) -> None:
    db.conn.executemany(
        "INSERT INTO line_counts (store, bucket_start, device, camera, line, kind, count_in, count_out,"
        " staff_in, staff_out, groups_in, groups_out, passed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *key,
                line.line,
                line.kind,
                line.count_in,
                line.count_out,
                line.staff_in,
                line.staff_out,
                packed_counts(line.groups_in),
                packed_counts(line.groups_out),
                line.passed,
            )
            for key, line in lines
        ],
    )


def _put_zones(db: Database, zones: Iterable[tuple[BucketKey, ZoneCount]]) -> None:
    db.conn.executemany(
        "INSERT INTO zone_counts (store, bucket_start, device, camera, zone, dwell_n, dwell_sum_seconds,"
        " dwell_bins, person_seconds, observed_seconds, peak, staff_dwell, ended)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *key,
                zone.zone,
                zone.dwell.n,
                zone.dwell.sum_seconds,
                to_json(zone.dwell.bins).decode(),
                zone.occupancy_person_seconds,
                zone.observed_seconds,
                zone.occupancy_peak,
                packed_sketch(zone.staff_dwell),
                packed_counts(zone.ended),
            )
            for key, zone in zones
        ],
    )


@dataclass(frozen=True, slots=True)
class HeldBucket:
    """A bucket as it is held: its revision, whether it is final, and its lines."""

    begin: datetime
    end: datetime
    revision: int
    final: bool
    lines: tuple[LineCount, ...]


def held_buckets(
    db: Database, store: str, device: str, camera: str, begin: datetime, end: datetime
) -> list[HeldBucket]:
    """The buckets of one camera that share time with [begin, end), in order."""
    found = db.execute(
        "SELECT bucket_start, bucket_end, revision, final FROM buckets WHERE store = ?"
        " AND bucket_start > ? AND bucket_start < ? AND device = ? AND camera = ? AND bucket_end > ?"
        " ORDER BY bucket_start",
        (store, to_us(begin - LONGEST_BUCKET), to_us(end), device, camera, to_us(begin)),
    ).fetchall()
    return [
        HeldBucket(
            begin=from_us(start),
            end=from_us(stop),
            revision=revision,
            final=bool(final),
            lines=_held_lines(db, (store, start, device, camera)),
        )
        for start, stop, revision, final in found
    ]


def _held_lines(db: Database, key: BucketKey) -> tuple[LineCount, ...]:
    found = db.execute(
        "SELECT line, kind, count_in, count_out FROM line_counts"
        " WHERE store = ? AND bucket_start = ? AND device = ? AND camera = ? ORDER BY line",
        key,
    )
    return tuple(
        LineCount(line=line, kind=kind, count_in=count_in, count_out=count_out)
        for line, kind, count_in, count_out in found
    )


def bucket_rows(db: Database, store: str, begin: datetime, end: datetime) -> list[BucketRow]:
    """Buckets that begin in [begin, end), in order of time."""
    found = db.execute(_BUCKETS, (store, to_us(begin), to_us(end)))
    return [
        BucketRow(
            device=device,
            camera=camera,
            begin=from_us(start),
            end=from_us(stop),
            coverage=coverage,
            final=bool(final),
            clock_synced=bool(clock_synced),
            replayed=bool(replayed),
        )
        for device, camera, start, stop, coverage, final, clock_synced, replayed in found
    ]


def watched_seconds(db: Database, store: str, begin: datetime, end: datetime) -> dict[tuple[str, str], float]:
    """For how long each camera (device, camera) processed frames in [begin, end), in seconds."""
    first, last = to_us(begin), to_us(end)
    found = db.execute(
        "SELECT device, camera, sum(coverage * (min(bucket_end, ?) - max(bucket_start, ?))) / 1e6"
        " FROM buckets WHERE store = ? AND bucket_start >= ? AND bucket_start < ? AND bucket_end > ?"
        " GROUP BY device, camera",
        (last, first, store, to_us(begin - LONGEST_BUCKET), last, first),
    )
    return {(device, camera): seconds for device, camera, seconds in found}


def line_rows(db: Database, store: str, begin: datetime, end: datetime) -> list[LineRow]:
    """Crossings in buckets that begin in [begin, end), in order of time."""
    found = db.execute(_LINES, (store, to_us(begin), to_us(end)))
    return [
        LineRow(
            device=device,
            camera=camera,
            begin=from_us(start),
            end=from_us(stop),
            line=line,
            kind=kind,
            count_in=count_in,
            count_out=count_out,
            staff_in=staff_in,
            staff_out=staff_out,
            groups_in=unpacked_sizes(groups_in),
            groups_out=unpacked_sizes(groups_out),
            passed=passed,
        )
        for (
            device,
            camera,
            start,
            stop,
            line,
            kind,
            count_in,
            count_out,
            staff_in,
            staff_out,
            groups_in,
            groups_out,
            passed,
        ) in found
    ]


def zone_rows(db: Database, store: str, begin: datetime, end: datetime) -> list[ZoneRow]:
    """Zone visits in buckets that begin in [begin, end), in order of time."""
    found = db.execute(_ZONES, (store, to_us(begin), to_us(end)))
    return [
        ZoneRow(
            device=device,
            camera=camera,
            begin=from_us(start),
            end=from_us(stop),
            zone=zone,
            dwell=DwellSketch(n=n, sum_seconds=sum_seconds, bins=json.loads(bins)),
            person_seconds=person_seconds,
            observed_seconds=observed_seconds,
            peak=peak,
            staff_dwell=unpacked_sketch(staff),
            ended=unpacked_counts(ended),
        )
        for (
            device,
            camera,
            start,
            stop,
            zone,
            n,
            sum_seconds,
            bins,
            person_seconds,
            observed_seconds,
            peak,
            staff,
            ended,
        ) in found
    ]


def stored_days(db: Database, store: str) -> tuple[datetime, datetime] | None:
    """When the first and the last bucket of a store begin; None without one."""
    first, last = db.execute(
        "SELECT (SELECT min(bucket_start) FROM buckets WHERE store = ?),"
        " (SELECT max(bucket_start) FROM buckets WHERE store = ?)",
        (store, store),
    ).fetchone()
    return None if first is None else (from_us(first), from_us(last))


def lines_reaching(db: Database, store: str, since: datetime, at: datetime) -> list[LineRow]:
    """Crossings in buckets that begin in [since, at) and end after `at`."""
    return [row for row in line_rows(db, store, since, at) if row.end > at]
