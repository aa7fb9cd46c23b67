"""Would a line count? Made-up people walk over it, both ways and at several places, and are counted. Pure.

They walk straight across, are seen as far as they are in the picture, and go through the very tracker and
counter that count real people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from edge.config import CameraSettings
from edge.counting import Direction
from edge.geometry import Point, between, distance, turn
from edge.sections import LineSettings
from edge.setup.walking import REACH_HEIGHTS, SHOULDERS, Walk, walk_over

ALONG = (0.15, 0.5, 0.85)
"""Where they cross, as shares of the line's length."""

STEP_HEIGHTS = 0.4
"""A step: so far feet have to be seen on either side of a line, in body heights."""


@dataclass(frozen=True, slots=True)
class Trial:
    """All walks over one line, and what is wrong with it in sentences; none where all were counted."""

    line: str
    walks: tuple[Walk, ...]
    doubts: tuple[str, ...]


def trials(camera: CameraSettings, width: int, height: int, tall: float) -> list[Trial]:
    """Every line of a camera, tried.

    Args:
        camera: with its lines.
        width: of the picture, pixels.
        height: of the picture, pixels.
        tall: how tall people are at the lines, pixels.

    Raises:
        FloorRefused: the camera's floor makes none in a picture of this shape.
    """
    return [_trial(camera, line, (width, height), tall) for line in camera.lines]


def _trial(camera: CameraSettings, line: LineSettings, size: tuple[int, int], tall: float) -> Trial:
    width, height = size
    points = tuple(Point(x * width, y * height) for x, y in line.points)
    arrow = (
        Point(line.arrow[0][0] * width, line.arrow[0][1] * height),
        Point(line.arrow[1][0] * width, line.arrow[1][1] * height),
    )
    walks = [walk_over(camera, line.id, path, way, size, tall) for path, way in _paths(points, arrow, tall)]
    long = sum(distance(*side) for side in pairwise(points))
    return Trial(line.id, tuple(walks), tuple(_doubts(walks, long, tall)))


def _paths(
    points: tuple[Point, ...], arrow: tuple[Point, Point], tall: float
) -> Iterator[tuple[tuple[Point, Point], Direction]]:
    for share in ALONG:
        place, side = _at(points, share)
        far = REACH_HEIGHTS * tall / distance(*side)
        across = Point(-(side[1].y - side[0].y) * far, (side[1].x - side[0].x) * far)
        ends = Point(place.x - across.x, place.y - across.y), Point(place.x + across.x, place.y + across.y)
        leads_in = _side_of(arrow[1], side) == _side_of(ends[1], side)
        inward = ends if leads_in else (ends[1], ends[0])
        yield inward, Direction.IN
        yield (inward[1], inward[0]), Direction.OUT


def _side_of(place: Point, side: tuple[Point, Point]) -> bool:
    return turn(side[0], side[1], place) > 0


def _at(points: tuple[Point, ...], share: float) -> tuple[Point, tuple[Point, Point]]:
    """The place at a share of a line's length, and the segment on which it lies."""
    sides = list(pairwise(points))
    left = share * sum(distance(*side) for side in sides)
    for side in sides:
        long = distance(*side)
        if left <= long:
            return between(*side, left / long), side
        left -= long
    return points[-1], sides[-1]


def _doubts(walks: list[Walk], long: float, tall: float) -> Iterator[str]:
    if long < SHOULDERS * tall:
        yield "it is shorter than one person is wide: draw it from post to post"
    missed = [walk for walk in walks if not walk.counted]
    if missed:
        ways = sorted({walk.direction.value for walk in missed})
        yield (
            f"{len(walks) - len(missed)} of {len(walks)} who walked over it were counted; "
            f"missed on the way {' and '.join(ways)}"
        )
    if any(min(walk.seen_before, walk.seen_behind) < STEP_HEIGHTS for walk in walks):
        yield (
            "it lies too near to the picture's edge: feet are seen for less than a step on one side of it; "
            "move it inwards, or turn the camera"
        )
