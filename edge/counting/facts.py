"""What counting finds out: closed facts, each true once and for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from edge.geometry import Point


class Direction(StrEnum):
    """Along the line's arrow, or against it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody went from one confirmed side of a line to the other; `at` is when on the line itself.

    Attributes:
        track_id: whose crossing it was, within this process only; it never leaves the device.
        place: where the feet met the line, in pixels.
        height: of the person, in pixels.
        metres_per_second: how fast they walked; None where the floor is not known.
    """

    line: str
    direction: Direction
    at: float
    track_id: int | None = field(default=None, compare=False)
    place: Point | None = field(default=None, compare=False)
    height: float | None = field(default=None, compare=False)
    metres_per_second: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class StaffCrossing:
    """A crossing that was counted was made by staff; told with it, or later when that comes out."""

    line: str
    direction: Direction
    at: float


@dataclass(frozen=True, slots=True)
class Group:
    """People who crossed a line together, staff not among them; `at` is when the first of them did."""

    line: str
    direction: Direction
    at: float
    size: int


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody crossed a passing line at `at`, and was seen neither to enter nor to leave."""

    line: str
    at: float


class VisitEnd(StrEnum):
    """Why a visit ended."""

    LEFT = "left"
    LOST = "lost"
    STOPPED = "stopped"
    DAY_ENDED = "day-ended"
    CONFIG_CHANGED = "config-changed"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody was inside a zone from `entered_at` to `left_at`, at least for the zone's minimum stay.

    Attributes:
        stay: number of it within this process and zone, and `track_id`: whose it was; neither ever leaves
            the device.
    """

    zone: str
    entered_at: float
    left_at: float
    end: VisitEnd
    is_staff: bool = False
    stay: int | None = field(default=None, compare=False, repr=False)
    track_id: int | None = field(default=None, compare=False, repr=False)

    @property
    def seconds(self) -> float:
        """How long it lasted, to the millisecond."""
        return round(self.left_at - self.entered_at, 3)


Stop = str
"""Where paths begin and end, as the contract writes it: a zone's id, or `in:` or `out:` and a line's."""


@dataclass(frozen=True, slots=True)
class Leg:
    """Somebody who left a stop at `at` went to another one, or the same again, next; staff do not."""

    origin: Stop
    to: Stop
    at: float


@dataclass(frozen=True, slots=True)
class QueueJoined:
    """Somebody joined a queue at `at`."""

    queue: str
    at: float


class QueueEnd(StrEnum):
    """What became of somebody who had joined a queue."""

    SERVED = "served"
    ABANDONED = "abandoned"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """Somebody who had joined a queue at `joined_at` was served, gave up, or went out of sight at `at`."""

    queue: str
    joined_at: float
    at: float
    end: QueueEnd

    @property
    def seconds(self) -> float:
        """How long the wait was, to the millisecond."""
        return round(self.at - self.joined_at, 3)


Fact = Crossing | StaffCrossing | Group | Passed | Visit | Leg | QueueJoined | QueueLeft


def counts_at(fact: Fact) -> float:
    """The moment whose minute a fact stands in: a visit's is when it ended."""
    return fact.left_at if isinstance(fact, Visit) else fact.at
