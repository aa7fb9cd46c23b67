"""Lengths and areas of what a camera is asked to count, and what looks wrong about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from edge.config import CameraSettings
from edge.floor import Floor, FloorError
from edge.geometry import Point, area
from edge.sections import NOMINAL_HEIGHT, NOMINAL_WIDTH

LONGEST_LINE_METRES = 30.0
SHORTEST_LINE_METRES = 0.3
"""Entrances outside these bounds are rare; wrong metres are not."""

OUT_OF_REACH = (
    "it reaches up to the floor's horizon, where no metres are known; draw it lower, or check the floor"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One line, zone or queue of a camera.

    Attributes:
        what: line, zone or queue.
        id: its name in all counts.
        size: metres of a line, m² of an area; None where the floor is not known, or does not reach so far.
        doubt: what looks wrong and what to do; empty if nothing does.
    """

    what: str
    id: str
    size: float | None
    doubt: str = ""

    @property
    def in_words(self) -> str:
        """As `line main-door: 1.8 m`."""
        if self.size is None:
            return f"{self.what} {self.id}"
        return f"{self.what} {self.id}: {self.size:.1f} {'m' if self.what == 'line' else 'm²'}"


def survey(camera: CameraSettings) -> list[Measured]:
    """Every line, zone and queue of a camera, in this order."""
    floor = camera.floor.in_picture(NOMINAL_WIDTH, NOMINAL_HEIGHT) if camera.floor else None
    return list(_measured(camera, floor))


def as_rows(found: list[Measured]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {one.what: one.id, "metres" if one.what == "line" else "square_metres": _rounded(one.size)}
        | ({"doubt": one.doubt} if one.doubt else {})
        for one in found
    ]


def _measured(camera: CameraSettings, floor: Floor | None) -> Iterator[Measured]:
    for line in camera.lines:
        yield _line(line.id, _nominal(line.points), floor)
    for zone in camera.zones:
        yield _area("zone", zone.id, _nominal(zone.points), floor)
    for queue in camera.queues:
        yield _area("queue", queue.id, _nominal(queue.points), floor)


def _line(line: str, points: tuple[Point, ...], floor: Floor | None) -> Measured:
    if floor is None:
        return Measured("line", line, None)
    try:
        metres = sum(floor.distance(*side) for side in pairwise(points))
    except FloorError:  # its words speak of pixels, which nobody has written
        return Measured("line", line, None, OUT_OF_REACH)
    return Measured("line", line, metres, _doubt_of_length(metres))


def _area(what: str, id: str, corners: tuple[Point, ...], floor: Floor | None) -> Measured:
    if floor is None:
        return Measured(what, id, None)
    try:
        on_floor = tuple(floor.to_metres(corner) for corner in corners)
    except FloorError:
        return Measured(what, id, None, OUT_OF_REACH)
    return Measured(what, id, area(on_floor))


def _doubt_of_length(metres: float) -> str:
    if metres > LONGEST_LINE_METRES:
        return f"longer than {LONGEST_LINE_METRES:g} m; check the floor's metres, or the line"
    if metres < SHORTEST_LINE_METRES:
        return f"shorter than {SHORTEST_LINE_METRES:g} m; check the floor's metres, or the line"
    return ""


def _nominal(places: tuple[tuple[float, float], ...]) -> tuple[Point, ...]:
    return tuple(Point(x * NOMINAL_WIDTH, y * NOMINAL_HEIGHT) for x, y in places)


def _rounded(size: float | None) -> float | None:
    return None if size is None else round(size, 2)
