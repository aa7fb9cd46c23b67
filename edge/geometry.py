"""Plane geometry in pixels: x to the right, y downwards."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple


class Point(NamedTuple):
    """A place in the picture, in pixels."""

    x: float
    y: float


def turn(origin: Point, first: Point, second: Point) -> float:
    """Cross product of origin→first and origin→second: its sign tells on which side `second` lies."""
    return (first.x - origin.x) * (second.y - origin.y) - (first.y - origin.y) * (second.x - origin.x)


def distance(first: Point, second: Point) -> float:
    """Euclidean distance in pixels."""
    return float(((first.x - second.x) ** 2 + (first.y - second.y) ** 2) ** 0.5)


def cut(path: tuple[Point, Point], line: tuple[Point, Point]) -> tuple[float, float] | None:
    """Where a path cuts the endless straight through `line`.

    Returns:
        Share of the path (0..1) and position along the line (0 at its first point, 1 at its second,
        beyond both outside it); None if the path stays on one side or runs along the line.
    """
    before, after = turn(line[0], line[1], path[0]), turn(line[0], line[1], path[1])
    if before == after or (before > 0) == (after > 0):
        return None
    share = before / (before - after)
    x = path[0].x + share * (path[1].x - path[0].x)
    y = path[0].y + share * (path[1].y - path[0].y)
    along_x, along_y = line[1].x - line[0].x, line[1].y - line[0].y
    return share, ((x - line[0].x) * along_x + (y - line[0].y) * along_y) / (along_x**2 + along_y**2)


class Cut(NamedTuple):
    """Where a path cuts a line of several segments.

    Attributes:
        share: share of the path, 0..1.
        sign: 1 towards the side where `turn` along the line is positive, -1 towards the other.
        within: between the line's ends, not on the straights that go on beyond them.
    """

    share: float
    sign: int
    within: bool


def cuts(path: tuple[Point, Point], line: tuple[Point, ...]) -> list[Cut]:
    """All places where a path cuts a line, or the straights that go on beyond its two ends, in its order.

    The signs add up to the path's signed intersection number with the line, which says whether it went to
    the other side, however the line is bent (see Hormann and Agathos, "The point in polygon problem for
    arbitrary polygons", 2001, for the same idea with rays). A joint belongs to exactly one of its segments.
    """
    found: list[Cut] = []
    for number, side in enumerate(pairwise(line)):
        met = cut(path, side)
        if met is None:
            continue
        share, position = met
        sign = 1 if turn(*side, path[1]) > turn(*side, path[0]) else -1
        is_first, is_last = number == 0, number == len(line) - 2
        begin, end = turn(*path, side[0]), turn(*path, side[1])
        if (begin > 0) != (end > 0) or (is_first and begin == 0) or (is_last and end == 0):
            found.append(Cut(share, sign, within=True))
        elif (is_first and position < 0) or (is_last and position > 1):
            place = between(*path, share)
            if len(line) == 2 or _nearest(line, place).is_beyond:
                found.append(Cut(share, sign, within=False))
    return sorted(found)


def way_over(path: tuple[Point, Point], line: tuple[Point, ...]) -> int:
    """Which way a path goes over a line, by the sign of its cuts; 0 if it does not, or goes back again.

    A straight line may be passed beyond its ends, a bent one only between them.
    """
    total = sum(one.sign for one in cuts(path, line) if one.within or len(line) == 2)
    return (total > 0) - (total < 0)


def between(first: Point, second: Point, share: float) -> Point:
    """The place at a share of the way from `first` to `second`."""
    return Point(first.x + share * (second.x - first.x), first.y + share * (second.y - first.y))


def distance_to(line: tuple[Point, ...], place: Point) -> float:
    """Pixels from a line; beyond its ends, from the straight that goes on there."""
    if len(line) == 2:
        return abs(turn(line[0], line[1], place)) / distance(line[0], line[1])
    nearest = _nearest(line, place)
    if not nearest.is_beyond:
        return nearest.distance
    first, second = nearest.side
    return abs(turn(first, second, place)) / distance(first, second)


def inside(polygon: tuple[Point, ...], place: Point) -> bool:
    """Whether a place lies within a polygon (even-odd rule)."""
    found = False
    previous = polygon[-1]
    for corner in polygon:
        if (corner.y > place.y) != (previous.y > place.y):
            x = corner.x + (place.y - corner.y) / (previous.y - corner.y) * (previous.x - corner.x)
            if place.x < x:
                found = not found
        previous = corner
    return found


def crosses_itself(polygon: tuple[Point, ...]) -> bool:
    """Whether two sides of a polygon that do not share a corner meet."""
    sides = [(polygon[i], polygon[(i + 1) % len(polygon)]) for i in range(len(polygon))]
    for i, first in enumerate(sides):
        for j in range(i + 2, len(sides)):
            if (j + 1) % len(sides) != i and _meet(first, sides[j]):
                return True
    return False


def line_crosses_itself(line: tuple[Point, ...]) -> bool:
    """Whether two segments of a line meet elsewhere than in their joint, or one runs back on another."""
    sides = list(pairwise(line))
    for i, first in enumerate(sides):
        if any(_meet(first, second) for second in sides[i + 2 :]):
            return True
    return any(_runs_back(*corner) for corner in zip(line, line[1:], line[2:], strict=False))


def area(polygon: tuple[Point, ...]) -> float:
    """Area of a polygon that does not cross itself, in pixels²."""
    twice = sum(
        polygon[i - 1].x * polygon[i].y - polygon[i].x * polygon[i - 1].y for i in range(len(polygon))
    )
    return abs(twice) / 2


class _Nearest(NamedTuple):
    distance: float
    side: tuple[Point, Point]
    is_beyond: bool  # nearest to an end of the line, and past it


def _nearest(line: tuple[Point, ...], place: Point) -> _Nearest:
    last = len(line) - 2
    found = []
    for number, (first, second) in enumerate(pairwise(line)):
        along_x, along_y = second.x - first.x, second.y - first.y
        share = (place.x - first.x) * along_x + (place.y - first.y) * along_y
        share /= along_x**2 + along_y**2
        foot = between(first, second, min(max(share, 0.0), 1.0))
        is_beyond = (number == 0 and share < 0) or (number == last and share > 1)
        found.append(_Nearest(distance(place, foot), (first, second), is_beyond))
    return min(found, key=lambda one: one.distance)


def _runs_back(before: Point, corner: Point, after: Point) -> bool:
    onward = (corner.x - before.x) * (after.x - corner.x) + (corner.y - before.y) * (after.y - corner.y)
    return turn(before, corner, after) == 0 and onward < 0


def _meet(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    return (
        turn(*first, second[0]) * turn(*first, second[1]) <= 0
        and turn(*second, first[0]) * turn(*second, first[1]) <= 0
        and _overlap([place.x for place in first], [place.x for place in second])
        and _overlap([place.y for place in first], [place.y for place in second])
    )


def _overlap(first: list[float], second: list[float]) -> bool:
    return max(min(first), min(second)) <= min(max(first), max(second))
