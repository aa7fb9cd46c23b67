"""Everything that a camera counts, together: scenes, days, and the laws that hold for all of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting import (
    CameraCounter,
    Crossing,
    Fact,
    Group,
    HeatGrid,
    Line,
    Passed,
    Plan,
    Queue,
    QueueJoined,
    Scene,
    Staff,
    StaffCrossing,
    Visit,
    VisitEnd,
    Waiting,
    Zone,
)
from edge.floor import Floor
from edge.geometry import Point
from edge.people import Step
from tests.edge.cast import NOON, followed
from tests.edge.counting.scenes import ended, of, played, walk

# A shop from above: the door at x = 200, a shelf, a queue with its till, and behind the till staff.
DOOR = Line("door", (Point(200, 0), Point(200, 600)), (Point(100, 300), Point(300, 300)), 1.0)
STREET = Line("street", (Point(0, 300), Point(190, 300)), (Point(100, 200), Point(100, 400)), kind="passing")


def box(x0: float, y0: float, x1: float, y1: float) -> tuple[Point, ...]:
    """A rectangle's corners."""
    return (Point(x0, y0), Point(x1, y0), Point(x1, y1), Point(x0, y1))


SHELF = Zone("shelf", box(300, 50, 500, 250))
TILLS = Queue("tills", box(300, 350, 600, 450), box(600, 350, 700, 450))
STAFF = Staff(
    origins=(box(720, 350, 800, 450),), long_stay_seconds=600.0, readers={"till": box(600, 350, 700, 450)}
)
FLOOR = Floor.from_points(
    (Point(0, 0), Point(600, 0), Point(600, 600), Point(0, 600)),
    (Point(0, 0), Point(10, 0), Point(10, 10), Point(0, 10)),
)
SHOP = Plan((DOOR, STREET), (SHELF,), (TILLS,), staff=STAFF, heat=HeatGrid(0.5, "metres", 800.0), floor=FLOOR)
BLIND = replace(SHOP, floor=None, heat=None, staff=None)

SHOPPER = walk(
    (0, 100, 150), (3, 400, 150), (10, 400, 150), (12, 400, 400), (20, 560, 400), (22, 650, 400),
    (30, 650, 400), (33, 400, 300), (36, 100, 300),
)  # fmt: skip
CLERK = walk((0, 760, 400), (5, 760, 400), (9, 400, 150), (16, 400, 150), (20, 760, 400), (36, 760, 400))


def test_a_shopper_and_a_clerk_leave_these_facts() -> None:
    facts = played(SHOP, SHOPPER, CLERK)

    assert [(one.zone, one.is_staff) for one in of(Visit, facts)] == [("shelf", False), ("shelf", True)]
    assert len(of(QueueJoined, facts)) == 1
    assert [one.size for one in of(Group, facts)] == [1, 1]
    assert of(StaffCrossing, facts) == []
    assert of(Passed, facts) == []


def test_the_scene_says_who_is_where_now() -> None:
    counter = CameraCounter(SHOP)
    counter.update([followed(1, [Step(NOON, 400, 400)]), followed(2, [Step(NOON, 400, 153)])], NOON)
    counter.update([followed(1, [Step(NOON + 4, 400, 400)]), followed(2, [])], NOON + 4)

    assert counter.scene(NOON + 4.5) == Scene(
        {"shelf": 1}, {"tills": Waiting(1, 4.5)}, {"13,13": 1, "13,5": 1}
    )
    assert counter.occupancies == {"shelf": 1}

    counter.update([], NOON + 5)
    assert counter.scene(NOON + 5).cells == {}


@pytest.mark.parametrize(
    ("grid", "floor", "place", "cell"),
    [
        pytest.param(HeatGrid(0.25, "width", 800), None, (399, 201), {"1,1": 1}, id="shares of the width"),
        pytest.param(HeatGrid(0.25, "width", 800), FLOOR, (399, 201), {"1,1": 1}, id="shares all the same"),
        pytest.param(HeatGrid(0.25, "width", 800), None, (-1, 650), {"-1,3": 1}, id="beyond the picture"),
        pytest.param(HeatGrid(0.5, "metres", 800), FLOOR, (61, 59), {"2,1": 1}, id="metres on the floor"),
        pytest.param(HeatGrid(1e-6, "metres", 800), FLOOR, (61, -9), {"99999,-99999": 1}, id="five digits"),
        pytest.param(
            HeatGrid(0.5, "metres", 800),
            Floor.from_points(
                (Point(300, 300), Point(500, 300), Point(800, 600), Point(0, 600)),
                (Point(0, 20), Point(10, 20), Point(10, 0), Point(0, 0)),
            ),
            (400, 50),
            {},
            id="above the floor's horizon",
        ),
    ],
)  # fmt: skip
def test_heat_lies_under_the_feet(
    grid: HeatGrid, floor: Floor | None, place: tuple[float, float], cell: dict[str, int]
) -> None:
    counter = CameraCounter(Plan(heat=grid, floor=floor))
    counter.update([followed(1, [Step(NOON, *place)])], NOON)

    assert counter.scene(NOON).cells == cell


def test_two_in_one_cell_add_up_and_an_id_switch_does_not() -> None:
    counter = CameraCounter(SHOP)
    counter.update([followed(1, [Step(NOON, 400, 400)]), followed(2, [Step(NOON, 405, 400)])], NOON)
    assert counter.scene(NOON).cells == {"13,13": 2}

    # Track 2 is not seen now, and a new one goes on for it.
    counter.update(
        [followed(1, [Step(NOON + 1, 400, 400)]), followed(2, []), followed(3, [Step(NOON + 1, 410, 400)])],
        NOON + 1,
    )
    assert counter.scene(NOON + 1).cells == {"13,13": 2}


def test_a_heatmap_in_metres_needs_a_floor() -> None:
    with pytest.raises(ValueError, match="needs a floor"):
        Plan(heat=HeatGrid(0.5, "metres", 800))


@pytest.mark.parametrize("pixels_per_second", [30, 84, 180])
def test_a_crossing_knows_its_place_and_how_fast_somebody_walked(pixels_per_second: float) -> None:
    path = walk((0, 100, 150), (4, 100 + 4 * pixels_per_second, 150))
    crossings = of(Crossing, played(SHOP, path))

    for crossing in crossings:
        assert crossing.place == pytest.approx((200, 150))
        assert crossing.height == 100
        assert crossing.metres_per_second == pytest.approx(pixels_per_second / 60, rel=1e-6)
    assert len(crossings) == 1
    assert [one.metres_per_second for one in of(Crossing, played(BLIND, path))] == [None]


def test_at_the_days_end_visits_end_and_begin_anew_and_the_door_goes_on() -> None:
    path = walk((0, 400, 150), (10, 400, 150), (12, 210, 150), (14, 100, 150))
    counter = CameraCounter(BLIND)

    def ends(counter: CameraCounter, at: float) -> list[Fact]:
        return counter.end_day(at + 0.05) if at in (NOON + 5, NOON + 13.1) else []

    facts = played(counter, path, on_picture=ends)

    assert [(visit.entered_at - NOON, visit.left_at - NOON, visit.end) for visit in of(Visit, facts)] == [
        (0, 5, VisitEnd.DAY_ENDED),
        (pytest.approx(5.05), pytest.approx(11.05, abs=0.01), VisitEnd.LEFT),
    ]
    assert len(of(Crossing, facts)) == 1


def test_closing_forgets_everybody() -> None:
    counter = CameraCounter(SHOP)
    played(counter, SHOPPER[:100], CLERK[:100], close=False)
    assert len(counter) > 0
    counter.close(VisitEnd.CONFIG_CHANGED)

    assert len(counter) == 0
    assert counter.scene(NOON + 10).cells == {}
    assert counter.close(VisitEnd.STOPPED) == []


def test_of_a_thousand_shoppers_none_is_remembered() -> None:
    counter, most = CameraCounter(SHOP), 0
    for person in range(1000):
        path = [Step(step.at + 20 * person, step.x, step.y) for step in SHOPPER[::15]]
        for steps in (path[: len(path) // 2], path[len(path) // 2 :]):
            counter.update([followed(person, steps)], steps[-1].at)
        most = max(most, len(counter))
    ended(counter, NOON + 1000 * 20 + 40)

    assert most < 40
    assert len(counter) == 0


def test_somebody_who_gets_a_new_number_every_second_for_hours_is_one_person() -> None:
    counter, most = CameraCounter(SHOP), 0
    for second in range(2 * 3600):
        at = NOON + second
        counter.update([followed(second, [Step(at, 400.0 + second % 7, 150.0)])], at)
        most = max(most, len(counter))

    assert most < 20
    assert sum(counter.scene(at).cells.values()) == 1


# Laws

spots = st.sampled_from(
    [
        (100.0, 150.0),
        (100.0, 450.0),
        (250.0, 200.0),
        (400.0, 150.0),
        (450.0, 400.0),
        (650.0, 400.0),
        (760.0, 400.0),
    ]
)
stays = st.lists(st.tuples(spots, st.integers(1, 9)), min_size=1, max_size=8)
people = st.lists(stays, min_size=1, max_size=4)


def path_of(visited: list[tuple[tuple[float, float], int]]) -> list[Step]:
    """Stands at each spot for so many seconds, half a second a step, and walks for two between them."""
    stations, at = [], 0.0
    for (x, y), seconds in visited:
        stations += [(at, x + 0.5, y + 0.25), (at + seconds, x + 0.5, y + 0.25)]
        at += seconds + 2
    return walk(*stations, fps=2)


def told(facts: Sequence[Fact]) -> list[str]:
    """All of them, in an order of their own."""
    return sorted(
        map(repr, (replace(one, track_id=None) if isinstance(one, Crossing) else one for one in facts))
    )


@settings(max_examples=60)
@given(stays, st.data())
def test_splitting_a_path_into_two_updates_changes_nothing(
    visited: list[tuple[tuple[float, float], int]], data: st.DataObject
) -> None:
    path = path_of(visited)
    cut = data.draw(st.integers(1, len(path)))
    for plan, kinds in ((replace(SHOP, staff=None), Fact), (SHOP, Crossing | StaffCrossing)):
        counter = CameraCounter(plan)
        facts = counter.update([followed(1, path[:cut])], path[cut - 1].at)
        facts += counter.update([followed(1, path[cut:])], path[-1].at)
        facts += ended(counter, path[-1].at)

        # Groups, visits and waits that were told before somebody turned out to be staff stay as they were.
        one_by_one = [fact for fact in played(plan, path) if isinstance(fact, kinds)]
        assert told([fact for fact in facts if isinstance(fact, kinds)]) == told(one_by_one)


@settings(max_examples=60)
@given(people)
def test_the_sums_hold(everybody: list[list[tuple[tuple[float, float], int]]]) -> None:
    facts = played(SHOP, *map(path_of, everybody), kept_seconds=1.5)
    through = [one for one in of(Crossing, facts) if one.line == "door"]
    crossings = [(one.line, one.direction, one.at) for one in of(Crossing, facts)]

    # Whoever is known for staff after a group was told stands in it, so the sum lies between.
    staffs = [one for one in of(StaffCrossing, facts) if one.line == "door"]
    grouped = sum(group.size for group in of(Group, facts))
    assert len(through) - len(staffs) <= grouped <= len(through)
    assert all((one.line, one.direction, one.at) in crossings for one in of(StaffCrossing, facts))
    assert len(of(Passed, facts)) <= len(everybody)


@settings(max_examples=60)
@given(people)
def test_mirroring_the_picture_swaps_in_and_out_only_where_the_arrow_does_not_turn(
    everybody: list[list[tuple[tuple[float, float], int]]],
) -> None:
    def over(place: Point) -> Point:
        return Point(800 - place.x, place.y)

    def all_over(corners: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple(map(over, corners))

    mirrored = replace(
        BLIND,
        lines=tuple(
            replace(line, points=all_over(line.points), arrow=(over(line.arrow[0]), over(line.arrow[1])))
            for line in BLIND.lines
        ),
        zones=tuple(replace(zone, corners=all_over(zone.corners)) for zone in BLIND.zones),
        queues=tuple(
            replace(queue, corners=all_over(queue.corners), service=all_over(queue.service))
            for queue in BLIND.queues
        ),
    )
    paths = [path_of(visited) for visited in everybody]
    others = [[Step(step.at, 800 - step.x, step.y) for step in path] for path in paths]

    def rounded(facts: list[Fact]) -> list[tuple[object, ...]]:
        return sorted(
            (
                (type(one).__name__, round(one.left_at if isinstance(one, Visit) else one.at, 3))
                for one in facts
            ),
            key=repr,
        )

    assert rounded(played(mirrored, *others)) == rounded(played(BLIND, *paths))


def test_the_order_in_which_people_are_given_changes_nothing() -> None:
    paths = [
        SHOPPER,
        CLERK,
        walk((0, 100, 100), (6, 100, 500)),
        walk((1, 120, 140), (5, 400, 120), (9, 100, 120)),
    ]
    expected = told(played(SHOP, *paths))

    for order in itertools.permutations(paths):
        assert told(played(SHOP, *order)) == expected
