"""Where people went next: written with a bucket, added up by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from edge.wire import PathCount
from server.metrics.paths import Left, Taken, Told, Watched
from server.storage.exact import from_us, to_us
from server.storage.queues import BucketKey

_IN_RANGE = "b.store = ? AND b.bucket_start >= ? AND b.bucket_start < ? AND b.tells_paths"
_TAKEN = f"""
    SELECT b.device, b.camera, p.origin, p.next_stop, sum(p.n)
    FROM buckets b JOIN path_counts p USING (store, bucket_start, device, camera)
    WHERE {_IN_RANGE} GROUP BY 1, 2, 3, 4
"""  # noqa: S608 -- our constant
_LEFT_ZONES = f"""
    SELECT b.device, b.camera, z.zone, sum(z.dwell_n - coalesce(z.staff_dwell ->> 'n', 0))
    FROM buckets b JOIN zone_counts z USING (store, bucket_start, device, camera)
    WHERE {_IN_RANGE} GROUP BY 1, 2, 3
"""  # noqa: S608 -- our constant
_CROSSED = f"""
    SELECT b.device, b.camera, l.line, sum(l.count_in - coalesce(l.staff_in, 0)),
           sum(l.count_out - coalesce(l.staff_out, 0))
    FROM buckets b JOIN line_counts l USING (store, bucket_start, device, camera)
    WHERE {_IN_RANGE} AND l.kind = 'entrance' GROUP BY 1, 2, 3
"""  # noqa: S608 -- our constant
_WATCHED = """
    SELECT device, camera, sum(coverage * (bucket_end - bucket_start)) / 1e6,
           sum(coverage * (bucket_end - bucket_start) * tells_paths) / 1e6
    FROM buckets WHERE store = ? AND bucket_start >= ? AND bucket_start < ?
    GROUP BY 1, 2 HAVING max(tells_paths)
"""
_PATHS = """
    SELECT b.bucket_start, b.device, b.camera, p.origin, p.next_stop, p.n
    FROM buckets b LEFT JOIN path_counts p USING (store, bucket_start, device, camera)
    WHERE b.store = ? AND b.bucket_start >= ? AND b.bucket_start < ? AND b.tells_paths
"""


def put_paths(db: Database, paths: Iterable[tuple[BucketKey, PathCount]]) -> None:
    """Store the paths of buckets that have none yet."""
    db.conn.executemany(
        "INSERT INTO path_counts (store, bucket_start, device, camera, origin, next_stop, n)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*key, path.origin, path.to, path.n) for key, path in paths],
    )


def paths_of_buckets(
    db: Database, store: str, begin: datetime, end: datetime
) -> dict[tuple[datetime, str, str], list[PathCount]]:
    """Paths by begin, device and camera, of buckets that begin in [begin, end) and tell of any or of none."""
    found: dict[tuple[datetime, str, str], list[PathCount]] = defaultdict(list)
    for start, device, camera, origin, to, n in db.execute(_PATHS, (store, to_us(begin), to_us(end))):
        of_bucket = found[from_us(start), device, camera]
        if origin is not None:
            of_bucket.append(PathCount(origin=origin, to=to, n=n))
    return found


def told(db: Database, store: str, begin: datetime, end: datetime) -> Told:
    """What the buckets that begin in [begin, end) and tell of paths add up to, without staff."""
    span = (store, to_us(begin), to_us(end))
    left = [Left(*row) for row in db.execute(_LEFT_ZONES, span)]
    for device, camera, line, count_in, count_out in db.execute(_CROSSED, span):
        left.append(Left(device, camera, f"in:{line}", count_in))
        left.append(Left(device, camera, f"out:{line}", count_out))
    return Told(
        taken=tuple(Taken(*row) for row in db.execute(_TAKEN, span)),
        left=tuple(left),
        watched={(row[0], row[1]): Watched(*row[2:]) for row in db.execute(_WATCHED, span)},
    )
