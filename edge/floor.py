"""The floor as a plane in metres, from places measured with a tape and their places in the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from edge.geometry import Point, distance, turn

FEWEST_POINTS = 4

FLAT = 0.02
"""Three points make no corner if one lies nearer to the straight through the others, as a share of theirs."""

SAME = 1e-3
"""Two points are one if they are nearer than this share of the farthest two."""

MOST_METRES_OFF = 0.5
"""How far a measured place may lie from where all of them together put it."""

HORIZON = 0.01
"""Places a hundred times as far from the camera as the measured ones are taken to lie on the horizon."""

Matrix = NDArray[np.float64]


class FloorError(ValueError):
    """The measured points give no floor, or a place of the picture is not on it."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Where on the floor somebody stands whose feet are at a place of the picture.

    Attributes:
        rows: the homography from pixels to metres, row by row; its last row is 1 in the mean of the
            measured points, and positive before the horizon.
    """

    rows: tuple[float, ...]

    @classmethod
    def from_points(cls, picture: Sequence[Point], metres: Sequence[Point]) -> Floor:
        """The floor through measured points: exactly for four, by least squares for more.

        The axes on the floor are free: any corner and any two directions at right angles to each other.
        That the points are given in the order of a mirror image cannot be told from axes the other way
        round, so it is not refused.

        Args:
            picture: places in the picture, in pixels or in any unit that is the same across and down.
            metres: the same places on the floor, in the same order.

        Raises:
            FloorError: with a sentence that says which points are at fault and how to mend it.
        """
        _check_points(picture, metres)
        floor = cls(_homography(picture, metres))
        for number, place in enumerate(picture, start=1):
            if floor._depth(place) < HORIZON:
                raise FloorError(
                    f"point {number} would lie behind the horizon: give the points of the picture and those "
                    "of the floor in the same order, and check that none is mistyped"
                )
        floor._check_fit(picture, metres)
        return floor

    def to_metres(self, place: Point) -> Point:
        """Where on the floor a place of the picture is.

        Raises:
            FloorError: the place is at the horizon or above it.
        """
        a, b, c, d, e, f, _, _, _ = self.rows
        depth = self._depth(place)
        if depth < HORIZON:
            raise FloorError(
                f"({place.x:.0f}, {place.y:.0f}) is not on the floor: it lies at its horizon or above"
            )
        x, y = place
        return Point((a * x + b * y + c) / depth, (d * x + e * y + f) / depth)

    def distance(self, first: Point, second: Point) -> float:
        """Metres between two places of the picture.

        Raises:
            FloorError: one of them is at the horizon or above it.
        """
        return distance(self.to_metres(first), self.to_metres(second))

    def _depth(self, place: Point) -> float:
        return self.rows[6] * place.x + self.rows[7] * place.y + self.rows[8]

    def _off(self, place: Point, metres: Point) -> float:
        return distance(self.to_metres(place), metres) if self._depth(place) >= HORIZON else math.inf

    def _check_fit(self, picture: Sequence[Point], metres: Sequence[Point]) -> None:
        off = [self._off(*pair) for pair in zip(picture, metres, strict=True)]
        if max(off) <= MOST_METRES_OFF:
            return
        worst, metres_off = _worst(picture, metres, off)
        raise FloorError(
            f"the points disagree: point {worst + 1} lies {metres_off:.1f} m from where the others put it, "
            f"and {MOST_METRES_OFF} m is allowed; measure it again, or leave it out"
        )


def _check_points(picture: Sequence[Point], metres: Sequence[Point]) -> None:
    if len(picture) != len(metres):
        raise FloorError(
            f"{len(picture)} points are given in the picture and {len(metres)} in metres: "
            "each needs its place in both"
        )
    if len(picture) < FEWEST_POINTS:
        raise FloorError(
            f"a floor needs at least {FEWEST_POINTS} points, and {len(picture)} are given: measure "
            f"{FEWEST_POINTS - len(picture)} more"
        )
    for places, where in ((picture, "in the picture"), (metres, "on the floor")):
        _check_finite(places, where)
        _check_apart(places, where)
    _check_corners(picture, metres)


def _check_finite(places: Sequence[Point], where: str) -> None:
    for number, place in enumerate(places, start=1):
        if not (math.isfinite(place.x) and math.isfinite(place.y)):
            raise FloorError(f"point {number} {where} is not a number: write its two coordinates")


def _check_apart(places: Sequence[Point], where: str) -> None:
    farthest = max(distance(first, second) for first, second in combinations(places, 2))
    for (first, one), (second, other) in combinations(enumerate(places, start=1), 2):
        if distance(one, other) <= SAME * farthest:
            raise FloorError(
                f"points {first} and {second} are the same place {where}: give another place for one of them"
            )


def _check_corners(picture: Sequence[Point], metres: Sequence[Point]) -> None:
    flat = {
        three
        for three in combinations(range(len(picture)), 3)
        if any(_are_in_a_row(*(places[number] for number in three)) for places in (picture, metres))
    }
    for four in combinations(range(len(picture)), FEWEST_POINTS):
        if not flat.intersection(combinations(four, 3)):
            return
    named = " and ".join(", ".join(str(number + 1) for number in sorted(flat)[0]).rsplit(", ", 1))
    raise FloorError(
        f"points {named} lie in a row, and four corners are needed of which no three do: "
        "choose places that span the floor, such as the corners of a rectangle"
    )


def _are_in_a_row(first: Point, second: Point, third: Point) -> bool:
    longest = max(distance(first, second), distance(second, third), distance(first, third))
    return abs(turn(first, second, third)) <= FLAT * longest**2


def _homography(picture: Sequence[Point], metres: Sequence[Point]) -> tuple[float, ...]:
    """Normalised direct linear transformation (Hartley, "In defense of the eight-point algorithm", 1997)."""
    source, target = np.array(picture, float), np.array(metres, float)
    to_source, to_target = _normalising(source), _normalising(target)
    rows = []
    for (x, y, one), (u, v, _) in zip(_moved(to_source, source), _moved(to_target, target), strict=True):
        rows.append([x, y, one, 0, 0, 0, -u * x, -u * y, -u])
        rows.append([0, 0, 0, x, y, one, -v * x, -v * y, -v])
    *_, turned = np.linalg.svd(np.array(rows))
    found = np.linalg.inv(to_target) @ turned[-1].reshape(3, 3) @ to_source
    depth = float(np.mean(_moved(found, source)[:, 2]))
    # Points evenly on both sides of the horizon have no mean depth: any sign shows that they do.
    return tuple(float(number) for number in (found / (depth or 1.0)).ravel())


def _normalising(places: Matrix) -> Matrix:
    """Moves the middle of the places to the origin, and their mean distance from it to √2."""
    middle = places.mean(axis=0)
    scale = math.sqrt(2) / float(np.mean(np.linalg.norm(places - middle, axis=1)))
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])


def _moved(matrix: Matrix, places: Matrix) -> Matrix:
    moved: Matrix = np.column_stack([places, np.ones(len(places))]) @ matrix.T
    return moved


def _worst(picture: Sequence[Point], metres: Sequence[Point], off: Sequence[float]) -> tuple[int, float]:
    """The point without which the others agree best, and how far from them it lies."""
    found = []
    for number in range(len(picture)):
        others = [one for one in range(len(picture)) if one != number]
        floor = Floor(_homography([picture[one] for one in others], [metres[one] for one in others]))
        left = max(floor._off(picture[one], metres[one]) for one in others)
        found.append((round(left, 2), -off[number], number, floor._off(picture[number], metres[number])))
    _, _, worst, metres_off = min(found)
    return worst, metres_off if math.isfinite(metres_off) else off[worst]
