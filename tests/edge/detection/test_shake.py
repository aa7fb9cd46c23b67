"""A shift of the whole picture is found to a fraction of a pixel, and nothing else is taken for one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.detection.shake import NO_STEP, UNMOVED, Lasting, Shake, moved, steadied
from edge.people import Image

WIDTH, HEIGHT, AROUND = 176, 132, 10


def ground(seed: int = 3) -> Image:
    """A floor, wider by `AROUND` on every side than what a camera sees of it."""
    shape = (HEIGHT + 2 * AROUND, WIDTH + 2 * AROUND, 3)
    rough = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, shape), (0, 0), 2)
    return np.asarray((130 + 20 * rough / rough.std()).clip(0, 255), np.uint8)


def seen(floor: Image, right: float, down: float, people: int = 0, light: float = 1.0) -> Image:
    """What a camera shows when the floor lies so far right and down; people are blocks of one colour."""
    move = np.array([[1, 0, right - AROUND], [0, 1, down - AROUND]], np.float32)
    image = cv2.warpAffine(floor, move, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)
    for number in range(people):
        x, y = 35 * (number % 5), 45 * (number // 5)
        image[y : y + 38, x : x + 26] = 30 + 14 * number
    noise = np.random.default_rng(people).normal(0, 2, image.shape)
    return np.asarray((image * light + noise).clip(0, 255), np.uint8)


@settings(deadline=None, max_examples=40)
@given(right=st.floats(-6, 6), down=st.floats(-6, 6))
def test_a_shift_is_found_while_people_cover_half_of_the_floor(right: float, down: float) -> None:
    floor = ground()
    found = Shake(seen(floor, 0, 0)).of(seen(floor, right, down, people=15))
    if max(abs(right), abs(down)) > 0.6:
        assert found == pytest.approx((right, down), abs=0.3)
    else:
        assert found == UNMOVED or found == pytest.approx((right, down), abs=0.3)


@pytest.mark.parametrize(
    ("right", "down", "people"),
    [
        pytest.param(0, 0, 0, id="nobody and still"),
        pytest.param(0, 0, 15, id="a crowd, and still"),
        pytest.param(0.2, -0.1, 5, id="a fifth of a pixel"),
        pytest.param(9.5, 0, 0, id="too far to be a shake"),
    ],
)
def test_a_picture_that_needs_no_moving_is_given_as_it_is(right: float, down: float, people: int) -> None:
    floor = ground()
    picture = seen(floor, right, down, people)
    shift = Shake(seen(floor, 0, 0)).of(picture)
    assert shift == UNMOVED
    assert steadied(picture, shift) is picture


def test_a_floor_without_edges_moves_nothing_whoever_walks_over_it() -> None:
    plain = np.full((HEIGHT + 2 * AROUND, WIDTH + 2 * AROUND, 3), 120, np.uint8)
    assert Shake(seen(plain, 0, 0)).of(seen(plain, 3, 2, people=7)) == UNMOVED


def test_a_picture_is_put_back_where_the_floor_lies() -> None:
    floor = ground()
    still, shaken = seen(floor, 0, 0), seen(floor, 2.5, -1.5)
    back = steadied(shaken, Shake(still).of(shaken))
    off = cv2.absdiff(back, still)[AROUND:-AROUND, AROUND:-AROUND]
    assert off.mean() < 3.5, "no more than noise"


def test_a_shake_to_and_fro_is_never_a_lasting_move() -> None:
    lasting, random = Lasting(), np.random.default_rng(5)
    steps = {
        lasting.step((x, y), number / 10) for number, (x, y) in enumerate(random.uniform(-3, 3, (3000, 2)))
    }
    assert steps == {NO_STEP}


@given(right=st.integers(-7, 7), down=st.integers(-7, 7), fps=st.sampled_from([2, 10]))
def test_a_lasting_move_is_followed_within_a_minute_and_wholly(right: int, down: int, fps: int) -> None:
    lasting, left = Lasting(), np.array((right, down))
    for number in range(90 * fps):
        if number < 10 * fps:
            lasting.step(UNMOVED, number / fps)
        else:
            left = left - lasting.step((float(left[0]), float(left[1])), number / fps)
    assert left.tolist() == [0, 0]


def test_what_is_known_of_a_floor_moves_by_whole_pixels_and_its_edge_is_repeated() -> None:
    known = np.array([[1, 2, 3], [4, 5, 6]])
    assert moved(known, (1, 0)).tolist() == [[1, 1, 2], [4, 4, 5]]
    assert moved(known, (0, -1)).tolist() == [[4, 5, 6], [4, 5, 6]]
    assert moved(np.stack([known, known]), (-1, 0), 1)[1].tolist() == [[2, 3, 3], [5, 6, 6]]
