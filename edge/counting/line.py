"""A line across an entrance, or across the way past it, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edge.counting.facts import Direction
from edge.geometry import Cut, Point, cuts, distance_to, way_over


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one or more segments.

    Attributes:
        id: its name in all counts.
        points: its ends, and the joints between them in order, in pixels.
        arrow: from a place outside to a place inside, across the line.
        recross_seconds: coming back over it within so long undoes a crossing.
        late_counts: whether those count, too, who are lost or found while they walk across it.
        kind: of an entrance, crossing it is coming in or leaving; of a passing line, walking past outside.
    """

    id: str
    points: tuple[Point, ...]
    arrow: tuple[Point, Point]
    recross_seconds: float = 1.0
    late_counts: bool = True
    kind: Literal["entrance", "passing"] = "entrance"

    @property
    def way_in(self) -> int:
        """Sign of the cuts that lead in."""
        return way_over(self.arrow, self.points)

    def cuts(self, path: tuple[Point, Point]) -> list[Cut]:
        """Where a path cuts it or the straights beyond its ends."""
        return cuts(path, self.points)

    def distance(self, place: Point) -> float:
        """Pixels from it, or from the straights beyond its ends."""
        return distance_to(self.points, place)

    def direction(self, sign: int) -> Direction:
        """Which way cuts of this sign lead."""
        return Direction.IN if sign * self.way_in > 0 else Direction.OUT
