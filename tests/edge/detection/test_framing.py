"""Which part of a picture is looked at, and how large: geometry alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.detection.framing import (
    MARGIN_HEIGHTS,
    OVERLAP_HEIGHTS,
    Framing,
    Window,
    about,
    framing_for,
    joined,
    tiles,
    uncut,
)
from edge.detection.sight import Sight
from edge.people import Box
from tests.edge.cast import box, seen

ANY_SIZE = Sight(least=28, enough=36, aim=56, most=384)
SQUARE = Sight(least=28, enough=40, aim=44, most=256, fixed_side=256)
FULL_HD = (1920, 1080)
OWN = 416 / 1920
BUDGET = 400_000
DOOR: Box = (1000.0, 500.0, 1200.0, 520.0)


def chosen(tall: float, sight: Sight = ANY_SIZE, region: Box = DOOR, budget: int = BUDGET) -> Framing:
    own = 256 / 1080 if sight.fixed_side else OWN
    return framing_for(FULL_HD, region, tall, sight, own, budget)


@pytest.mark.parametrize("tall", [170, 300, 540, 1080])
def test_people_who_are_large_enough_are_looked_at_as_the_network_itself_would(tall: float) -> None:
    assert chosen(tall) == Framing((Window(0, 0, *FULL_HD),), OWN, own=True)


def test_people_who_are_a_twentieth_of_the_picture_are_looked_at_through_a_crop_about_the_line() -> None:
    framing = chosen(54)

    [window] = framing.windows
    assert framing.scale * 54 == pytest.approx(ANY_SIZE.aim)
    margin = MARGIN_HEIGHTS * 54
    assert window == Window(1000 - 135, 500 - 135 - 54, 1200 + 135, 520 + 135)
    assert margin == 135
    assert framing.cost(ANY_SIZE) < BUDGET


def test_what_cannot_be_afforded_is_looked_at_as_large_as_can_be() -> None:
    everywhere: Box = (0.0, 300.0, 1920.0, 1080.0)
    framing = chosen(54, region=everywhere)

    assert OWN < framing.scale < ANY_SIZE.aim / 54
    assert 0.85 * BUDGET < framing.cost(ANY_SIZE) <= BUDGET


def test_a_budget_below_the_networks_own_input_leaves_the_whole_picture() -> None:
    everywhere: Box = (0.0, 300.0, 1920.0, 1080.0)

    assert chosen(54, region=everywhere, budget=65_536).own


def test_people_too_tall_for_the_network_are_made_smaller() -> None:
    framing = framing_for((720, 1280), (0, 1000, 720, 1100), 1260, ANY_SIZE, 416 / 1280, BUDGET)

    assert not framing.own
    assert framing.scale * 1260 <= ANY_SIZE.most
    assert framing.windows == (Window(0, 0, 720, 1280),)


def test_a_network_of_fixed_input_gets_tiles_that_can_be_afforded() -> None:
    wide: Box = (600.0, 500.0, 1400.0, 520.0)
    framing = chosen(54, SQUARE, wide)

    assert len(framing.windows) > 1
    assert framing.cost(SQUARE) == len(framing.windows) * 256**2 <= BUDGET
    assert framing.around.x0 <= 600 - MARGIN_HEIGHTS * 54
    assert framing.around.x1 >= 1400 + MARGIN_HEIGHTS * 54


parts = st.builds(
    lambda x, y, wide, high: Window(x, y, x + wide, y + high),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(50, 1500),
    st.integers(50, 1500),
)


@given(parts, st.floats(100, 700), st.floats(10, 90), st.data())
def test_whoever_is_smaller_than_the_overlap_is_whole_in_some_tile(
    part: Window, side: float, overlap: float, data: st.DataObject
) -> None:
    wide = data.draw(st.floats(1, min(overlap, part.width)))
    high = data.draw(st.floats(1, min(overlap, part.height)))
    x = data.draw(st.floats(part.x0, part.x1 - wide))
    y = data.draw(st.floats(part.y0, part.y1 - high))

    slack = 1.0  # windows begin at whole pixels
    assert any(
        window.x0 <= x + slack
        and x + wide <= window.x1 + slack
        and window.y0 <= y + slack
        and y + high <= window.y1 + slack
        for window in tiles(part, side, overlap)
    )


@given(parts, st.floats(100, 700), st.floats(10, 90))
def test_tiles_stay_within_their_part_and_are_no_larger_than_asked(
    part: Window, side: float, overlap: float
) -> None:
    for window in tiles(part, side, overlap):
        assert part.x0 <= window.x0 < window.x1 <= part.x1
        assert part.y0 <= window.y0 < window.y1 <= part.y1
        assert max(window.width, window.height) <= np.ceil(side)


def test_a_region_at_the_pictures_edge_is_not_looked_at_beyond_it() -> None:
    assert about((0, 0, 640, 480), 100, 50, 640, 480) == Window(0, 0, 640, 480)


@pytest.mark.parametrize(
    ("person", "stays"),
    [
        pytest.param((50, 50, 90, 150), True, id="in the middle of the window"),
        pytest.param((0.2, 50, 40, 150), False, id="cut off by its left edge"),
        pytest.param((160, 50, 199.8, 150), False, id="cut off by its right edge"),
        pytest.param((50, 0, 90, 80), True, id="at its upper edge, which is the picture's"),
        pytest.param((50, 150, 90, 299.5), False, id="feet below its lower edge"),
    ],
)
def test_who_is_cut_off_by_a_windows_inner_edge_is_left_out(
    person: tuple[float, float, float, float], stays: bool
) -> None:
    window = Window(100, 0, 300, 300)
    found = uncut(seen(person), window, (640, 480), 1.0)

    assert len(found) == stays
    if stays:
        assert found.boxes[0].tolist() == [person[0] + 100, person[1], person[2] + 100, person[3]]
        assert found.feet[0].tolist() == [(person[0] + person[2]) / 2 + 100, person[3]]


def test_somebody_in_two_tiles_is_one_person() -> None:
    there = box(100, 200)
    again = box(102, 201)
    found = joined([seen(there, scores=[0.6]), seen(again, box(300, 200), scores=[0.8, 0.7])])

    assert found.scores.tolist() == pytest.approx([0.8, 0.7])
    assert found.boxes[0].tolist() == list(again)


def test_tiles_share_more_than_a_persons_height() -> None:
    assert OVERLAP_HEIGHTS > 1.0
