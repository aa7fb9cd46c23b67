from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import CameraSettings
from edge.counting import Direction
from edge.setup.trying import Trial, trials

SIZE = (640, 360)
TALL = 80.0


def camera(
    points: list[tuple[float, float]], arrow: list[tuple[float, float]], **more: Any
) -> CameraSettings:
    line = {"id": "door", "points": points, "arrow": arrow}
    return CameraSettings.model_validate({"source": "usb:0", "lines": [line], **more})


def tried(points: list[tuple[float, float]], arrow: list[tuple[float, float]], **more: Any) -> Trial:
    (trial,) = trials(camera(points, arrow, **more), *SIZE, TALL)
    return trial


DOWN = [(0.5, 0.4), (0.5, 0.7)]


def test_over_a_line_in_the_open_everybody_is_counted_both_ways() -> None:
    trial = tried([(0.2, 0.55), (0.8, 0.55)], DOWN)
    assert trial.doubts == ()
    assert [walk.direction for walk in trial.walks] == [Direction.IN, Direction.OUT] * 3
    assert all(walk.counted for walk in trial.walks)


def test_walks_go_in_where_the_arrow_does() -> None:
    for arrow, down in ((DOWN, True), (DOWN[::-1], False)):
        trial = tried([(0.2, 0.55), (0.8, 0.55)], arrow)
        inward = [walk.path for walk in trial.walks if walk.direction is Direction.IN]
        assert all((end.y > begin.y) is down for begin, end in inward)


@pytest.mark.parametrize(
    ("points", "arrow", "doubt"),
    [
        pytest.param(
            [(0.2, 0.99), (0.8, 0.99)], [(0.5, 0.9), (0.5, 1.0)], "too near", id="at the lower edge"
        ),
        pytest.param(
            [(0.005, 0.3), (0.005, 0.9)], [(0.0, 0.6), (0.3, 0.6)], "too near", id="at the left edge"
        ),
        pytest.param([(0.5, 0.55), (0.52, 0.55)], DOWN, "shorter than one person", id="short"),
    ],
)
def test_a_line_that_cannot_count_is_warned_of(
    points: list[tuple[float, float]], arrow: list[tuple[float, float]], doubt: str
) -> None:
    assert any(doubt in one for one in tried(points, arrow).doubts)


def test_a_line_at_whose_far_side_nobody_is_seen_says_how_many_were_missed() -> None:
    edge = camera([(0.2, 0.03), (0.8, 0.03)], [(0.5, 0.0), (0.5, 0.1)])
    strict = edge.lines[0].model_copy(update={"late_counts": False})
    (trial,) = trials(edge.model_copy(update={"lines": (strict,)}), *SIZE, TALL)
    missed = [walk for walk in trial.walks if not walk.counted]
    ways = " and ".join(sorted({walk.direction.value for walk in missed}))
    assert missed
    assert (
        trial.doubts[0] == f"{6 - len(missed)} of 6 who walked over it were counted; missed on the way {ways}"
    )
    assert "too near to the picture's edge" in trial.doubts[1]


def test_a_bent_line_is_walked_over_on_each_of_its_sides() -> None:
    trial = tried([(0.2, 0.5), (0.5, 0.7), (0.8, 0.5)], [(0.5, 0.4), (0.5, 0.9)])
    assert trial.doubts == ()


def test_a_camera_that_looks_rarely_is_tried_as_rarely() -> None:
    assert tried([(0.2, 0.55), (0.8, 0.55)], DOWN, fps=3).doubts == ()


def test_other_lines_do_not_disturb() -> None:
    both = camera([(0.2, 0.55), (0.8, 0.55)], DOWN)
    other = both.lines[0].model_copy(update={"id": "behind", "points": ((0.2, 0.6), (0.8, 0.6))})
    found = trials(both.model_copy(update={"lines": (*both.lines, other)}), *SIZE, TALL)
    assert [(one.line, one.doubts) for one in found] == [("door", ()), ("behind", ())]


@given(x=st.floats(0.3, 0.7), y=st.floats(0.45, 0.6), dx=st.floats(-0.2, 0.2), dy=st.floats(-0.1, 0.1))
def test_any_long_line_in_the_middle_counts(x: float, y: float, dx: float, dy: float) -> None:
    if abs(dx) * SIZE[0] + abs(dy) * SIZE[1] < TALL:
        return
    points = [(x - dx, y - dy), (x + dx, y + dy)]
    across = (-dy * SIZE[1] / SIZE[0], dx * SIZE[0] / SIZE[1])
    arrow = [(x - across[0] / 2, y - across[1] / 2), (x + across[0] / 2, y + across[1] / 2)]
    if not all(0 <= value <= 1 for place in arrow for value in place):
        return
    trial = tried(points, arrow)
    assert trial.doubts == ()
