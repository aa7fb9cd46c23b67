"""What one line, zone or queue gathers within a minute, as a part of a message and back from one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from edge.counting.facts import Direction, QueueEnd, QueueJoined, QueueLeft, Visit
from edge.wire import DwellSketch, LineCount, QueueCount, ZoneCount

MOST_TOGETHER = 1000
"""The largest group that the contract knows; a larger one is told as several."""

Sizes = Counter[int]
"""Size of a group to the number of such groups."""


def with_duration(sketch: DwellSketch, seconds: float) -> DwellSketch:
    """The sketch with one duration more."""
    return DwellSketch.merged([sketch, DwellSketch.of([seconds])])


@dataclass(slots=True)
class LineTally:
    """What one line has gathered within a bucket."""

    kind: Literal["entrance", "passing"] = "entrance"
    crossings: Counter[Direction] = field(default_factory=Counter)
    staff: Counter[Direction] = field(default_factory=Counter)
    groups: dict[Direction, Sizes] = field(default_factory=lambda: {way: Counter() for way in Direction})
    passed: int = 0

    def add_group(self, direction: Direction, size: int) -> None:
        """Counts a group; one that is larger than the contract knows, as several."""
        whole, rest = divmod(size, MOST_TOGETHER)
        self.groups[direction] += Counter({MOST_TOGETHER: whole, rest: int(rest > 0)})

    def add_staff(self, direction: Direction, *, beside: bool = False) -> bool:
        """Counts that a crossing was made by staff; False if all that are known were staff's already.

        Args:
            direction: of the crossing.
            beside: the crossing itself may stand elsewhere, so nobody knows here how many there are.
        """
        if not beside and self.staff[direction] >= self.crossings[direction]:
            return False
        self.staff[direction] += 1
        return True

    def told(self, line: str, *, tells_staff: bool) -> LineCount:
        """What the message says."""
        entrance = self.kind == "entrance"
        return LineCount(
            line=line,
            kind=self.kind,
            count_in=self.crossings[Direction.IN],
            count_out=self.crossings[Direction.OUT],
            staff_in=self.staff[Direction.IN] if tells_staff else None,
            staff_out=self.staff[Direction.OUT] if tells_staff else None,
            groups_in=dict(self.groups[Direction.IN]) if entrance else None,
            groups_out=dict(self.groups[Direction.OUT]) if entrance else None,
            passed=None if entrance else self.passed,
        )

    def restore(self, line: LineCount) -> None:
        """Goes on from what was told."""
        self.crossings = Counter({Direction.IN: line.count_in, Direction.OUT: line.count_out})
        self.staff = Counter({Direction.IN: line.staff_in or 0, Direction.OUT: line.staff_out or 0})
        self.groups = {
            Direction.IN: Counter(line.groups_in or {}),
            Direction.OUT: Counter(line.groups_out or {}),
        }
        self.passed = line.passed or 0


@dataclass(slots=True)
class ZoneTally:
    """What one zone has gathered within a bucket."""

    durations: DwellSketch = field(default_factory=DwellSketch)
    staff_durations: DwellSketch = field(default_factory=DwellSketch)
    ended: Counter[str] = field(default_factory=Counter)
    person_seconds: float = 0.0
    observed_seconds: float = 0.0
    peak: int = 0

    def add(self, visit: Visit) -> None:
        """Counts a visit that has ended."""
        self.durations = with_duration(self.durations, visit.seconds)
        if visit.is_staff:
            self.staff_durations = with_duration(self.staff_durations, visit.seconds)
        self.ended[visit.end.value] += 1

    def watch(self, seconds: float, people: int) -> None:
        """Notes that so many were inside for so long."""
        self.observed_seconds += seconds
        self.person_seconds += seconds * people
        self.peak = max(self.peak, people)

    def told(self, zone: str, *, tells_staff: bool) -> ZoneCount:
        """What the message says."""
        return ZoneCount(
            zone=zone,
            dwell=self.durations,
            staff_dwell=self.staff_durations if tells_staff else None,
            ended=dict(self.ended),
            occupancy_person_seconds=round(self.person_seconds, 3),
            observed_seconds=round(self.observed_seconds, 3),
            occupancy_peak=self.peak,
        )

    def restore(self, zone: ZoneCount) -> None:
        """Goes on from what was told."""
        self.durations, self.staff_durations = zone.dwell, zone.staff_dwell or DwellSketch()
        self.ended = Counter(zone.ended or {})
        self.person_seconds, self.observed_seconds = zone.occupancy_person_seconds, zone.observed_seconds
        self.peak = zone.occupancy_peak


@dataclass(slots=True)
class QueueTally:
    """What one queue has gathered within a bucket."""

    joined: int = 0
    left: Counter[QueueEnd] = field(default_factory=Counter)
    waits: dict[QueueEnd, DwellSketch] = field(
        default_factory=lambda: {QueueEnd.SERVED: DwellSketch(), QueueEnd.ABANDONED: DwellSketch()}
    )
    person_seconds: float = 0.0
    observed_seconds: float = 0.0
    peak: int = 0

    def add(self, fact: QueueJoined | QueueLeft) -> None:
        """Counts that somebody joined, or what became of somebody who had."""
        if isinstance(fact, QueueJoined):
            self.joined += 1
            return
        self.left[fact.end] += 1
        if fact.end in self.waits:
            self.waits[fact.end] = with_duration(self.waits[fact.end], fact.seconds)

    def watch(self, seconds: float, waiting: int) -> None:
        """Notes that so many waited for so long."""
        self.observed_seconds += seconds
        self.person_seconds += seconds * waiting
        self.peak = max(self.peak, waiting)

    def told(self, queue: str) -> QueueCount:
        """What the message says."""
        return QueueCount(
            queue=queue,
            joined=self.joined,
            served=self.left[QueueEnd.SERVED],
            abandoned=self.left[QueueEnd.ABANDONED],
            lost=self.left[QueueEnd.LOST],
            wait=self.waits[QueueEnd.SERVED],
            abandoned_wait=self.waits[QueueEnd.ABANDONED],
            waiting_person_seconds=round(self.person_seconds, 3),
            observed_seconds=round(self.observed_seconds, 3),
            length_peak=self.peak,
        )

    def restore(self, queue: QueueCount) -> None:
        """Goes on from what was told."""
        self.joined = queue.joined or 0
        self.left = Counter(
            {
                QueueEnd.SERVED: queue.served or 0,
                QueueEnd.ABANDONED: queue.abandoned or 0,
                QueueEnd.LOST: queue.lost or 0,
            }
        )
        self.waits = {
            QueueEnd.SERVED: queue.wait or DwellSketch(),
            QueueEnd.ABANDONED: queue.abandoned_wait or DwellSketch(),
        }
        self.person_seconds = queue.waiting_person_seconds or 0.0
        self.observed_seconds, self.peak = queue.observed_seconds or 0.0, queue.length_peak
