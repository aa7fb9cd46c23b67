from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.counting import CameraCounter, Crossing, Direction, Fact, Line, Passed, Plan, Staff
from edge.geometry import Point
from edge.people import Step
from tests.edge.cast import NOON, followed
from tests.edge.counting.scenes import of, played, walk

# The pavement runs along the bottom of the picture; the door lies above it at y = 200, in is upwards.
DOOR = Line("door", (Point(300, 200), Point(500, 200)), (Point(400, 300), Point(400, 100)))
PAVEMENT = Line(
    "street", (Point(400, 300), Point(400, 500)), (Point(300, 400), Point(500, 400)), kind="passing"
)
CORNER = replace(PAVEMENT, id="corner", points=(Point(600, 300), Point(600, 500)))
PLAN = Plan((DOOR, PAVEMENT))

PASSES = walk((0, 100, 400), (6, 700, 400))
TURNS_IN = walk((0, 100, 400), (4, 450, 400), (7, 400, 100))


def passed(facts: Sequence[Fact]) -> list[tuple[str, float]]:
    """Over which line, and when in seconds after noon."""
    return [(fact.line, round(fact.at - NOON, 2)) for fact in of(Passed, facts)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(PASSES, [("street", 3.0)], id="passes"),
        pytest.param(PASSES[::-1], [("street", 3.0)], id="passes the other way"),
        pytest.param(TURNS_IN, [], id="turns in"),
        pytest.param(walk((0, 400, 100), (3, 350, 400), (6, 700, 400)), [], id="comes out and passes"),
        pytest.param(
            walk((0, 100, 400), (4, 500, 400), (8, 100, 400), (12, 700, 400)),
            [("street", 3.0)],
            id="goes to and fro: one passer-by",
        ),
        pytest.param(
            walk((0, 100, 400), (4, 450, 400), (50, 460, 400), (53, 400, 100)),
            [],
            id="looks at the window for most of a minute, then turns in",
        ),
        pytest.param(
            walk((0, 100, 400), (4, 450, 400), (80, 460, 400), (83, 400, 100)),
            [("street", 3.43)],
            id="hangs around for longer: passed, and then came in",
        ),
        pytest.param(walk((0, 100, 400), (2, 300, 400)), [], id="does not reach the line"),
    ],
)
def test_a_passer_by_crosses_the_passing_line_and_no_entrance(
    path: Sequence[Step], expected: list[tuple[str, float]]
) -> None:
    in_order = [Step(NOON + number / 10, step.x, step.y) for number, step in enumerate(path)]

    assert passed(played(PLAN, in_order)) == expected


def test_crossings_of_a_passing_line_are_told_as_they_are() -> None:
    facts = played(PLAN, PASSES, TURNS_IN)

    assert [(one.line, one.direction) for one in of(Crossing, facts)] == [
        ("street", Direction.IN),
        ("street", Direction.IN),
        ("door", Direction.IN),
    ]


@pytest.mark.parametrize("kept_seconds", [0.0, 1.5])
@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param(walk((5.4, 460, 330), (8, 400, 100)), [], id="and turns in"),
        pytest.param(walk((5.4, 480, 400), (8, 700, 400)), [("street", 3.43)], id="and walks on"),
    ],
)
def test_a_passer_by_may_go_on_under_another_number(
    second: list[Step], expected: list[tuple[str, float]], kept_seconds: float
) -> None:
    first = walk((0, 100, 400), (4, 450, 400), (5, 460, 380))

    assert passed(played(PLAN, first, second, kept_seconds=kept_seconds)) == expected


def test_a_passer_by_is_told_once_lost_for_good_or_after_a_minute() -> None:
    counter = CameraCounter(PLAN)
    for step in PASSES:
        assert passed(counter.update([followed(1, [step])], step.at)) == []
    told = [half / 2 for half in range(13, 40) if counter.update([], NOON + half / 2)]
    assert told == [8.5]

    waiting = walk((0, 100, 400), (4, 450, 400), (90, 450, 400))
    counter = CameraCounter(PLAN)
    told = [
        round(step.at - NOON, 1) for step in waiting if passed(counter.update([followed(1, [step])], step.at))
    ]
    assert told == [67.5]


def test_who_crosses_two_passing_lines_passed_once_over_the_first() -> None:
    assert passed(played(Plan((DOOR, PAVEMENT, CORNER)), PASSES)) == [("street", 3.0)]
    assert passed(played(Plan((DOOR, CORNER, PAVEMENT)), PASSES)) == [("street", 3.0)]


def test_a_camera_that_sees_no_entrance_counts_everybody_who_passes() -> None:
    assert len(passed(played(Plan((PAVEMENT,)), PASSES, TURNS_IN))) == 2


def test_staff_do_not_pass_by() -> None:
    kiosk = (Point(50, 350), Point(150, 350), Point(150, 450), Point(50, 450))
    facts = played(replace(PLAN, staff=Staff(origins=(kiosk,))), PASSES)

    assert passed(facts) == []
    assert len(of(Crossing, facts)) == 1


def test_who_turns_out_to_be_staff_before_it_is_told_did_not_pass_by() -> None:
    kiosk = (Point(650, 350), Point(750, 350), Point(750, 450), Point(650, 450))
    path = walk((0, 100, 400), (6, 700, 400), (12, 700, 400))

    assert passed(played(PLAN, path)) == [("street", 3.0)]
    assert passed(played(replace(PLAN, staff=Staff(origins=(kiosk,))), path)) == []


def test_of_five_thousand_people_who_pass_none_is_remembered() -> None:
    counter, most, told = CameraCounter(PLAN), 0, 0
    for person in range(5000):
        steps = [Step(step.at + 4 * person, step.x, step.y) for step in PASSES[::10]]
        told += len(of(Passed, counter.update([followed(person, steps)], steps[-1].at)))
        most = max(most, len(counter))
    told += len(of(Passed, counter.update([], NOON + 20_100)))

    assert told == 5000
    assert most < 30
    assert len(counter) == 0


@settings(max_examples=20)
@given(
    st.lists(
        st.sampled_from([PASSES, TURNS_IN, walk((0, 400, 100), (3, 350, 400), (6, 700, 400))]),
        min_size=1,
        max_size=5,
    )
)
def test_who_passes_and_who_enters_or_leaves_are_together_everybody(paths: list[list[Step]]) -> None:
    # Far apart in time, so that nobody is taken for another.
    apart = [
        [Step(step.at + 30 * number, step.x, step.y) for step in path] for number, path in enumerate(paths)
    ]
    facts = played(PLAN, *apart)
    through = sum(crossing.line == "door" for crossing in of(Crossing, facts))

    assert len(of(Passed, facts)) + through == len(paths)
