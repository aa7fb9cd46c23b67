"""Plane geometry in pixels: x to the right, y downwards."""

from __future__ import annotations

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


def area(polygon: tuple[Point, ...]) -> float:
    """Area of a polygon that does not cross itself, in pixels²."""
    twice = sum(
        polygon[i - 1].x * polygon[i].y - polygon[i].x * polygon[i - 1].y for i in range(len(polygon))
    )
    return abs(twice) / 2


def _meet(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    return (
        turn(*first, second[0]) * turn(*first, second[1]) <= 0
        and turn(*second, first[0]) * turn(*second, first[1]) <= 0
    )
