"""Would a line count? Made-up people walk over it, both ways and at several places, and are counted. Pure.

They walk straight across, are seen as far as they are in the picture, and go through the very tracker and
counter that count real people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from edge.config import CameraSettings
from edge.counting import CameraCounter, Crossing, Direction, VisitEnd
from edge.geometry import Point, between, distance, turn
from edge.people import NOBODY, Detections
from edge.planning import plan_of
from edge.sections import LineSettings
from edge.tracking import Tracker

ALONG = (0.15, 0.5, 0.85)
"""Where they cross, as shares of the line's length."""

REACH_HEIGHTS = 1.5
"""From so far before the line to so far behind it, in body heights."""

HEIGHTS_PER_SECOND = 0.8
"""About 1.4 m/s."""

SHOULDERS = 0.35
"""How wide somebody is, in body heights."""

STEP_HEIGHTS = 0.4
"""A step: so far feet have to be seen on either side of a line, in body heights."""

LEAST_SEEN = 0.4
"""A detector finds somebody of whom so much is in the picture, upright and across."""

SURE = 0.9
ANY_TIME = 1_600_000_000.0
AFTERWARDS_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Walk:
    """One made-up person's way over a line.

    Attributes:
        path: from where to where, in pixels.
        seen_before: for how long their feet are in the picture before the line, in body heights.
        seen_behind: the same behind it.
        direction: the way that they went.
        counted: whether that is what was counted, once and no more.
    """

    path: tuple[Point, Point]
    seen_before: float
    seen_behind: float
    direction: Direction
    counted: bool


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
    walks = [_walk(camera, line.id, path, way, size, tall) for path, way in _paths(points, arrow, tall)]
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


def _walk(
    camera: CameraSettings,
    line: str,
    path: tuple[Point, Point],
    way: Direction,
    size: tuple[int, int],
    tall: float,
) -> Walk:
    counter = CameraCounter(plan_of(camera, *size))
    tracker = Tracker(SURE / 2, picture_height=size[1])
    seconds = distance(*path) / (HEIGHTS_PER_SECOND * tall)
    number = max(2, round(seconds * camera.fps))
    places = [between(*path, step / number) for step in range(number + 1)]
    at, found = ANY_TIME, []
    # Counting began a while ago: whoever is there at its first picture did not come just now.
    for place in [None] * 20 + list(places) + [None] * round(AFTERWARDS_SECONDS * camera.fps):
        people = NOBODY if place is None else _seen(place, size, tall)
        found += counter.update(tracker.update(people, at), at)
        at += 1 / camera.fps
    found += counter.close(VisitEnd.STOPPED)
    counted = [fact.direction for fact in found if isinstance(fact, Crossing) and fact.line == line]
    half = len(places) // 2
    before, behind = (_seen_heights(part, size) for part in (places[:half], places[-half:]))
    return Walk(path, before, behind, way, counted == [way])


def _seen(feet: Point, size: tuple[int, int], tall: float) -> Detections:
    """What a detector finds of somebody: the part of them that is in the picture, if that is enough."""
    half = SHOULDERS * tall / 2
    left, right = max(0.0, feet.x - half), min(float(size[0]), feet.x + half)
    top, bottom = max(0.0, feet.y - tall), min(float(size[1]), feet.y)
    if right - left < LEAST_SEEN * 2 * half or bottom - top < LEAST_SEEN * tall:
        return NOBODY
    box = np.array([[left, top, right, bottom]], np.float32)
    return Detections.from_boxes(box, np.array([SURE], np.float32))


def _seen_heights(places: list[Point], size: tuple[int, int]) -> float:
    return REACH_HEIGHTS * sum(_is_in(place, size) for place in places) / len(places)


def _is_in(place: Point, size: tuple[int, int]) -> bool:
    return 0 <= place.x <= size[0] and 0 <= place.y <= size[1]


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
