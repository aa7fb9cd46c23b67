"""Who vanishes or appears at a line, id switches on it, and lines that bend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.counting import Crossing, Direction, Line, LineCounter
from edge.geometry import Point
from edge.people import Step
from tests.edge.cast import NOON, TALL, followed
from tests.edge.counting.test_lines import DOOR, crossings

IN, OUT = Direction.IN, Direction.OUT

LATER = NOON + 10  # counting has gone on for a while
SPEED = 100.0  # pixels per second: one body height


def walking(
    begin: float, end: float, *, since: float = LATER, fps: float = 10.0, y: float = 100.0
) -> list[Step]:
    """Somebody who walks from one x to another."""
    count = round(abs(end - begin) / SPEED * fps)
    return [Step(since + n / fps, begin + (end - begin) * n / count, y) for n in range(count + 1)]


def counted(*paths: list[Step], line: Line = DOOR, heights: tuple[float, ...] = ()) -> list[Crossing]:
    """What is counted of several tracks that begin and end with their steps, ten seconds after the start."""
    counter = LineCounter(line)
    found = counter.update([], NOON)
    times = sorted({step.at for path in paths for step in path})
    last_seen = [path[-1].at for path in paths]
    for at in [*times, *(times[-1] + n / 10 for n in range(1, 40))]:
        tracks = [
            followed(number, [step for step in path if step.at == at], (heights or [TALL] * 9)[number])
            for number, path in enumerate(paths)
            if path[0].at <= at <= last_seen[number] + 1.5  # the tracker's patience
        ]
        found += counter.update(tracks, at)
    assert len(counter) == 0
    return found + counter.close()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(walking(0, 96), [IN], id="vanishes at the door, walking in"),
        pytest.param(walking(200, 104), [OUT], id="vanishes at the door, walking out"),
        pytest.param(walking(0, 105), [IN], id="vanishes within the band, beyond the line"),
        pytest.param(walking(0, 60), [], id="vanishes well before it"),
        pytest.param(
            [*walking(0, 96), Step(LATER + 2, 96, 100), Step(LATER + 4, 96, 100)], [], id="stood there"
        ),
        pytest.param(walking(60, 96), [], id="was followed too short a way"),
        pytest.param(walking(101, 170), [IN], id="appears on the line, walking in"),
        pytest.param(walking(99, 30), [OUT], id="appears on the line, walking out"),
        pytest.param(walking(96, 170), [IN], id="appears just before it, within the band, and walks in"),
        pytest.param(walking(140, 220), [], id="appears well inside"),
        pytest.param(walking(101, 120), [], id="appears on the line and hardly goes"),
        pytest.param(
            walking(101, 125) + walking(125, 60, since=LATER + 0.3), [OUT], id="appears, turns, leaves"
        ),
    ],
)
def test_who_vanishes_or_appears_at_the_door_counts_if_the_walk_says_so(
    path: list[Step], expected: list[Direction]
) -> None:
    assert [one.direction for one in counted(path)] == expected


@pytest.mark.parametrize("fps", [3.0, 5.0, 10.0, 30.0])
@pytest.mark.parametrize(("begin", "end"), [(0, 98), (102, 190)])
def test_late_counts_do_not_depend_on_the_frame_rate(begin: float, end: float, fps: float) -> None:
    assert [one.direction for one in counted(walking(begin, end, fps=fps))] == [IN]


def test_a_late_count_has_the_time_at_which_the_line_was_or_would_have_been_cut() -> None:
    [vanished] = counted(walking(0, 90))
    [appeared] = counted(walking(110, 190))

    assert vanished.at - LATER == pytest.approx(1.0, abs=0.05)
    assert appeared.at - LATER == pytest.approx(-0.1, abs=0.01)


def test_late_counts_can_be_turned_off() -> None:
    line = replace(DOOR, late_counts=False)

    assert counted(walking(0, 96), line=line) == []
    assert counted(walking(101, 170), line=line) == []


def test_whoever_is_on_the_line_when_counting_begins_did_not_come_just_then() -> None:
    assert counted(walking(101, 170, since=NOON + 0.1)) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            walking(0, 96), walking(106, 200, since=LATER + 1.06), [IN], id="id switch on the line: one in"
        ),
        pytest.param(
            walking(200, 104), walking(94, 0, since=LATER + 1.06), [OUT], id="id switch on the line: one out"
        ),
        pytest.param(
            walking(0, 103), walking(99, 0, since=LATER + 1.5), [], id="id switch, and turns back: nothing"
        ),
        pytest.param(
            walking(0, 80),
            walking(180, 260, since=LATER + 1.8),
            [IN],
            id="found again beyond, a second later",
        ),
        pytest.param(
            walking(0, 120), walking(120, 200, since=LATER + 1.3), [IN], id="id switch just after: once"
        ),
        pytest.param(
            walking(0, 120),
            walking(118, 60, since=LATER + 1.3),
            [],
            id="and straight back under the new number",
        ),
        pytest.param(walking(0, 140), walking(0, 140, since=LATER, y=180), [IN, IN], id="two cross together"),
        pytest.param(
            walking(0, 140), walking(200, 60, y=180), [IN, OUT], id="two cross in opposite directions"
        ),
        pytest.param(
            walking(0, 150),
            walking(101, 170, since=LATER + 1.0, y=110),
            [IN],
            id="a second box of one person",
        ),
        pytest.param(
            walking(0, 96), walking(0, 150, since=LATER + 0.1, y=110), [IN], id="a second box, that vanishes"
        ),
    ],
)
def test_an_id_switch_on_the_line_neither_loses_nor_doubles_a_crossing(
    first: list[Step], second: list[Step], expected: list[Direction]
) -> None:
    found = sorted(counted(first, second), key=lambda one: one.at)

    assert sorted(one.direction for one in found) == sorted(expected)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            walking(0, 96), walking(0, 96, since=LATER + 0.8), [IN, IN], id="one vanishes after the other"
        ),
        pytest.param(
            walking(104, 200),
            walking(104, 200, since=LATER + 0.8),
            [IN, IN],
            id="one appears after the other",
        ),
        pytest.param(
            walking(0, 96),
            walking(104, 0, since=LATER + 4.0),
            [IN, OUT],
            id="in, and seconds later another out",
        ),
        pytest.param(
            walking(0, 96),
            walking(104, 0, since=LATER + 1.8),
            [],
            id="not supported: another comes out of the door at once, and is taken for one who turned back",
        ),
    ],
)
def test_those_who_follow_each_other_through_the_door_count_each(
    first: list[Step], second: list[Step], expected: list[Direction]
) -> None:
    assert [one.direction for one in counted(first, second)] == expected


def test_of_a_thousand_people_who_vanish_at_the_door_nobody_is_remembered() -> None:
    counter, most, found = LineCounter(DOOR), 0, 0
    for number in range(1000):
        for step in walking(0, 96, since=LATER + 2 * number):
            found += len(counter.update([followed(number, [step])], step.at))
            most = max(most, len(counter))
    found += len(counter.update([], LATER + 2005))

    assert found == 1000
    assert most <= 3
    assert len(counter) == 0


def test_a_child_behind_an_adult_counts_as_well() -> None:
    both = counted(walking(0, 160), walking(0, 160, since=LATER + 0.3, y=105), heights=(TALL, 0.6 * TALL))

    assert [one.direction for one in both] == [IN, IN]


# A mat inside a door at the top: 60..140 wide, 0..80 deep. Who leaves it comes in.
MAT = Line(
    "mat",
    (Point(60, 0), Point(60, 80), Point(140, 80), Point(140, 0)),
    (Point(100, 40), Point(100, 160)),
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param([(100, 20), (100, 160)], [IN], id="straight ahead"),
        pytest.param([(100, 40), (0, 40)], [IN], id="to the left"),
        pytest.param([(100, 40), (200, 40)], [IN], id="to the right"),
        pytest.param([(200, 40), (100, 40)], [OUT], id="from the right"),
        pytest.param([(100, 40), (20, 120)], [IN], id="exactly through a corner"),
        pytest.param([(20, 120), (100, 40)], [OUT], id="and back"),
        pytest.param([(20, 40), (180, 40)], [], id="runs across the whole mat between two pictures"),
        pytest.param([(20, 40), (20, 120), (180, 120), (180, 40)], [], id="walks round it"),
        pytest.param([(20, 20), (55, 84), (145, 84), (180, 20)], [], id="and closely round its corners"),
        pytest.param(
            [(100, 40), (100, 77), (65, 83), (57, 60), (100, 40)], [], id="along it within the band"
        ),
        pytest.param([(100, 40), (0, 40), (0, 160), (100, 160), (100, 40)], [IN, OUT], id="in, and out"),
    ],
)
def test_a_line_may_bend(path: list[tuple[float, float]], expected: list[Direction]) -> None:
    walk = [Step(NOON + 2 * number, x, y) for number, (x, y) in enumerate(path)]

    assert [one.direction for one in crossings(walk, MAT)] == expected


def test_a_bent_line_may_be_drawn_from_either_end() -> None:
    walk = [Step(NOON, 100, 40), Step(NOON + 1, 0, 40)]
    turned = replace(MAT, points=MAT.points[::-1])

    assert crossings(walk, MAT) == crossings(walk, turned)
