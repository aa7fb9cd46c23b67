"""Paths: from which zone or line people went to which next, and the laws that bind them to visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting import CameraCounter, Crossing, Fact, Leg, Line, Plan, Staff, Visit, VisitEnd, Zone
from edge.counting.paths import MOST_STOPS
from edge.geometry import Point
from edge.people import Step
from tests.edge.cast import NOON, followed
from tests.edge.counting.scenes import of, played, walk, without


def box(x0: float, y0: float, x1: float, y1: float) -> tuple[Point, ...]:
    """A rectangle's corners."""
    return (Point(x0, y0), Point(x1, y0), Point(x1, y1), Point(x0, y1))


# A shop from above: the street, the door at x = 200, tea above and gifts below, and staff at the right.
DOOR = Line("door", (Point(200, 0), Point(200, 600)), (Point(100, 300), Point(300, 300)), 1.0)
STREET = Line("street", (Point(0, 300), Point(190, 300)), (Point(100, 200), Point(100, 400)), kind="passing")
TEA = Zone("tea", box(300, 50, 500, 250))
GIFTS = Zone("gifts", box(300, 350, 500, 550))
SHOP = Plan((DOOR, STREET), (TEA, GIFTS), paths_within_seconds=20.0)
STAFFED = replace(SHOP, staff=Staff(origins=(box(720, 0, 800, 600),)))

OUTSIDE, HALL, BY_TEA, BY_GIFTS = (100, 290), (270, 300), (400, 150), (400, 450)


def going(*stops: tuple[float, tuple[float, float]]) -> list[Step]:
    """Somebody who is at each place at so many seconds after noon."""
    return walk(*((at, x, y) for at, (x, y) in stops))


def legs(facts: Sequence[Fact]) -> list[str]:
    """As `tea > gifts`, in the order in which the first stop was left."""
    return [f"{leg.origin} > {leg.to}" for leg in sorted(of(Leg, facts), key=lambda leg: leg.at)]


THROUGH = going(
    (0, OUTSIDE), (4, HALL), (8, BY_TEA), (20, BY_TEA), (24, HALL), (28, BY_GIFTS), (40, BY_GIFTS),
    (44, HALL), (48, OUTSIDE),
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(THROUGH, ["in:door > tea", "tea > gifts", "gifts > out:door"], id="in, tea, gifts, out"),
        pytest.param(
            going((0, OUTSIDE), (4, HALL), (6, HALL), (10, OUTSIDE)),
            ["in:door > out:door"],
            id="turns round in the hall",
        ),
        pytest.param(
            going((0, HALL), (3, BY_TEA), (10, BY_TEA), (13, HALL), (18, HALL), (22, BY_TEA), (30, BY_TEA)),
            ["tea > tea"],
            id="comes back to the tea",
        ),
        pytest.param(
            going(
                (0, HALL), (3, BY_TEA), (10, BY_TEA), (12, HALL), (50, HALL), (54, BY_GIFTS), (60, BY_GIFTS)
            ),
            [],
            id="stands in the hall for too long",
        ),
        pytest.param(
            going((0, HALL), (3, BY_TEA), (10, BY_TEA), (13, BY_GIFTS), (14, HALL), (18, OUTSIDE)),
            ["tea > out:door"],
            id="only walks through the gifts",
        ),
        pytest.param(
            going((0, OUTSIDE), (4, HALL), (6, HALL), (10, OUTSIDE), (15, OUTSIDE), (18, HALL)),
            ["in:door > out:door", "out:door > in:door"],
            id="comes in again",
        ),
        pytest.param(going((0, (100, 200)), (4, (100, 400))), [], id="passes by in the street"),
        pytest.param(going((0, BY_TEA), (30, BY_TEA)), [], id="never goes anywhere"),
    ],
)
def test_a_path_leads_from_each_stop_to_the_next(path: list[Step], expected: list[str]) -> None:
    assert legs(played(SHOP, path)) == expected


def test_a_leg_is_of_the_moment_in_which_the_first_stop_was_left() -> None:
    facts = played(SHOP, THROUGH)
    left = {visit.zone: visit.left_at for visit in of(Visit, facts)}
    came_in, _ = of(Crossing, facts)

    assert {leg.origin: leg.at for leg in of(Leg, facts)} == {"in:door": came_in.at, **left}


def test_a_leg_is_told_soon_after_the_next_visit_has_begun_and_not_at_its_end() -> None:
    stays_long = going((0, HALL), (3, BY_TEA), (10, BY_TEA), (14, BY_GIFTS), (300, BY_GIFTS))
    counter = CameraCounter(SHOP)
    told_at = [
        step.at - NOON for step in stays_long if of(Leg, counter.update([followed(1, [step])], step.at))
    ]

    assert told_at == [pytest.approx(20, abs=2)]


def test_whoever_is_lost_for_a_moment_goes_on_as_the_same_person() -> None:
    seen = without(THROUGH, 21, 22.5)
    first, second = ([step for step in seen if (step.at < NOON + 22) is early] for early in (True, False))

    assert legs(played(SHOP, first, second)) == ["in:door > tea", "tea > gifts", "gifts > out:door"]


def test_who_is_lost_for_good_and_who_comes_then_are_two_people() -> None:
    first, second = ([step for step in THROUGH if (step.at < NOON + 22) is early] for early in (True, False))
    later = [step._replace(at=step.at + 10) for step in second]

    assert legs(played(SHOP, first, later)) == ["in:door > tea", "gifts > out:door"]


def test_visits_to_zones_that_overlap_follow_each_other_in_the_order_of_coming() -> None:
    table = Zone("table", box(350, 100, 450, 200), minimum_stay_seconds=0.0)
    plan = replace(SHOP, zones=(TEA, table, GIFTS))
    path = going(
        (0, HALL),
        (4, BY_TEA),
        (10, BY_TEA),
        (12, (400, 240)),
        (20, (400, 240)),
        (24, BY_GIFTS),
        (32, BY_GIFTS),
    )

    assert sorted(legs(played(plan, path))) == ["table > gifts", "tea > table"]


def test_staff_leave_no_paths() -> None:
    clerk = walk((0, 760, 150), (4, 400, 150), (12, 400, 150), (16, 400, 450), (24, 400, 450))
    facts = played(STAFFED, clerk, THROUGH)

    assert [visit.zone for visit in of(Visit, facts) if visit.is_staff] == ["tea", "gifts"]
    assert legs(facts) == ["in:door > tea", "tea > gifts", "gifts > out:door"]


def test_the_end_of_the_day_cuts_a_path() -> None:
    def at_night(counter: CameraCounter, at: float) -> Sequence[Fact]:
        return counter.end_day(at) if at == NOON + 30 else []

    facts = played(SHOP, THROUGH, on_picture=at_night)

    assert [visit.end for visit in of(Visit, facts) if visit.zone == "gifts"] == [
        VisitEnd.DAY_ENDED,
        VisitEnd.LEFT,
    ]
    assert legs(facts) == ["in:door > tea", "tea > gifts", "gifts > out:door"]


def test_nobody_is_followed_where_paths_are_not_asked_for() -> None:
    assert of(Leg, played(replace(SHOP, paths_within_seconds=None), THROUGH)) == []


def test_two_thousand_pass_and_nobody_is_remembered() -> None:
    counter = CameraCounter(SHOP)
    for number in range(2000):
        at = NOON + number
        counter.update([followed(number + 1, [Step(at, 150, 300), Step(at + 0.5, 250, 300)])], at + 0.5)
    most = len(counter)
    counter.update([], NOON + 2100)

    assert most < 300
    assert len(counter) == 0


def test_who_walks_in_and_out_for_ever_is_remembered_in_part() -> None:
    slow = replace(SHOP, zones=(replace(TEA, minimum_stay_seconds=3600.0), GIFTS))
    counter = CameraCounter(slow)
    for number in range(5 * MOST_STOPS):
        at, x = NOON + 3 * number, 100 if number % 2 else 300
        counter.update([followed(1, [Step(at, x, 300)])], at)
    assert len(counter) < 3 * MOST_STOPS


WALKS = st.lists(
    st.tuples(st.floats(0.5, 15), st.sampled_from([OUTSIDE, HALL, BY_TEA, BY_GIFTS, (760, 300)])),
    min_size=2,
    max_size=9,
)
CROWDS = st.lists(st.tuples(st.floats(0, 30), WALKS), min_size=1, max_size=3)


def of_crowd(crowd: Sequence[tuple[float, list[tuple[float, tuple[float, float]]]]]) -> list[list[Step]]:
    """Everybody's steps, at whole tenths of a second."""
    paths = []
    for begin, stations in crowd:
        at, way = round(begin, 1), []
        for seconds, place in stations:
            way.append((at, place))
            at = round(at + round(seconds, 1), 1)
        paths.append(going(*way))
    return paths


@settings(max_examples=25, deadline=None)
@given(crowd=CROWDS)
def test_no_more_paths_lead_from_a_stop_than_people_left_it_just_then_nor_to_one_than_came(
    crowd: list[tuple[float, list[tuple[float, tuple[float, float]]]]],
) -> None:
    facts = played(STAFFED, *of_crowd(crowd))
    visits = [visit for visit in of(Visit, facts) if not visit.is_staff]
    crossed = [(f"{one.direction.value}:{one.line}", one.at) for one in of(Crossing, facts)]
    left = Counter([*((visit.zone, visit.left_at) for visit in visits), *crossed])
    came = Counter([*(visit.zone for visit in of(Visit, facts)), *(stop for stop, _ in crossed)])

    assert Counter((leg.origin, leg.at) for leg in of(Leg, facts)) <= left
    assert Counter(leg.to for leg in of(Leg, facts)) <= came


@settings(max_examples=15, deadline=None)
@given(stops=st.lists(st.sampled_from(["tea", "gifts"]), min_size=2, max_size=6))
def test_somebody_alone_leaves_the_very_path_that_they_walked(stops: list[str]) -> None:
    places = {"tea": BY_TEA, "gifts": BY_GIFTS}
    way: list[tuple[float, tuple[float, float]]] = [(0.0, HALL)]
    for number, stop in enumerate(stops):
        way += [(12.0 * number + 3, places[stop]), (12.0 * number + 8, places[stop])]
        way.append((12.0 * number + 11.5, HALL))

    assert legs(played(SHOP, going(*way))) == [f"{a} > {b}" for a, b in pairwise(stops)]
