from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edge.floor import MOST_METRES_OFF, Floor, FloorError
from edge.geometry import Point, distance

# A camera looks down a corridor 4 m wide: its floor from 2 m to 8 m away.
PICTURE = (Point(100, 460), Point(540, 460), Point(380, 260), Point(260, 260))
METRES = (Point(0, 0), Point(4, 0), Point(4, 6), Point(0, 6))
CORRIDOR = Floor.from_points(PICTURE, METRES)


def by_opencv(picture: tuple[Point, ...], metres: tuple[Point, ...], place: Point) -> Point:
    """The same by OpenCV's homography."""
    matrix, _ = cv2.findHomography(np.array(picture, np.float64), np.array(metres, np.float64))
    x, y, depth = matrix @ np.array([*place, 1.0])
    return Point(float(x / depth), float(y / depth))


@pytest.mark.parametrize("number", range(4))
def test_four_points_lie_where_they_were_measured(number: int) -> None:
    assert distance(CORRIDOR.to_metres(PICTURE[number]), METRES[number]) < 1e-9


def test_the_middle_of_a_rectangle_is_where_its_diagonals_meet_and_not_the_middle_of_the_picture() -> None:
    # Diagonals from (100, 460) and (540, 460): by symmetry at x = 320, on the straight to (380, 260).
    crossing = Point(320, 460 - 220 * 200 / 280)

    assert distance(CORRIDOR.to_metres(crossing), Point(2, 3)) < 1e-9


def test_a_metre_far_away_is_fewer_pixels_than_a_metre_nearby() -> None:
    near = CORRIDOR.distance(Point(300, 450), Point(340, 450))
    far = CORRIDOR.distance(Point(300, 270), Point(340, 270))

    assert near == pytest.approx(4 * 40 / 424)
    assert far == pytest.approx(4 * 40 / 136)


@pytest.mark.parametrize(
    "metres",
    [
        pytest.param(((0, 0), (4, 0), (4, 6), (0, 6)), id="y away from the camera"),
        pytest.param(((0, 6), (4, 6), (4, 0), (0, 0)), id="y towards the camera, as in the picture"),
        pytest.param(((10, -3), (10, 1), (4, 1), (4, -3)), id="another corner, turned"),
    ],
)
def test_the_axes_on_the_floor_are_free(metres: tuple[tuple[float, float], ...]) -> None:
    floor = Floor.from_points(PICTURE, tuple(Point(*place) for place in metres))
    first, second = Point(320, 300), Point(200, 440)

    assert floor.distance(first, second) == pytest.approx(CORRIDOR.distance(first, second))


def test_it_does_not_matter_whether_places_are_pixels_or_shares_of_the_width() -> None:
    shares = [Point(place.x / 640, place.y / 640) for place in PICTURE]
    floor = Floor.from_points(shares, METRES)

    assert distance(floor.to_metres(Point(0.5, 0.6)), CORRIDOR.to_metres(Point(320, 384))) < 1e-9


jitter = st.floats(-60, 60)
places = st.builds(Point, st.floats(60, 580), st.floats(270, 470))


@given(st.lists(st.tuples(jitter, jitter), min_size=4, max_size=4), places)
def test_four_points_give_the_plane_that_opencv_finds(moved: list[tuple[float, float]], place: Point) -> None:
    picture = tuple(Point(x + dx / 2, y + dy / 2) for (x, y), (dx, dy) in zip(PICTURE, moved, strict=True))
    try:
        floor = Floor.from_points(picture, METRES)
        found = floor.to_metres(place)
    except FloorError:
        assume(False)
    expected = by_opencv(picture, METRES, place)

    far = math.hypot(*expected)
    # Towards the horizon a rounding of the plane grows with the square of the distance.
    assert distance(found, expected) <= 1e-5 * (1 + far) + 1e-6 * far**2


def test_more_points_than_four_are_balanced_as_opencv_does() -> None:
    generator = np.random.default_rng(7)
    picture = tuple(
        Point(float(x), float(y))
        for x, y in zip(generator.uniform(120, 520, 12), generator.uniform(280, 450, 12), strict=True)
    )
    measured = tuple(
        Point(x + float(generator.normal(0, 0.03)), y + float(generator.normal(0, 0.03)))
        for x, y in (CORRIDOR.to_metres(place) for place in picture)
    )
    floor = Floor.from_points(picture, measured)

    for place in (Point(320, 300), Point(200, 440), Point(450, 380)):
        assert distance(floor.to_metres(place), by_opencv(picture, measured, place)) < 0.03
        assert distance(floor.to_metres(place), CORRIDOR.to_metres(place)) < 0.06


SQUARE = (Point(0, 0), Point(4, 0), Point(4, 4), Point(0, 4))
FOUR = PICTURE


@pytest.mark.parametrize(
    ("picture", "metres", "said"),
    [
        pytest.param(
            FOUR[:3],
            METRES[:3],
            "a floor needs at least 4 points, and 3 are given: measure 1 more",
            id="three points",
        ),
        pytest.param((), (), "a floor needs at least 4 points, and 0 are given: measure 4 more", id="none"),
        pytest.param(
            FOUR,
            METRES[:3],
            "4 points are given in the picture and 3 in metres: each needs its place in both",
            id="a point without metres",
        ),
        pytest.param(
            (FOUR[0], FOUR[0], *FOUR[2:]),
            METRES,
            "points 1 and 2 are the same place in the picture: give another place for one of them",
            id="the same place in the picture twice",
        ),
        pytest.param(
            FOUR,
            (*METRES[:3], METRES[1]),
            "points 2 and 4 are the same place on the floor",
            id="the same place on the floor twice",
        ),
        pytest.param(
            FOUR,
            (METRES[0], Point(math.nan, 1), *METRES[2:]),
            "point 2 on the floor is not a number: write its two coordinates",
            id="not a number",
        ),
        pytest.param(
            (Point(0, 400), Point(100, 400), Point(200, 400), Point(100, 300)),
            SQUARE,
            "points 1, 2 and 3 lie in a row, and four corners are needed of which no three do",
            id="three in a row in the picture",
        ),
        pytest.param(
            FOUR,
            (Point(0, 0), Point(4, 6), Point(2, 3.01), Point(0, 6)),
            "points 1, 2 and 3 lie in a row",
            id="three nearly in a row on the floor",
        ),
        pytest.param(
            (*tuple(Point(100 + 40 * number, 300) for number in range(5)), Point(200, 400)),
            (*tuple(Point(number, 0) for number in range(5)), Point(2, 3)),
            "lie in a row",
            id="six points, of which five are in a row",
        ),
        pytest.param(
            FOUR,
            (METRES[0], METRES[2], METRES[1], METRES[3]),
            "give the points of the picture and those of the floor in the same order",
            id="two points exchanged: the plane folds",
        ),
    ],
)
def test_points_that_give_no_floor_are_refused_with_what_to_mend(
    picture: tuple[Point, ...], metres: tuple[Point, ...], said: str
) -> None:
    with pytest.raises(FloorError) as refused:
        Floor.from_points(picture, metres)

    assert said in str(refused.value)


GRID = tuple(Point(float(x), float(y)) for y in (440, 360, 290) for x in (240, 320, 400))


@pytest.mark.parametrize("wrong", range(9))
def test_the_point_that_was_measured_wrong_is_named(wrong: int) -> None:
    measured = [CORRIDOR.to_metres(place) for place in GRID]
    measured[wrong] = Point(measured[wrong].x + 3, measured[wrong].y)

    with pytest.raises(FloorError, match=rf"point {wrong + 1} lies 3\.0 m from where the others put it"):
        Floor.from_points(GRID, measured)


def test_points_that_disagree_by_a_hand_are_taken() -> None:
    measured = [Point(x + 0.1 * (-1) ** n, y) for n, (x, y) in enumerate(map(CORRIDOR.to_metres, GRID))]
    floor = Floor.from_points(GRID, measured)

    assert all(
        distance(floor.to_metres(place), put) < MOST_METRES_OFF
        for place, put in zip(GRID, measured, strict=True)
    )


def test_nothing_stands_on_the_floor_at_its_horizon_or_above() -> None:
    # The corridor's sides meet at x = 320, y = 460 - 220 * 200 / 160 = 185.
    for y in (186, 185, 100, -1000):
        with pytest.raises(FloorError, match="is not on the floor"):
            CORRIDOR.to_metres(Point(320, y))
    with pytest.raises(FloorError):
        CORRIDOR.distance(Point(320, 400), Point(320, 100))
    assert CORRIDOR.to_metres(Point(320, 200)).y > 6
