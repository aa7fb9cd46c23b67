"""Tracker and line together, from scripted detections: threes, both ways at once, and who never leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from edge.counting import Crossing, Direction, Line, LineCounter
from edge.geometry import Point
from edge.people import NOBODY, Detections
from edge.tracking import Tracker
from tests.edge.cast import TALL, box, seen

SURE, DOUBTFUL = 0.5, 0.3
# An upright line at x = 300 from y = 100 to y = 400; to the right of it is in.
DOOR = Line("door", (Point(300, 100), Point(300, 400)), (Point(250, 250), Point(350, 250)))
WALK = 80.0  # pixels per second at a height of 100: 1.4 m/s for somebody of 1.70 m

Place = Callable[[float], tuple[float, float]]
"""Where somebody's feet are after so many seconds."""


def walker(start: float, y: float, speed: float = WALK, begins: float = 0.0) -> Place:
    """Somebody who walks level through the picture."""
    return lambda at: (start + speed * (at - begins), y)


def counts(pictures: Iterator[tuple[float, Detections]]) -> tuple[int, int]:
    """How many went in and out."""
    tracker, counter = Tracker(SURE), LineCounter(DOOR)
    crossings: list[Crossing] = []
    for at, people in pictures:
        crossings += counter.update(tracker.update(people, at), at)
    crossings += counter.close()
    came = sum(crossing.direction is Direction.IN for crossing in crossings)
    return came, len(crossings) - came


def filmed(
    people: list[Place], fps: float, seconds: float, *, jitter: float = 1.0, missed: float = 0.0
) -> Iterator[tuple[float, Detections]]:
    """What a detector finds of them: boxes that jitter by so many pixels, some of them missed."""
    random = np.random.default_rng(3)
    for number in range(round(seconds * fps)):
        at = number / fps
        boxes = []
        for place in people:
            x, y = place(at)
            dx, dy = random.normal(0, jitter, 2)
            if 0 < x < 640 and random.random() >= missed:
                boxes.append(box(x + dx, y + dy))
        yield at, seen(*boxes)


RATES = [3, 5, 10, 15, 30, 60]


@pytest.mark.parametrize("fps", RATES)
def test_three_abreast_count_as_three(fps: float) -> None:
    people = [walker(60, 180), walker(50, 250), walker(65, 320)]

    assert counts(filmed(people, fps, 6)) == (3, 0)


@pytest.mark.parametrize("fps", RATES)
def test_threes_that_go_both_ways_at_once_are_all_counted(fps: float) -> None:
    going_in = [walker(60, 160), walker(50, 240), walker(65, 320)]
    going_out = [walker(540, 200, -WALK), walker(550, 280, -WALK), walker(535, 360, -WALK)]

    assert counts(filmed(going_in + going_out, fps, 6)) == (3, 3)


@pytest.mark.parametrize("fps", RATES)
def test_two_who_meet_on_the_line_each_go_on(fps: float) -> None:
    people = [walker(100, 240), walker(500, 262, -WALK)]

    assert counts(filmed(people, fps, 5)) == (1, 1)


@pytest.mark.parametrize("fps", [5, 10, 30])
def test_a_file_of_six_is_counted_though_one_in_ten_detections_is_missed(fps: float) -> None:
    people = [walker(60, 250, begins=number * 0.8) for number in range(6)]

    assert counts(filmed(people, fps, 12, missed=0.1)) == (6, 0)


HOUR = 3600.0
DAY = 8 * HOUR
DAY_FPS = 5.0
PASSES_EVERY = 240.0


def time_beside(
    distance: float, seconds: float, *, jitter: float, missed: float
) -> Iterator[tuple[float, Detections]]:
    """Somebody stands so many pixels from the line; others pass before and behind, and hide them.

    The stander sways slowly by a few pixels. Every four minutes somebody passes in front, in and out in
    turn; while the two boxes overlap by half, the one behind is not found.
    """
    random = np.random.default_rng(11)
    for number in range(round(seconds * DAY_FPS)):
        at = number / DAY_FPS
        sway = 3 * np.sin(at / 17) + 2 * np.sin(at / 3.1)
        dx, dy = random.normal(0, jitter, 2)
        x = 300 - distance + sway
        boxes, scores = [], []
        turn, since = divmod(at, PASSES_EVERY)
        passer = 20 + WALK * since if turn % 2 == 0 else 580 - WALK * since
        passes = 0 < passer < 600
        if passes:
            ex, ey = random.normal(0, jitter, 2)
            boxes.append(box(passer + ex, 262 + ey))
            scores.append(0.9)
        is_hidden = passes and abs(passer - x) < 20
        if not is_hidden and random.random() >= missed:
            boxes.append(box(x + dx, 250 + dy))
            scores.append(0.9 if random.random() < 0.9 else DOUBTFUL)
        yield at, seen(*boxes, scores=scores) if boxes else NOBODY


@pytest.mark.long
@pytest.mark.parametrize(
    ("distance", "seconds", "jitter", "missed"),
    [
        pytest.param(0.0, DAY, 2.0, 0.1, id="on it all day"),
        pytest.param(0.0, HOUR, 4.0, 0.3, id="on it, badly seen"),
        pytest.param(0.08 * TALL, HOUR, 2.0, 0.1, id="on the edge of its band"),
        pytest.param(0.2 * TALL, HOUR, 2.0, 0.1, id="a step from it"),
        pytest.param(0.5 * TALL, HOUR, 4.0, 0.3, id="half a body from it, badly seen"),
        pytest.param(1.5 * TALL, HOUR, 2.0, 0.1, id="a body and a half from it"),
    ],
)
def test_somebody_who_stands_by_the_line_is_not_counted(
    distance: float, seconds: float, jitter: float, missed: float
) -> None:
    each_way = round(seconds / PASSES_EVERY / 2)
    came, left = counts(time_beside(distance, seconds, jitter=jitter, missed=missed))

    assert (came, left) == pytest.approx((each_way, each_way), abs=1)  # the stander's own last step
