"""What one run has counted so far, in sums that people read."""

from __future__ import annotations

import statistics
from collections import Counter, deque
from dataclasses import dataclass, field

from edge.counting.bucket import Watched
from edge.counting.facts import (
    Crossing,
    Direction,
    Fact,
    Group,
    Leg,
    Passed,
    QueueEnd,
    QueueJoined,
    QueueLeft,
    StaffCrossing,
    Stop,
    Visit,
)
from edge.wire import DwellSketch

MOST_SPEEDS = 1001
"""Of the last so many crossings a line's median walking speed is told."""


def _both_ways() -> dict[Direction, int]:
    return dict.fromkeys(Direction, 0)


@dataclass(slots=True)
class LineSums:
    """What one line has counted."""

    crossings: dict[Direction, int] = field(default_factory=_both_ways)
    staff: dict[Direction, int] = field(default_factory=_both_ways)
    groups: dict[Direction, Counter[int]] = field(
        default_factory=lambda: {direction: Counter() for direction in Direction}
    )
    passed: int = 0
    speeds: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_SPEEDS))

    @property
    def median_speed(self) -> float | None:
        """Metres per second; None where no speed is known."""
        return statistics.median(self.speeds) if self.speeds else None


@dataclass(slots=True)
class ZoneSums:
    """Visits to one zone, and their seconds together; staff's among them."""

    visits: int = 0
    seconds: float = 0.0
    staff_visits: int = 0


@dataclass(slots=True)
class QueueSums:
    """What became of those who joined one queue."""

    joined: int = 0
    left: Counter[QueueEnd] = field(default_factory=Counter)
    waits: DwellSketch = field(default_factory=DwellSketch)

    def add(self, fact: QueueJoined | QueueLeft) -> None:
        """Counts somebody who joined or left."""
        if isinstance(fact, QueueJoined):
            self.joined += 1
            return
        self.left[fact.end] += 1
        if fact.end is QueueEnd.SERVED:
            self.waits = DwellSketch.merged([self.waits, DwellSketch.of([fact.seconds])])


class RunSums:
    """Everything that one run has counted; the counting thread writes it, others read single fields."""

    def __init__(self, watched: Watched) -> None:
        self.lines = {line: LineSums() for line in watched.lines}
        self.zones = {zone: ZoneSums() for zone in watched.zones}
        self.queues = {queue: QueueSums() for queue in watched.queues}
        self.paths: Counter[tuple[Stop, Stop]] = Counter()

    def add(self, fact: Fact) -> None:
        """Counts a fact."""
        match fact:
            case Crossing():
                line = self.lines[fact.line]
                line.crossings[fact.direction] += 1
                if fact.metres_per_second is not None:
                    line.speeds.append(fact.metres_per_second)
            case StaffCrossing():
                self.lines[fact.line].staff[fact.direction] += 1
            case Group():
                self.lines[fact.line].groups[fact.direction][fact.size] += 1
            case Passed():
                self.lines[fact.line].passed += 1
            case Visit():
                zone = self.zones[fact.zone]
                zone.visits += 1
                zone.seconds += fact.seconds
                zone.staff_visits += fact.is_staff
            case Leg():
                self.paths[fact.origin, fact.to] += 1
            case QueueJoined() | QueueLeft():
                self.queues[fact.queue].add(fact)
