"""Counts of a clock that was wrong, moved to their right time once that is known."""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database

from edge.clock import Anchor, ClockNews
from edge.counting.merging import merged
from edge.outbox.beside import move_beside
from edge.outbox.rows import covering, read, write
from edge.wire import Counts

MOVED_AWAY = "moved"
"""In place of a boot: what was counted in this bucket stands under its right time now."""

Kept = tuple[int, str, Counts]
"""Revision, unsure boot, bucket."""


def keep_anchor(db: Database, camera: str, clock: Anchor) -> None:
    """Keeps how the clock stands by which the newest counts were made."""
    db.execute(
        """
        INSERT INTO clocks (camera, boot, ahead, known) VALUES (?, ?, ?, ?)
        ON CONFLICT (camera) DO UPDATE SET
            boot = excluded.boot, ahead = excluded.ahead, known = excluded.known
        """,
        (camera, clock.boot, clock.ahead, clock.known),
    )


def retime(db: Database, camera: str, news: ClockNews, clock: Anchor, at: float) -> int:
    """Moves buckets of this boot that were counted by an unsure clock; how many. See `Outbox.retime`."""
    by = timedelta(minutes=round(news.moved_by / 60))
    if not by and news.is_known == news.was_known:
        return 0  # half a minute at most: what is there stays, and what comes goes by the clock
    moving = _unsure(db, camera, clock.boot)
    unsure_boot = "" if news.is_known else clock.boot
    move_beside(db, camera, by, is_known=news.is_known)
    for revision, _, message in moving:
        _empty(db, revision, message, at)
    for _, _, message in moving:
        start = message.bucket_start + by
        revision, stays = _at(db, camera, int(start.timestamp()))
        parts = [*([stays] if stays else []), message]
        there = stays or message.model_copy(
            update={"bucket_start": start, "bucket_end": message.bucket_end + by}
        )
        one = merged(parts, there.bucket_start, there.bucket_end - there.bucket_start)
        told = one.model_copy(update={"revision": revision + 1, "clock_synced": news.is_known})
        write(db, told, revision + 1, at, unsure_boot)
    return len(moving)


def _unsure(db: Database, camera: str, boot: str) -> list[Kept]:
    rows = db.execute(
        "SELECT revision, unsure_boot, topic, body FROM buckets WHERE camera = ? AND unsure_boot = ? "
        "ORDER BY bucket_start",
        (camera, boot),
    ).fetchall()
    kept = ((revision, unsure, read(topic, body)) for revision, unsure, topic, body in rows)
    return [(revision, unsure, message) for revision, unsure, message in kept if message]


def _empty(db: Database, revision: int, message: Counts, at: float) -> None:
    """What the contract wants in a wrong bucket's place: nothing was seen then."""
    nothing = message.model_copy(
        update={
            "revision": revision + 1,
            "final": True,
            "coverage": 0.0,
            "clock_synced": False,
            "lines": (),
            "zones": (),
            "queues": (),
            "heat": None,
            "paths": None,
        }
    )
    write(db, nothing, revision + 1, at, MOVED_AWAY)


def _at(db: Database, camera: str, start: int) -> tuple[int, Counts | None]:
    """Revision and content of what holds a minute; 0 and None where nothing does."""
    kept = covering(db, camera, start)
    if kept is None:
        return 0, None
    return kept.revision, None if kept.unsure_boot == MOVED_AWAY else kept.message
