"""Coming straight back over a line, and when a crossing is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.counting import CameraCounter, Crossing, Direction, Group, LineCounter, Plan, VisitEnd
from edge.geometry import Point
from edge.people import Step
from tests.edge.cast import NOON, TALL, followed, steps
from tests.edge.counting.test_lines import DOOR, crossings, directions

IN, OUT = Direction.IN, Direction.OUT


def walk(*stays: tuple[float, float], begin: float = NOON) -> list[Step]:
    """Somebody who is at each x for so many seconds, seen ten times a second."""
    path: list[Step] = []
    for x, seconds in stays:
        for _ in range(round(seconds * 10)):
            path.append(Step(begin + len(path) / 10, x, 100))
    return path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(walk((60, 1), (120, 0.5), (60, 1)), [], id="turns back inside the door"),
        pytest.param(walk((60, 1), (120, 1.5), (60, 2)), [IN, OUT], id="comes back after the window"),
        pytest.param(walk((60, 1), (170, 0.5), (60, 1)), [IN, OUT], id="was clearly away, and comes back"),
        pytest.param(walk((60, 1), (120, 0.5), (60, 0.5), (120, 3)), [IN], id="to and fro, and then in"),
        pytest.param(walk((60, 1), *[(115, 0.4), (85, 0.4)] * 20), [], id="sways across it for long"),
        pytest.param(walk((60, 1), *[(103, 0.4), (97, 0.4)] * 20, (140, 2)), [IN], id="jitters, then in"),
        pytest.param(walk((60, 1), (100, 30), (140, 2)), [IN], id="stops on the line for half a minute"),
        pytest.param(walk((60, 1), (100, 30), (60, 2)), [], id="stops on it and goes back"),
        pytest.param(walk((60, 1), (120, 0.3)), [IN], id="counting ends just after"),
        pytest.param(
            [Step(NOON, 20, 100), Step(NOON + 1 / 3, 75, 100), Step(NOON + 2 / 3, 130, 100)],
            [IN],
            id="runs through at three pictures a second",
        ),
    ],
)
def test_coming_straight_back_undoes_a_crossing(path: list[Step], expected: list[Direction]) -> None:
    assert [crossing.direction for crossing in crossings(path, DOOR)] == expected


def test_a_track_that_changes_its_size_on_the_way_back_follows_somebody_else() -> None:
    counter, counted = LineCounter(DOOR), []
    for step, height in zip(
        walk((60, 0.5), (120, 0.5), (60, 0.5)), [TALL] * 10 + [0.8 * TALL] * 5, strict=True
    ):
        counted += counter.update([followed(1, [step], height)], step.at)
    counted += counter.close()

    assert [crossing.direction for crossing in counted] == [IN, OUT]


def told_at(path: list[Step], until: float) -> list[tuple[float, Crossing]]:
    """What is counted, and when that is told; from the last step on the track is not given."""
    counter = LineCounter(DOOR)
    told = [(step.at, one) for step in path for one in counter.update([followed(1, [step])], step.at)]
    at = path[-1].at
    while at < until:
        at += 0.1
        told += [(at, one) for one in counter.update([], at)]
    return told


@pytest.mark.parametrize(
    ("path", "after"),
    [
        pytest.param(walk((60, 1), (120, 3)), 2.0, id="when the window is over"),
        pytest.param(walk((60, 1), (120, 0.3), (160, 2)), 1.3, id="once the person is clearly away"),
        pytest.param(walk((60, 1), (120, 0.3)), 2.0, id="also when the track is lost"),
        pytest.param(walk((60, 1), (160, 0.3)), 1.0, id="at once when seen first clearly beyond"),
    ],
)
def test_a_crossing_is_told_when_it_is_certain_with_the_time_of_the_cut(
    path: list[Step], after: float
) -> None:
    [(told, crossing)] = told_at(path, NOON + 6)

    assert told - NOON == pytest.approx(after, abs=0.11)
    assert 0.9 <= crossing.at - NOON <= 1.0


def test_what_is_held_back_comes_out_when_counting_is_closed_and_only_once() -> None:
    counter = CameraCounter(Plan((DOOR,)))
    for step in walk((60, 1), (120, 0.3)):
        assert counter.update([followed(1, [step])], step.at) == []

    crossing, group = counter.close(VisitEnd.STOPPED)

    assert isinstance(crossing, Crossing)
    assert crossing.direction is IN
    assert isinstance(group, Group)
    assert counter.close(VisitEnd.STOPPED) == []


def test_two_lines_near_each_other_count_each_for_itself() -> None:
    second = replace(DOOR, id="mat", points=(Point(110, 0), Point(110, 200)))
    counter = CameraCounter(Plan((DOOR, second)))
    told = [
        one
        for step in steps([(80, 100), (95, 100), (125, 100)])
        for one in counter.update([followed(1, [step])], step.at)
    ]
    told += counter.close(VisitEnd.STOPPED)

    assert [(one.line, round(one.at - NOON, 3)) for one in told if isinstance(one, Crossing)] == [
        ("door", 0.117),
        ("mat", 0.15),
    ]


@pytest.mark.parametrize("shake", [1.0, 2.0, 3.0])
def test_a_picture_that_shakes_by_a_few_pixels_moves_nobody_over_the_line(shake: float) -> None:
    beside = [100 + 6 + shake * (-1) ** number for number in range(600)]

    assert directions(130, *beside, 130, line=DOOR) == []


def test_somebody_who_stands_by_the_line_all_day_is_never_counted_and_costs_nothing() -> None:
    counter, most = LineCounter(DOOR), 0
    for second in range(24 * 3600):
        step = Step(NOON + second, 103.0 + (second * 7919 % 90) / 10 - 4.5, 100.0)
        # The tracker takes them for somebody new every ten minutes.
        assert counter.update([followed(1 + second // 600, [step])], step.at) == []
        most = max(most, len(counter))

    assert most <= 2
    assert counter.close() == []
