"""What one camera is asked to count: its lines, zones and queues in pixels, and how people are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from edge.counting.line import Line
from edge.floor import Floor
from edge.geometry import Point, inside, rim_shares
from edge.people import Step

Polygon = tuple[Point, ...]
"""Corners on the floor, in pixels."""


EDGE_SHARE = 0.02
"""A zone drawn this near to the picture's edge, as a share of its size, was meant to reach to the edge."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon on the floor, in pixels.

    Attributes:
        picture: width and height of the picture; a zone that reaches to its edge goes on beyond it, where
            the feet of people are who are only partly in view. None: the zone ends where it is drawn.
    """

    id: str
    corners: Polygon
    minimum_stay_seconds: float = 3.0
    gap_seconds: float = 2.0
    picture: Point | None = None

    def holds(self, place: Point) -> bool:
        """Whether somebody who stands there is inside."""
        return inside(self.corners, self._in_picture(place))

    def rim_moments(self, before: Step, after: Step) -> list[float]:
        """When somebody who went straight from one step to another was on the rim, in order of time."""
        first, second = (self._in_picture(Point(step.x, step.y)) for step in (before, after))
        shares = rim_shares(self.corners, (first, second))
        return [before.at + share * (after.at - before.at) for share in shares]

    def _in_picture(self, place: Point) -> Point:
        if self.picture is None:
            return place
        wide, high = self.picture
        return Point(
            min(max(place.x, EDGE_SHARE * wide), (1 - EDGE_SHARE) * wide),
            min(max(place.y, EDGE_SHARE * high), (1 - EDGE_SHARE) * high),
        )


@dataclass(frozen=True, slots=True)
class Queue:
    """A place to wait, and the place to be served at its end.

    Attributes:
        id: its name in all counts.
        corners: where people wait.
        service: where they stand when it is their turn; it may overlap the queue, and wins there.
        minimum_stay_seconds: who stays shorter, in both together, walked through.
        gap_seconds: who is away, or out of sight, for longer has left.
        rejoin_seconds: so long after service nobody is taken to wait again.
    """

    id: str
    corners: Polygon
    service: Polygon
    minimum_stay_seconds: float = 3.0
    gap_seconds: float = 5.0
    rejoin_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Groups:
    """Who crosses an entrance together: so soon after another, and then still so near to them.

    Attributes:
        seconds: between two of a group.
        metres: between them when the later one crosses.
        heights: the same in body heights, where no floor is known.
    """

    seconds: float = 3.0
    metres: float = 1.5
    heights: float = 0.9


@dataclass(frozen=True, slots=True)
class Staff:
    """How staff are known.

    Attributes:
        origins: who comes from there, or stays there, is staff: behind the till, the staff's door.
        long_stay_seconds: who is in view for so long is staff; None for nobody.
        readers: badge readers, and where somebody stands who uses them.
    """

    origins: tuple[Polygon, ...] = ()
    long_stay_seconds: float | None = None
    readers: Mapping[str, Polygon] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeatGrid:
    """The cells of a heatmap.

    Attributes:
        cell: side of a cell.
        unit: of it: metres on the floor, or shares of the picture's width.
        picture_width: pixels.
    """

    cell: float
    unit: Literal["metres", "width"]
    picture_width: float


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one camera is asked to count.

    Attributes:
        paths_within_seconds: who comes to a zone or line so soon after another has gone there from it; None:
            nobody asks.

    Raises:
        ValueError: a heatmap in metres without a floor.
    """

    lines: tuple[Line, ...] = ()
    zones: tuple[Zone, ...] = ()
    queues: tuple[Queue, ...] = ()
    groups: Groups = field(default_factory=Groups)
    staff: Staff | None = None
    heat: HeatGrid | None = None
    floor: Floor | None = None
    paths_within_seconds: float | None = None

    def __post_init__(self) -> None:
        if self.heat and self.heat.unit == "metres" and self.floor is None:
            raise ValueError("a heatmap in metres needs a floor; without one, cells are shares of the width")
