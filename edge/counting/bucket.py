"""One minute of one camera: what it has gathered, as a message and back from one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.counting.facts import (
    Crossing,
    Fact,
    Group,
    Leg,
    Passed,
    QueueJoined,
    QueueLeft,
    StaffCrossing,
    Stop,
    Visit,
)
from edge.counting.heat import Grid, HeatTally
from edge.counting.legs import numbers_of, path_counts
from edge.counting.merging import merged
from edge.counting.queues import Waiting
from edge.counting.tallies import LineTally, QueueTally, ZoneTally
from edge.wire import Counts, Heat, LineCount, PathCount, QueueCount, ZoneCount
from edge.wire.messages import MOST_PATHS

BUCKET_SECONDS = 60


@dataclass(frozen=True, slots=True)
class CountedBy:
    """Who counts, as every bucket says."""

    store: str
    device: str
    camera: str
    replayed: bool = False
    clock_synced: bool = True


@dataclass(frozen=True, slots=True)
class Watched:
    """What a camera is asked for, and so what each of its buckets tells of.

    Attributes:
        lines, zones, queues: their ids.
        passing: those of the lines that people walk past outside.
        tells_staff: whether staff are told apart; else nothing is said of them, which is not 0.
        grid: of the heatmap; None: not asked for.
        tells_paths: whether it is told where people went next.
    """

    lines: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    passing: frozenset[str] = frozenset()
    tells_staff: bool = False
    grid: Grid | None = None
    tells_paths: bool = False


class Bucket:
    """What one camera has counted from `start` (seconds since the epoch) on.

    For a minute; for an hour only where that was told of long ago, see `of`.
    """

    def __init__(self, start: int, watched: Watched, seconds: int = BUCKET_SECONDS) -> None:
        self.start = start
        self.seconds = seconds
        self.clock_synced = True
        self.covered_seconds = 0.0
        self.final = False
        self._tells_staff = watched.tells_staff
        self.lines = {
            line: LineTally("passing" if line in watched.passing else "entrance") for line in watched.lines
        }
        self.zones = {zone: ZoneTally() for zone in watched.zones}
        self.queues = {queue: QueueTally() for queue in watched.queues}
        self.heat = HeatTally(watched.grid) if watched.grid else None
        self.paths: Counter[tuple[Stop, Stop]] | None = Counter() if watched.tells_paths else None
        self._before = _Before()

    @classmethod
    def of(cls, message: Counts, watched: Watched) -> Bucket:
        """Goes on from what was told, whatever its length."""
        length = message.bucket_end - message.bucket_start
        bucket = cls(int(message.bucket_start.timestamp()), watched, round(length.total_seconds()))
        bucket.restore(message)
        return bucket

    @property
    def end(self) -> int:
        """The first second that is not of the bucket."""
        return self.start + self.seconds

    def watch(
        self,
        seconds: float,
        zones: Mapping[str, int],
        queues: Mapping[str, Waiting],
        cells: Mapping[str, int],
    ) -> None:
        """Notes that for so long so many were in each zone, queue and cell."""
        self.covered_seconds += seconds
        for zone, people in zones.items():
            self.zones[zone].watch(seconds, people)
        for queue, waiting in queues.items():
            self.queues[queue].watch(seconds, waiting.length)
        if self.heat is not None:
            self.heat.add(cells, seconds)

    def add(self, fact: Fact, *, beside: bool = False) -> bool:
        """Counts a fact in the figure that it belongs to; False where it changes nothing.

        Args:
            fact: of this bucket's time.
            beside: whether it is told beside another bucket, which may hold the crossings that staff made.
        """
        match fact:
            case Crossing():
                self.lines[fact.line].crossings[fact.direction] += 1
            case StaffCrossing():
                return self.lines[fact.line].add_staff(fact.direction, beside=beside)
            case Group():
                self.lines[fact.line].add_group(fact.direction, fact.size)
            case Passed():
                self.lines[fact.line].passed += 1
            case Visit():
                self.zones[fact.zone].add(fact)
            case QueueJoined() | QueueLeft():
                self.queues[fact.queue].add(fact)
            case Leg():
                return self._add_leg(fact)
        return True

    def _add_leg(self, leg: Leg) -> bool:
        """Counts that somebody went on; False where paths are not asked for, or are too many for a message.

        Nobody sees a thousand different ways begin within a minute.
        """
        pair = (leg.origin, leg.to)
        if self.paths is None or (pair not in self.paths and len(self.paths) >= MOST_PATHS):
            return False
        self.paths[pair] += 1
        return True

    def told(self, by: CountedBy) -> Counts:
        """The message; the outbox gives it its revision."""
        return Counts(
            store=by.store,
            device=by.device,
            camera=by.camera,
            bucket_start=datetime.fromtimestamp(self.start, UTC),
            bucket_end=datetime.fromtimestamp(self.end, UTC),
            revision=1,
            final=self.final,
            coverage=round(min(1.0, self.covered_seconds / self.seconds), 6),
            clock_synced=by.clock_synced and self.clock_synced,
            replayed=by.replayed,
            lines=(
                *(one.told(id, tells_staff=self._tells_staff) for id, one in self.lines.items()),
                *self._before.lines,
            ),
            zones=(
                *(one.told(id, tells_staff=self._tells_staff) for id, one in self.zones.items()),
                *self._before.zones,
            ),
            queues=(*(one.told(id) for id, one in self.queues.items()), *self._before.queues),
            heat=self._before.heat or (None if self.heat is None else self.heat.told()),
            paths=self._before.paths if self.paths is None else path_counts(self.paths),
        )

    def restore(self, message: Counts) -> None:
        """Goes on from what was told; what is no longer watched stays as it was.

        A bucket has room for heat of one grid: that which was told stays, and another begins with the next.
        """
        self.final = message.final
        self.clock_synced = message.clock_synced  # what was told in doubt stays so, whatever comes beside it
        self.covered_seconds = message.coverage * self.seconds
        for line in message.lines:
            if line.line in self.lines:
                self.lines[line.line].restore(line)
        for zone in message.zones:
            if zone.zone in self.zones:
                self.zones[zone.zone].restore(zone)
        for queue in message.queues:
            if queue.queue in self.queues:
                self.queues[queue.queue].restore(queue)
        if self.paths is not None:
            self.paths = numbers_of(message.paths or ())
        goes_on = self.heat is not None and message.heat is not None and self.heat.restore(message.heat)
        self._before = _Before(
            tuple(line for line in message.lines if line.line not in self.lines),
            tuple(zone for zone in message.zones if zone.zone not in self.zones),
            tuple(queue for queue in message.queues if queue.queue not in self.queues),
            None if goes_on else message.heat,
            message.paths,
        )

    def take_in(self, beside: Counts) -> None:
        """Adds what was told beside this bucket."""
        told = self.told(CountedBy(beside.store, beside.device, beside.camera, beside.replayed))
        final = self.final
        begin = datetime.fromtimestamp(self.start, UTC)
        self.restore(merged([told, beside], begin, timedelta(seconds=self.seconds)))
        self.final = final


@dataclass(frozen=True, slots=True)
class _Before:
    """What was watched in the bucket's minute before the configuration changed."""

    lines: tuple[LineCount, ...] = ()
    zones: tuple[ZoneCount, ...] = ()
    queues: tuple[QueueCount, ...] = ()
    heat: Heat | None = None
    paths: tuple[PathCount, ...] | None = None
