"""Old minutes put together into hours before anything is given up.

Only hours of which nothing was ever sent: the highest revision replaces a bucket of the same bounds, and a
minute that the server has would stand there beside the hour.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from edge.counting.merging import merged, tells_of
from edge.outbox.rows import read, write
from edge.wire import Counts

HOUR = 3600
YOUNGEST_SECONDS = 2 * HOUR
"""Minutes are corrected for an hour, so an hour is left alone until that is over for each of its minutes."""

AT_ONCE = 24
"""So many hours are put together before it is asked whether that is enough."""


def note_sent(db: Database, camera: str, hour: int, at: float) -> None:
    """Notes that something of the hour (its begin, seconds since the epoch) was sent."""
    db.execute("INSERT OR IGNORE INTO sent_hours VALUES (?, ?, ?)", (camera, hour, at))


def coarsen(db: Database, now: float, is_enough: Callable[[], bool]) -> dict[str, int]:
    """Puts the oldest minutes together, hour by hour, until it is enough; how many minutes, by camera."""
    coarsened: dict[str, int] = {}
    hours = [] if is_enough() else _unsent_hours(db, now)
    for number, (camera, hour) in enumerate(hours):
        if number % AT_ONCE == 0 and is_enough():
            break
        coarsened[camera] = coarsened.get(camera, 0) + _put_together(db, camera, hour, now)
    return {camera: number for camera, number in coarsened.items() if number}


def minutes_of(message: Counts | None) -> int:
    """How many minutes a bucket stands for; one where it cannot be read."""
    return round((message.bucket_end - message.bucket_start) / timedelta(minutes=1)) if message else 1


def _unsent_hours(db: Database, now: float) -> list[tuple[str, int]]:
    rows = db.execute(
        """
        SELECT b.camera, b.bucket_start / 3600 * 3600 AS hour
        FROM buckets b
        JOIN (SELECT camera, max(bucket_start) AS start FROM buckets GROUP BY camera) newest USING (camera)
        LEFT JOIN sent_hours s ON s.camera = b.camera AND s.hour_start = b.bucket_start / 3600 * 3600
        WHERE s.camera IS NULL AND b.bucket_start < min(?, newest.start) - ?
        GROUP BY 1, 2 HAVING count(*) > 1 AND min(b.final) AND max(b.unsure_boot) = ''
        ORDER BY 2
        """,
        (now, YOUNGEST_SECONDS + HOUR),
    )
    return [(camera, hour) for camera, hour in rows.fetchall()]


def _put_together(db: Database, camera: str, hour: int, at: float) -> int:
    rows = db.execute(
        "SELECT topic, body, revision FROM buckets "
        "WHERE camera = ? AND bucket_start >= ? AND bucket_start < ? ORDER BY bucket_start",
        (camera, hour, hour + HOUR),
    ).fetchall()
    minutes = [message for topic, body, _ in rows if (message := read(topic, body))]
    if len(minutes) < len(rows) or any(tells_of(one) != tells_of(minutes[0]) for one in minutes):
        return 0  # their sum could not say what each of them does
    one = merged(minutes, datetime.fromtimestamp(hour, UTC), timedelta(hours=1))
    revision = max(revision for _, _, revision in rows) + 1
    db.execute(
        "DELETE FROM buckets WHERE camera = ? AND bucket_start >= ? AND bucket_start < ?",
        (camera, hour, hour + HOUR),
    )
    write(db, one.model_copy(update={"revision": revision}), revision, at, "")
    return len(minutes)
