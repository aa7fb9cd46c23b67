from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.people import Floats, Image
from edge.setup.veil import FIRST_LOOK_SECONDS, KEPT_SECONDS, SHOWN_WIDTH, Veil

NONE: Floats = np.zeros((0, 4), np.float32)


def scene(seed: int = 0, wide: int = 640, high: int = 360) -> Image:
    """A still place, full of detail everywhere."""
    return np.random.default_rng(seed).integers(0, 255, (high, wide, 3), np.uint8)


def detail(image: Image, x0: int, y0: int, x1: int, y1: int) -> float:
    """How much neighbouring pixels differ in a part of a picture: what makes a face a face."""
    part = image[y0:y1, x0:x1].astype(np.float32)
    return float(np.abs(np.diff(part, axis=1)).mean() + np.abs(np.diff(part, axis=0)).mean())


def looked_for(veil: Veil, seconds: float, boxes: Floats = NONE) -> Image:
    """The last picture of so many seconds of stillness."""
    for tenth in range(round(seconds * 10) + 1):
        shown = veil.over(scene(), tenth / 10, boxes)
    return shown


SHARP = detail(scene(), 0, 0, 640, 360)


def test_the_whole_picture_is_veiled_until_there_was_time_to_look() -> None:
    veil = Veil()
    assert detail(looked_for(veil, FIRST_LOOK_SECONDS - 0.2), 0, 0, 640, 360) < SHARP / 10
    assert detail(looked_for(Veil(), FIRST_LOOK_SECONDS + 0.2), 0, 0, 640, 360) == pytest.approx(SHARP)


def test_whom_the_detector_finds_is_veiled_with_a_rim_about_them() -> None:
    box = np.array([[200, 100, 280, 300]], np.float32)
    shown = looked_for(Veil(), 3.0, box)
    assert detail(shown, 185, 60, 295, 345) < SHARP / 10
    assert detail(shown, 400, 0, 640, 360) == pytest.approx(SHARP, rel=0.05)


def test_doubtful_ones_and_those_just_lost_stay_veiled() -> None:
    veil = Veil()
    looked_for(veil, 3.0, np.array([[200, 100, 280, 300]], np.float32))
    lost = veil.over(scene(), 3.0 + KEPT_SECONDS - 0.1, NONE)
    assert detail(lost, 200, 100, 280, 300) < SHARP / 10
    later = veil.over(scene(), 3.0 + KEPT_SECONDS + 0.5, NONE)
    assert detail(later, 200, 100, 280, 300) == pytest.approx(SHARP, rel=0.05)


def test_what_moves_is_veiled_although_no_detector_finds_it() -> None:
    veil = Veil()
    looked_for(veil, 3.0)
    somebody = scene()
    somebody[150:250, 300:350] = 255
    somebody[150:200, 300:350] = 0
    shown = veil.over(somebody, 3.1, NONE)
    assert detail(shown, 295, 145, 355, 255) < SHARP / 5
    assert len(np.unique(shown[150:250, 300:350])) > 20, "its own colours are not shown"


def test_from_straight_above_no_detail_is_shown_anywhere() -> None:
    veil = Veil(softened=True)
    for tenth in range(31):
        shown = veil.over(scene(), tenth / 10, NONE)
    assert detail(shown, 0, 0, 640, 360) < SHARP / 8, "somebody may have stood there from the beginning"
    assert detail(shown, 0, 0, 640, 360) > 1.5 * detail(looked_for(Veil(), 0.5), 0, 0, 640, 360), (
        "the floor can still be drawn on"
    )


def test_where_nobody_looked_nothing_is_shown() -> None:
    veil = Veil()
    looked_for(veil, 3.0)
    shown = veil.over(scene(), 3.1, NONE, looked=(0.0, 0.0, 320.0, 360.0))
    assert detail(shown, 10, 10, 300, 350) == pytest.approx(SHARP, rel=0.05)
    assert detail(shown, 330, 10, 630, 350) < SHARP / 10


def test_another_scene_is_veiled_anew_as_a_whole() -> None:
    veil = Veil()
    looked_for(veil, 3.0)
    shown = veil.over(scene(seed=9), 3.1, NONE)
    assert detail(shown, 0, 0, 640, 360) < SHARP, "what changed is veiled"
    smaller = veil.over(scene(wide=320, high=240), 3.2, NONE)
    assert detail(smaller, 0, 0, 320, 240) < SHARP / 5


def test_a_large_picture_is_shown_smaller_and_boxes_with_it() -> None:
    veil, large = Veil(), cv2.resize(scene(), (1920, 1080), interpolation=cv2.INTER_NEAREST)
    box = np.array([[600, 300, 840, 900]], np.float32)
    for tenth in range(31):
        shown = veil.over(np.asarray(large, np.uint8), tenth / 10, box)
    assert shown.shape == (540, SHOWN_WIDTH, 3)
    assert detail(shown, 300, 150, 420, 450) < detail(shown, 500, 0, 960, 540) / 5


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    looked_for(Veil(), 3.0)
    assert list(tmp_path.iterdir()) == []
