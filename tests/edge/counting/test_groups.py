from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.counting import (
    CameraCounter,
    Crossing,
    Direction,
    Fact,
    Group,
    Groups,
    Line,
    Plan,
    Staff,
    StaffCrossing,
    VisitEnd,
)
from edge.counting.groups import MOST_TOGETHER
from edge.floor import Floor
from edge.geometry import Point
from edge.people import Step
from tests.edge.cast import NOON, followed
from tests.edge.counting.scenes import of, played, walk, without

# A wide door across the picture at y = 300, in is downwards. Together is within 90 pixels.
DOOR = Line("door", (Point(0, 300), Point(1000, 300)), (Point(500, 200), Point(500, 400)))
PLAN = Plan((DOOR,))
# The same in metres: 60 pixels are one, as seen from straight above.
FLOOR = Floor.from_points(
    (Point(0, 0), Point(600, 0), Point(600, 600), Point(0, 600)),
    (Point(0, 0), Point(10, 0), Point(10, 10), Point(0, 10)),
)

IN, OUT = Direction.IN, Direction.OUT


def going_in(begin: float, x: float = 500, *, until: float = 500, speed: float = 80) -> list[Step]:
    """Somebody who is over the door 100 pixels after they began, at so many pixels a second."""
    return walk((begin, x, 200), (round(begin + (until - 200) / speed, 1), x, until))


def going_out(begin: float, x: float = 500) -> list[Step]:
    """The same in the other direction."""
    return walk((begin, x, 400), (begin + 2.5, x, 200))


def sizes(facts: Sequence[Fact]) -> list[tuple[Direction, int]]:
    """Of all groups, in their order."""
    return [(group.direction, group.size) for group in of(Group, facts)]


FAMILY = [going_in(0, 500), going_in(0.2, 560), going_in(0.9, 530), going_in(1.7, 540), going_in(2.6, 520)]


@pytest.mark.parametrize("floor", [None, FLOOR], ids=["in body heights", "in metres"])
@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        pytest.param([going_in(0)], [(IN, 1)], id="one alone"),
        pytest.param([going_in(0), going_in(0.3, 550)], [(IN, 2)], id="a couple"),
        pytest.param([going_out(0), going_out(0.3, 550)], [(OUT, 2)], id="a couple that leaves"),
        pytest.param([going_in(0), going_in(0.8)], [(IN, 2)], id="a couple in single file"),
        pytest.param(FAMILY, [(IN, 5)], id="a family of five, the last 2.6 seconds after the first"),
        pytest.param(FAMILY[::-1], [(IN, 5)], id="the same, followed in another order"),
        pytest.param([going_in(0), going_in(5)], [(IN, 1), (IN, 1)], id="two strangers 5 seconds apart"),
        pytest.param(
            [going_in(0, 300), going_in(0, 660)],
            [(IN, 1), (IN, 1)],
            id="two strangers at once at both ends of a 6 m door",
        ),
        pytest.param([going_in(0), going_in(2)], [(IN, 1), (IN, 1)], id="one two seconds behind another"),
        pytest.param(
            [going_in(0, until=350), going_in(2)],
            [(IN, 1), (IN, 1)],
            id="the same, when the first is lost behind the door",
        ),
        pytest.param(
            [going_in(0, until=350), going_in(0.6, 520)],
            [(IN, 2)],
            id="a couple of whom the first is lost behind the door",
        ),
        pytest.param(
            [
                walk((0, 500, 200), (1.5, 500, 340), (4, 500, 345), (6, 500, 500)),
                walk((2, 520, 200), (6, 520, 500)),
            ],
            [(IN, 2)],
            id="one waits just inside for the other",
        ),
        pytest.param([going_in(0), going_out(0.5, 550)], [(IN, 1), (OUT, 1)], id="opposite directions"),
        pytest.param(
            [walk((0, 500, 200), (2, 500, 400), (4, 500, 200), (6, 500, 400))],
            [(IN, 1), (OUT, 1), (IN, 1)],
            id="one who goes in, out and in does not accompany themselves",
        ),
    ],
)
def test_who_crosses_together_is_a_group(
    paths: list[list[Step]], expected: list[tuple[Direction, int]], floor: Floor | None
) -> None:
    assert sizes(played(replace(PLAN, floor=floor), *paths)) == expected


def test_a_group_has_the_time_of_the_first_of_them() -> None:
    facts = played(PLAN, *FAMILY)

    assert [group.at for group in of(Group, facts)] == [min(one.at for one in of(Crossing, facts))]


def test_one_step_far_away_is_more_metres_than_one_nearby() -> None:
    # The floor runs away from the camera: at y = 300 60 pixels are 3 m.
    away = Floor.from_points(
        (Point(380, 200), Point(620, 200), Point(1000, 600), Point(0, 600)),
        (Point(0, 20), Point(20, 20), Point(20, 0), Point(0, 0)),
    )
    couple = [going_in(0), going_in(0.1, 560)]

    assert sizes(played(PLAN, *couple)) == [(IN, 2)]
    assert sizes(played(replace(PLAN, floor=away), *couple)) == [(IN, 1), (IN, 1)]


def test_a_floor_whose_horizon_lies_in_the_way_does_not_stop_groups() -> None:
    low = Floor.from_points(
        (Point(400, 420), Point(600, 420), Point(1000, 600), Point(0, 600)),
        (Point(0, 20), Point(10, 20), Point(10, 0), Point(0, 0)),
    )

    assert sizes(played(replace(PLAN, floor=low), *FAMILY)) == [(IN, 5)]


def test_an_id_switch_after_the_door_leaves_a_group_of_two() -> None:
    first = [going_in(0, until=330), walk((1.8, 500, 345), (4, 500, 500))]

    assert sizes(played(PLAN, *first, going_in(1, 520), kept_seconds=1.5)) == [(IN, 2)]


def test_somebody_hidden_for_a_moment_belongs_to_their_group() -> None:
    hidden = without(going_in(0), 1.5, 2.2)

    assert sizes(played(PLAN, hidden, going_in(0.6, 520), kept_seconds=1.5)) == [(IN, 2)]


def test_a_group_is_told_once_it_can_no_longer_grow() -> None:
    counter = CameraCounter(PLAN)
    for step in going_in(0):
        assert sizes(counter.update([followed(1, [step])], step.at)) == []
    told = [half / 2 for half in range(8, 40) if counter.update([], NOON + half / 2)]

    # Over the line after 1.25 seconds; then 3 in which another may follow, and 5 in which that can be told.
    assert told == [9.5]


def test_staff_stand_in_no_group() -> None:
    behind = (Point(480, 440), Point(700, 440), Point(700, 520), Point(480, 520))
    plan = replace(PLAN, staff=Staff(origins=(behind,)))
    clerk = walk((0, 500, 200), (3, 500, 450), (8, 500, 480))
    customer = walk((0.2, 450, 200), (3.5, 450, 480))
    facts = played(plan, clerk, customer)

    assert sizes(facts) == [(IN, 1)]
    assert len(of(StaffCrossing, facts)) == 1
    assert sizes(played(plan, clerk)) == []


def test_a_passing_line_forms_no_groups() -> None:
    pavement = replace(DOOR, kind="passing")

    assert sizes(played(Plan((pavement,)), *FAMILY)) == []


def test_an_endless_stream_of_people_is_many_crowds_and_not_kept() -> None:
    counter, facts, most = CameraCounter(PLAN), [], 0
    for tick in range(2700):
        at = tick / 10
        tracks = [
            followed(person, [Step(NOON + at, 500.0, 200 + 80 * (at - begin))])
            for person in range(500)
            if (begin := 0.5 * person) <= at <= begin + 3.5
        ]
        facts += counter.update(tracks, NOON + at)
        most = max(most, len(counter))
    facts += counter.close(VisitEnd.STOPPED)

    assert sum(group.size for group in of(Group, facts)) == 500
    assert max(group.size for group in of(Group, facts)) == MOST_TOGETHER
    assert most < 150


# Laws

walkers = st.lists(
    st.tuples(st.integers(0, 60), st.integers(40, 960), st.booleans(), st.integers(40, 160)),
    min_size=1,
    max_size=7,
)


def paths_of(walking: list[tuple[int, int, bool, int]], width: float | None = None) -> list[list[Step]]:
    """Steps of people who cross the door: begin in tenths, where, whether in, and pixels a second."""
    paths = []
    for begin, x, is_in, speed in walking:
        place = x + 0.5 if width is None else width - (x + 0.5)
        ys = [200 + speed * number / 10 for number in range(int(2000 / speed) + 1)]
        ys = ys if is_in else [600.5 - y for y in ys]
        paths.append(
            [Step(round(NOON + (begin + number) / 10, 3), place, y + 0.25) for number, y in enumerate(ys)]
        )
    return paths


@given(walkers, st.sampled_from([0.0, 1.5]))
def test_every_crossing_stands_in_exactly_one_group(
    walking: list[tuple[int, int, bool, int]], kept_seconds: float
) -> None:
    facts = played(PLAN, *paths_of(walking), kept_seconds=kept_seconds)
    crossings = of(Crossing, facts)

    for direction in Direction:
        counted = sum(crossing.direction is direction for crossing in crossings)
        assert sum(size for way, size in sizes(facts) if way is direction) == counted
    assert len(crossings) >= len(walking)


@given(walkers)
def test_mirroring_the_picture_changes_no_group(walking: list[tuple[int, int, bool, int]]) -> None:
    assert sorted(sizes(played(PLAN, *paths_of(walking, 1000)))) == sorted(
        sizes(played(PLAN, *paths_of(walking)))
    )


@given(walkers, st.sampled_from([0.5, 2.0]))
def test_scaling_time_with_all_settings_changes_no_group(
    walking: list[tuple[int, int, bool, int]], scale: float
) -> None:
    paths = paths_of(walking)
    slower = [[Step(NOON + (step.at - NOON) * scale, step.x, step.y) for step in path] for path in paths]
    door = replace(DOOR, recross_seconds=DOOR.recross_seconds * scale, late_counts=False)
    # Walkers begin in whole tenths: windows between them, so that no rounding decides who is together.
    plan = Plan((door,), groups=Groups(seconds=3.05 * scale, heights=0.9137))
    plain_plan = Plan((replace(DOOR, late_counts=False),), groups=Groups(seconds=3.05, heights=0.9137))

    # Kept in view, so that nobody is taken for somebody else: for how long that may be is no setting.
    plain = played(plain_plan, *paths, kept_seconds=60)
    assert sorted(sizes(played(plan, *slower, kept_seconds=60))) == sorted(sizes(plain))
