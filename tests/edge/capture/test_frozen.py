from __future__ import annotations

import numpy as np
import pytest

from edge.capture import CameraLost, Fault
from edge.capture.frozen import Frozen
from edge.people import Image
from tests.edge.cast import NOON, picture

SECONDS = 10.0


def scene(shade: int = 90) -> Image:
    image = picture(shade)
    image[50:90, 60:99] = 200
    return image


def one_pixel_off() -> Image:
    image = scene()
    image[77, 33, 1] += 1
    return image


def looked(images: list[Image], gap: float = 0.1) -> float | None:
    """After how many seconds it is said that the picture stands still; None: never."""
    frozen = Frozen("door", SECONDS)
    for number, image in enumerate(images):
        try:
            frozen.check(image, NOON + number * gap)
        except CameraLost as lost:
            return None if lost.fault is not Fault.FROZEN else number * gap
    return None


@pytest.mark.parametrize(
    ("images", "after"),
    [
        pytest.param([scene()] * 200, 10.0, id="the same again and again"),
        pytest.param([scene(), one_pixel_off()] * 100, None, id="one pixel flickers"),
        pytest.param([scene()] * 99 + [one_pixel_off()] + [scene()] * 99, None, id="stirs once in between"),
        pytest.param([picture(0)] * 200, None, id="the lights are off"),
        pytest.param([picture(16)] * 200, 10.0, id="grey, and no noise in it"),
    ],
)
def test_one_picture_for_too_long_is_frozen_and_a_dark_room_is_not(
    images: list[Image], after: float | None
) -> None:
    assert looked(images) == (None if after is None else pytest.approx(after, abs=0.2))


def test_a_clock_that_is_set_freezes_nothing() -> None:
    frozen = Frozen("door", SECONDS)
    frozen.check(scene(), NOON)
    frozen.check(scene(), NOON + 3600)
    frozen.check(scene(), NOON - 3600)


def test_another_picture_heals_it() -> None:
    frozen = Frozen("door", SECONDS)
    for number in range(10):
        frozen.check(scene(), NOON + number)
    with pytest.raises(CameraLost):
        frozen.check(scene(), NOON + 300)
    frozen.check(one_pixel_off(), NOON + 301)


def test_a_picture_of_another_size_is_another_picture() -> None:
    frozen = Frozen("door", SECONDS)
    frozen.check(scene(), NOON)
    frozen.check(np.ascontiguousarray(scene()[:100]), NOON + 11)
