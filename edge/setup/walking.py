"""One made-up person walks over a line, through the tracker and counter that count real people. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.config import CameraSettings
from edge.counting import CameraCounter, Crossing, Direction, VisitEnd
from edge.geometry import Point, between, distance
from edge.people import NOBODY, Detections
from edge.planning import plan_of
from edge.tracking import Tracker

REACH_HEIGHTS = 1.5
"""From so far before the line to so far behind it, in body heights."""

HEIGHTS_PER_SECOND = 0.8
"""About 1.4 m/s."""

SHOULDERS = 0.35
"""How wide somebody is, in body heights."""

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


def walk_over(
    camera: CameraSettings,
    line: str,
    path: tuple[Point, Point],
    way: Direction,
    size: tuple[int, int],
    tall: float,
) -> Walk:
    """Somebody goes a way and is counted, or is not.

    Args:
        camera: with its lines.
        line: the one that is walked over.
        path: from where to where, in pixels.
        way: the direction that this is.
        size: of the picture, pixels.
        tall: how tall people are, pixels.
    """
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
