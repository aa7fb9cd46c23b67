from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edge.geometry import Point, crosses_itself, cuts, distance_to, line_crosses_itself, way_over

# A mat in front of a door, open upwards: its inside is between the two arms.
MAT = (Point(0, 0), Point(0, 100), Point(100, 100), Point(100, 0))
CORNER = (Point(0, 0), Point(100, 0), Point(100, 100))


@pytest.mark.parametrize(
    ("line", "path", "within"),
    [
        pytest.param(MAT, [(50, 150), (50, 50)], [-1], id="through the middle"),
        pytest.param(MAT, [(-50, 50), (150, 50)], [-1, 1], id="in through one arm and out of the other"),
        pytest.param(MAT, [(50, -50), (50, 50)], [], id="in through the opening"),
        pytest.param(MAT, [(-50, -50), (150, -50)], [], id="past the opening"),
        pytest.param(CORNER, [(50, 50), (150, -50)], [-1], id="exactly through a joint"),
        pytest.param(CORNER, [(150, -50), (50, 50)], [1], id="and back"),
        pytest.param(
            CORNER, [(50, -50), (150, 50)], [-1, 1], id="touches the joint from outside: no way over"
        ),
        pytest.param(CORNER, [(50, 150), (150, 150)], [], id="beyond an end"),
    ],
)
def test_cuts_between_the_ends_have_the_sign_of_their_way(
    line: tuple[Point, ...], path: list[tuple[float, float]], within: list[int]
) -> None:
    first, second = (Point(*place) for place in path)
    found = [one.sign for one in cuts((first, second), line) if one.within]

    assert found == within


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param((50, 110), 10.0, id="beside a segment"),
        pytest.param((110, 110), math.sqrt(200), id="round the outside of a joint"),
        pytest.param((-7, -50), 7.0, id="beside the straight beyond an end"),
        pytest.param((50, 40), 50.0, id="in the middle of the arms"),
    ],
)
def test_the_distance_is_that_to_the_nearest_part(place: tuple[float, float], expected: float) -> None:
    assert distance_to(MAT, Point(*place)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(MAT, False, id="round a mat"),
        pytest.param([(0, 0), (1, 0), (2, 0), (3, 0)], False, id="straight on"),
        pytest.param([(0, 0), (2, 0), (2, 1), (1, 1), (1, -1)], True, id="a loop"),
        pytest.param([(0, 0), (2, 0), (1, 0)], True, id="runs back on itself"),
        pytest.param([(0, 0), (2, 0), (2, 1), (1, 0)], True, id="ends on itself"),
        pytest.param([(0, 0), (2, 0), (2, 2), (0, 2), (0, 1), (1, 1)], False, id="a spiral"),
    ],
)
def test_a_line_that_meets_itself_is_found(line: list[tuple[float, float]], expected: bool) -> None:
    assert line_crosses_itself(tuple(Point(*place) for place in line)) is expected


def test_sides_of_a_zone_that_lie_on_one_straight_do_not_cross() -> None:
    comb = [(0, 0), (5, 0), (5, 1), (4, 1), (4, 2), (3, 2), (3, 1), (2, 1), (2, 2), (1, 2), (1, 1), (0, 1)]

    assert not crosses_itself(tuple(Point(*place) for place in comb))


halves = st.integers(-150, 250).map(lambda number: number + 0.5)
places = st.builds(Point, halves, halves)


@given(st.lists(places, min_size=2, max_size=12), st.sampled_from([MAT, CORNER]))
def test_a_walk_that_ends_where_it_began_went_over_the_line_as_often_in_as_out(
    walk: list[Point], line: tuple[Point, ...]
) -> None:
    closed = [*walk, walk[0]]
    signs = [one.sign for path in pairwise(closed) for one in cuts(path, line)]

    assert sum(signs) == 0


@given(places, places)
def test_the_way_back_is_the_other_way(first: Point, second: Point) -> None:
    assume(first != second)

    assert way_over((first, second), MAT) == -way_over((second, first), MAT)
