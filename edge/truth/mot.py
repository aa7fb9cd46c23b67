"""Labels in MOTChallenge's text format to crossings and visits. Pure.

The point that counts is the middle of the labelled box's bottom edge. Nothing here is shared with the
device's counters: truth that came from the same code would forgive its mistakes.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from edge.counting import Direction
from edge.geometry import Point, cut, distance, inside, turn
from edge.truth.format import CrossingEvent, Pixels, TrueVisit

CLEAR_PIXELS = 8.0
"""Somebody is on a side once the foot point was so far beyond the line."""

PEDESTRIAN = 1


class Foot(NamedTuple):
    """Where a labelled person stood: 0-based frame, pixels."""

    frame: int
    place: Point


Paths = dict[int, list[Foot]]


class MotProblem(ValueError):
    """A line of the text that is no label."""


def read_paths(text: str) -> Paths:
    """Foot points of every labelled person in order of time.

    Lines are `frame,id,left,top,width,height,active[,class,visibility | ,x,y,z]`, frames from 1 on. Labels
    that are not active, and with nine columns those that are no pedestrians, are left out.

    Raises:
        MotProblem: a line is no such label.
    """
    paths: Paths = defaultdict(list)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            cells = [float(cell) for cell in line.split(",")]
            frame, person, left, top, wide, high = map(_finite, cells[:6])
        except ValueError:
            raise MotProblem(
                f"line {number}: {line[:60]!r} is no label: frame,id,left,top,width,height,…"
            ) from None
        if frame < 1 or wide <= 0 or high <= 0:
            raise MotProblem(f"line {number}: frames begin at 1 and boxes have a size")
        if _counts(cells):
            paths[int(person)].append(Foot(int(frame) - 1, Point(left + wide / 2, top + high)))
    for path in paths.values():
        path.sort()
    return dict(paths)


def crossings(
    paths: Mapping[int, Sequence[Foot]], points: tuple[Pixels, Pixels], inner: Pixels
) -> list[CrossingEvent]:
    """Everybody who was clearly on one side of the line and then clearly on the other, in order of time."""
    line = (Point(*points[0]), Point(*points[1]))
    found = (
        CrossingEvent(direction=direction, frame=round(frame, 2), note=f"person {person}")
        for person, path in paths.items()
        for direction, frame in _crossings_of(path, line, Point(*inner))
    )
    return sorted(found, key=lambda event: event.frame)


def visits(
    paths: Mapping[int, Sequence[Foot]], corners: Iterable[Pixels], fps: float, gap_seconds: float
) -> list[TrueVisit]:
    """Every stay of a labelled person within the corners, brief exits left out."""
    polygon = tuple(Point(*corner) for corner in corners)
    found = [
        TrueVisit(enter_frame=begin, leave_frame=end, note=f"person {person}")
        for person, path in paths.items()
        for begin, end in _stays(
            [foot.frame for foot in path if inside(polygon, foot.place)], gap_seconds * fps
        )
    ]
    return sorted(found, key=lambda visit: visit.enter_frame)


def _counts(cells: Sequence[float]) -> bool:
    active = len(cells) < 7 or cells[6] != 0
    return active and not (len(cells) == 9 and cells[7] != PEDESTRIAN)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("not a number")
    return value


def _crossings_of(
    path: Sequence[Foot], line: tuple[Point, Point], inner: Point
) -> Iterator[tuple[Direction, float]]:
    towards = 1.0 if turn(*line, inner) > 0 else -1.0
    side, cut_at, last = 0, None, None
    for foot in path:
        if last is not None:
            found = cut((last.place, foot.place), line)
            if found:
                frame = last.frame + found[0] * (foot.frame - last.frame)
                cut_at = frame if 0 <= found[1] <= 1 else None
        last = foot
        off = towards * turn(*line, foot.place) / distance(*line)
        if abs(off) < CLEAR_PIXELS:
            continue
        before, side = side, 1 if off > 0 else -1
        if before == -side and cut_at is not None:
            yield (Direction.IN if side > 0 else Direction.OUT), cut_at
        cut_at = None


def _stays(frames: Sequence[int], longest_gap: float) -> Iterator[tuple[int, int]]:
    begin = 0
    for number in range(1, len(frames) + 1):
        if number == len(frames) or frames[number] - frames[number - 1] > longest_gap:
            yield frames[begin], frames[number - 1]
            begin = number
