"""The outbox: one SQLite file per camera, written by counting and read by the uplink.

A bucket is kept once, at its newest revision, together with the revision that the broker has
acknowledged: what waits to be sent is where the two differ. So a minute that was corrected ten times
while the broker was away is sent once, and sending is resumed after any crash. A running minute waits
only while it has news: that a quiet one has been watched a little longer is told when it is final.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from edge.clock import Anchor, ClockNews
from edge.outbox.beside import keep_beside, kept_beside
from edge.outbox.coarsening import HOUR, coarsen, minutes_of, note_sent
from edge.outbox.errors import DiskTrouble, OutboxError
from edge.outbox.migrations import migrations
from edge.outbox.retiming import MOVED_AWAY, keep_anchor, retime
from edge.outbox.rows import covering, read, write
from edge.outbox.totals import Totals, totals_of
from edge.wire import Counts, QueueCount

KEPT_SECONDS = 30 * 86400.0
"""How long the device keeps what the broker has, as its own tally."""

BUSY_SECONDS = 15.0
LOG_PAGES = 250
"""Of the log beside the database, a megabyte; SQLite's own bound is four, which a small disk may not have."""

BROKEN = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT}
)
"""After these the file is opened anew; a full disk or a lock is waited for."""

WAL_TRIES = 100
WAL_PAUSE_SECONDS = 0.05

_WAITS = "delivered_revision < revision AND (final OR delivered_revision < news_revision)"


Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How much of what was counted is still here only.

    Attributes:
        depth: buckets that the broker has not acknowledged.
        oldest_seconds: how long the oldest of them has waited.
        coarsened, dropped: minutes that were put together into hours, and given up, for want of room.
    """

    depth: int = 0
    oldest_seconds: float = 0.0
    coarsened: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A bucket that the broker does not have yet, at `revision`."""

    camera: str
    bucket_start: int
    revision: int
    topic: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a camera's source has been counted, in seconds since the epoch.

    `follow_from`: since when people have been there who still are; None: nobody is.
    """

    source: str
    started_at: float
    counted_until: float
    ended: bool
    follow_from: float | None = None


class Outbox:
    """One camera's outbox. Open it in the thread that uses it, and close it there."""

    def __init__(self, path: Path, most_bytes: int = 256 * 1024 * 1024) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._db = _open(path)
        self._is_broken = False

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    def put(
        self,
        camera: str,
        counts: Iterable[Counts],
        progress: Progress,
        at: float,
        clock: Anchor | None = None,
        beside: Iterable[Counts] | None = None,
    ) -> None:
        """Keeps buckets and how far their source was counted, together or not at all.

        Each bucket gets the revision after the one that is kept, and the highest one wins everywhere.

        Args:
            camera: whose they are.
            counts: the buckets; their own revision is overwritten.
            progress: how far the source has been counted with them.
            at: now, seconds since the epoch.
            clock: the clock that they were counted by; None for a recording.
            beside: what would be added to minutes if counting ended now, in place of what was kept so before;
                None: that stays as it is, for a recording tells nothing of what was live.

        Raises:
            DiskTrouble: the file cannot be written.
            OutboxError: a recording would overwrite a live minute.
        """
        with self._changing():
            for message in counts:
                self._put_one(message, at, clock)
            if clock:
                keep_anchor(self._db, camera, clock)
            if beside is not None:
                keep_beside(self._db, camera, beside)
            self._db.execute(
                """
                INSERT INTO progress (camera, source, started_at, counted_until, ended, follow_from)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (camera) DO UPDATE SET source = excluded.source,
                    started_at = excluded.started_at, counted_until = excluded.counted_until,
                    ended = excluded.ended, follow_from = excluded.follow_from
                """,
                (camera, *astuple(progress)),
            )

    def beside(self, camera: str) -> list[Counts]:
        """What is to be added to minutes because counting ended without a word; see `put`."""
        return self._read(lambda: kept_beside(self._db, camera))

    def progress(self, camera: str) -> Progress | None:
        """How far a camera's source was counted before; None for a new camera."""
        row = self._one(
            "SELECT source, started_at, counted_until, ended, follow_from FROM progress WHERE camera = ?",
            camera,
        )
        return Progress(row[0], row[1], row[2], bool(row[3]), row[4]) if row else None

    def anchor(self, camera: str) -> Anchor | None:
        """How the camera's clock stood when counts were last kept; None for a new camera or a recording."""
        row = self._one("SELECT boot, ahead, known FROM clocks WHERE camera = ?", camera)
        return Anchor(row[0], row[1], bool(row[2])) if row else None

    def counted_until(self, camera: str, boot: str) -> float | None:
        """End of the newest bucket but for those of an unsure clock of this boot; None: there is none."""
        rows = self._rows(
            "SELECT topic, body FROM buckets WHERE camera = ? AND unsure_boot NOT IN (?, ?) "
            "ORDER BY bucket_start DESC LIMIT 1",
            camera,
            boot,
            MOVED_AWAY,
        )
        newest = next((message for topic, body in rows if (message := read(topic, body))), None)
        return newest.bucket_end.timestamp() if newest else None

    def retime(self, camera: str, news: ClockNews, clock: Anchor, at: float) -> int:
        """Moves what was counted by an unsure clock of this boot to where the clock stands now.

        By whole minutes. Buckets whose time is known now are told so.

        Args:
            camera: whose they are.
            news: what has become of the clock.
            clock: how it stands now.
            at: now, seconds since the epoch.

        Returns how many buckets were moved or told anew.
        """
        with self._changing():
            moved = retime(self._db, camera, news, clock, at)
            keep_anchor(self._db, camera, clock)
        return moved

    def minute(self, camera: str, start: int) -> Counts | None:
        """What was told of the minute that begins at `start` (seconds since the epoch); None: nothing.

        Where it became part of an hour: what is told of that hour.
        """
        kept = self._read(lambda: covering(self._db, camera, start))
        return kept.message if kept else None

    def since(self, camera: str, begin: float) -> list[Counts]:
        """Buckets of a camera that end after `begin` (seconds since the epoch), oldest first."""
        rows = self._rows(
            "SELECT topic, body FROM buckets WHERE camera = ? AND bucket_start > ? ORDER BY bucket_start",
            camera,
            begin - HOUR,
        )
        kept = (message for topic, body in rows if (message := read(topic, body)) is not None)
        return [message for message in kept if message.bucket_end.timestamp() > begin]

    def oldest(self, limit: int, *, skip: frozenset[tuple[str, int, int]] = frozenset()) -> list[Waiting]:
        """What the broker does not have yet, oldest first; without what is on its way already.

        Args:
            limit: how many at most.
            skip: (camera, bucket_start, revision) of what was sent and is not yet acknowledged.
        """
        rows = self._rows(
            f"SELECT camera, bucket_start, revision, topic, body FROM buckets WHERE {_WAITS} "  # noqa: S608 - our constant
            "ORDER BY bucket_start LIMIT ?",
            limit + len(skip),
        )
        return _not_on_their_way(rows, skip)[:limit]

    def fresh(
        self, since: float, limit: int, *, skip: frozenset[tuple[str, int, int]] = frozenset()
    ) -> list[Waiting]:
        """The newest of what waits, from `since` (seconds since the epoch) on; as `oldest`."""
        rows = self._rows(
            f"SELECT camera, bucket_start, revision, topic, body FROM buckets WHERE {_WAITS} "  # noqa: S608 - our constant
            "AND bucket_start >= ? ORDER BY bucket_start DESC LIMIT ?",
            since,
            limit + len(skip),
        )
        return _not_on_their_way(rows, skip)[:limit]

    def sending(self, waiting: Sequence[Waiting], at: float) -> None:
        """Notes that these are about to be sent, so that their minutes are never told again as an hour."""
        if not waiting:
            return
        hours = {(one.camera, one.bucket_start // HOUR * HOUR) for one in waiting}
        known = {tuple(row) for row in self._rows("SELECT camera, hour_start FROM sent_hours")}
        if not hours <= known:
            with self._changing():
                for camera, hour in hours - known:
                    note_sent(self._db, camera, hour, at)

    def delivered(self, camera: str, bucket_start: int, revision: int, at: float = 0.0) -> None:
        """Notes that the broker has acknowledged a revision, at `at`; a newer one still waits."""
        with self._changing():
            self._db.execute(
                "INSERT OR IGNORE INTO sent_hours SELECT camera, bucket_start / 3600 * 3600, put_at "
                "FROM buckets WHERE camera = ? AND bucket_start = ?",
                (camera, bucket_start),
            )
            self._db.execute(
                """
                UPDATE buckets SET delivered_revision = max(delivered_revision, ?), delivered_at = ?
                WHERE camera = ? AND bucket_start = ?
                """,
                (revision, at, camera, bucket_start),
            )

    def send_again(self, since: float, most: int) -> int:
        """Has what was acknowledged after `since` sent once more, the newest first, at most so much.

        For a broker that came back: what it had taken and not yet saved is gone, and nobody else has it.

        Returns how many buckets wait again.
        """
        with self._changing():
            return self._db.execute(
                """
                UPDATE buckets SET delivered_revision = 0 WHERE (camera, bucket_start) IN (
                    SELECT camera, bucket_start FROM buckets
                    WHERE delivered_at > ? AND delivered_revision > 0 ORDER BY delivered_at DESC LIMIT ?
                )
                """,
                (since, most),
            ).rowcount

    def depth(self, now: float) -> tuple[int, float]:
        """How many buckets wait, and for how many seconds the oldest of them has."""
        row = self._one(f"SELECT count(*), min(put_at) FROM buckets WHERE {_WAITS}")  # noqa: S608 - our constant
        count, oldest = row or (0, None)
        return count, max(0.0, now - oldest) if oldest is not None else 0.0

    def state(self, now: float) -> OutboxState:
        """How much waits, and what was coarsened and dropped."""
        row = self._one(
            "SELECT coalesce(sum(coarsened_buckets), 0), coalesce(sum(dropped_buckets), 0) FROM progress"
        )
        return OutboxState(*self.depth(now), *(row or (0, 0)))

    def trim(self, now: float) -> OutboxState:
        """Keeps the file within its bound: delivered buckets go first, then minutes become hours.

        Only when that is not enough the oldest waiting ones are given up.

        Returns what was coarsened and dropped now; both are also counted in `state`.
        """
        with self._changing():
            self._db.execute(
                # By when it was put, not by when it happened: an old recording is no older than its count.
                "DELETE FROM buckets WHERE delivered_revision >= revision AND put_at < ?",
                (now - KEPT_SECONDS,),
            )
            self._db.execute("DELETE FROM sent_hours WHERE sent_at < ?", (now - 3 * KEPT_SECONDS,))
            self._drop_oldest("delivered_revision >= revision", 500)
            coarsened = coarsen(self._db, now, lambda: self._bytes() <= self._most_bytes)
            dropped = self._drop_oldest("delivered_revision < revision", 20)
            for what, numbers in (("coarsened_buckets", coarsened), ("dropped_buckets", dropped)):
                for camera, number in numbers.items():
                    self._db.execute(
                        f"UPDATE progress SET {what} = {what} + ? WHERE camera = ?",  # noqa: S608 - our two
                        (number, camera),
                    )
        return OutboxState(coarsened=sum(coarsened.values()), dropped=sum(dropped.values()))

    def totals(self) -> Totals:
        """The device's own tally."""
        dropped = self._one("SELECT coalesce(sum(dropped_buckets), 0) FROM progress")
        rows = self._rows("SELECT topic, body FROM buckets ORDER BY bucket_start")
        kept = (message for topic, body in rows if (message := read(topic, body)) is not None)
        return totals_of(kept, self.depth(0)[0], dropped[0] if dropped else 0)

    def _put_one(self, message: Counts, at: float, clock: Anchor | None) -> None:
        kept = covering(self._db, message.camera, int(message.bucket_start.timestamp()))
        revision, news_revision = 1, int(_says_something(message))
        if kept:
            _check_replaceable(kept.message, message)
            revision = kept.revision + 1
            news_revision = kept.news_revision if _facts(kept.message) == _facts(message) else revision
        unsure = clock.boot if clock and not message.clock_synced else ""
        write(self._db, message.model_copy(update={"revision": revision}), news_revision, at, unsure)

    def _drop_oldest(self, which: str, at_once: int) -> dict[str, int]:
        """Deletes the oldest buckets of a kind until the rest fits; how many minutes, per camera."""
        dropped: dict[str, int] = {}
        while self._bytes() > self._most_bytes:
            rows = self._db.execute(
                "SELECT camera, bucket_start, topic, body FROM buckets "  # noqa: S608 - one of our two constants
                f"WHERE {which} ORDER BY bucket_start LIMIT {at_once}"
            ).fetchall()
            if not rows:
                break
            for camera, start, topic, body in rows:
                self._db.execute("DELETE FROM buckets WHERE camera = ? AND bucket_start = ?", (camera, start))
                dropped[camera] = dropped.get(camera, 0) + minutes_of(read(topic, body))
        return dropped

    def _bytes(self) -> int:
        row = self._one("SELECT coalesce(sum(length(body)), 0) FROM buckets")
        return int(row[0]) if row else 0

    def _failed(self, error: sqlite3.Error) -> DiskTrouble:
        code = getattr(error, "sqlite_errorcode", None)
        self._is_broken = self._is_broken or (code is not None and code & 0xFF in BROKEN)
        return _in_words(self._path, error)

    def _mend(self) -> None:
        """Opens the file anew after it could not be reached: what lies there now may be another disk."""
        if not self._is_broken:
            return
        fresh = _open(self._path)
        with suppress(sqlite3.Error):
            self._db.close()
        self._db, self._is_broken = fresh, False

    def _read(self, ask: Callable[[], Answer]) -> Answer:
        self._mend()
        try:
            return ask()
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        return next(iter(self._rows(sql, *values)), None)

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        self._mend()
        try:
            with closing(self._db.execute(sql, values)) as rows:
                return list(rows)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    @contextmanager
    def _changing(self) -> Iterator[None]:
        self._mend()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._db.conn.in_transaction:  # else it was undone already, as a dead disk has it
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._failed(error) from error


def _check_replaceable(kept: Counts, message: Counts) -> None:
    """Raises where a message must not stand in place of what is kept of its time."""
    again = "give the recording another time with --start, or another camera"
    if message.replayed and not kept.replayed:
        raise OutboxError(
            f"camera {message.camera}: the minute from {message.bucket_start.isoformat()} on "
            "was counted live and is not overwritten from a recording",
            again,
        )
    if (message.bucket_start, message.bucket_end) != (kept.bucket_start, kept.bucket_end):
        raise OutboxError(
            f"camera {message.camera}: the hour from {kept.bucket_start.isoformat()} on "
            "is kept as one for want of room, and its minutes cannot be counted anew",
            again,
        )


def _open(path: Path) -> Database:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            _switch_to_wal(connection)
            # Every commit reaches the disk: a power cut loses no crossing that was counted.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
            database = Database(connection)
            _migrate(database)
        except BaseException:
            connection.close()
            raise
    except (OSError, sqlite3.Error) as error:
        raise _in_words(path, error) from error
    return database


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # SQLite does not wait for the lock here, however long the busy timeout.
    for tries_left in reversed(range(WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not tries_left or "locked" not in str(error):
                raise
            time.sleep(WAL_PAUSE_SECONDS)
        else:
            return


def _migrate(database: Database) -> None:
    if not migrations.pending(database):
        return
    # Asked again under the lock: another process may be opening the new file at the same moment.
    database.execute("BEGIN IMMEDIATE")
    try:
        if migrations.pending(database):
            migrations.apply(database)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _in_words(path: Path, error: Exception) -> DiskTrouble:
    return DiskTrouble(
        f"the outbox {path} cannot be used: {error}",
        "is the folder there and writable, and is there space on the disk?",
    )


def _not_on_their_way(
    rows: Sequence[tuple[Any, ...]], skip: frozenset[tuple[str, int, int]]
) -> list[Waiting]:
    waiting = [
        Waiting(camera, start, revision, topic, body.encode())
        for camera, start, revision, topic, body in rows
    ]
    return [one for one in waiting if (one.camera, one.bucket_start, one.revision) not in skip]


def _facts(message: Counts) -> object:
    """What somebody did: crossings, visits and waits, not for how long it was watched."""
    visits = [(zone.zone, zone.dwell, zone.staff_dwell) for zone in message.zones]
    return message.lines, visits, [(queue.queue, _of_queue(queue)) for queue in message.queues]


def _of_queue(queue: QueueCount) -> tuple[int, ...]:
    return tuple(number or 0 for number in (queue.joined, queue.served, queue.abandoned, queue.lost))


def _says_something(message: Counts) -> bool:
    """Whether anybody crossed, ended a visit, or joined or left a queue."""
    return (
        any(line.count_in or line.count_out for line in message.lines)
        or any(zone.visits for zone in message.zones)
        or any(any(_of_queue(queue)) for queue in message.queues)
    )
