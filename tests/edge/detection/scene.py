"""Straight-down scenes, drawn: textured discs that walk over a textured, noisy floor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.people import Image

WIDTH, HEIGHT = 320, 240
SHOULDERS = 44.0
"""Width of a person in pixels."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody: where at which second (None: not there), and their look."""

    place: Callable[[float], Place | None]
    look: int = 1


def straight(
    begin: Place, end: Place, start: float, *, speed: float = 110.0, rests: Sequence[tuple[float, float]] = ()
) -> Callable[[float], Place | None]:
    """From place to place at a speed, in pixels per second; each rest is (after seconds, for seconds)."""
    way = np.hypot(end[0] - begin[0], end[1] - begin[1])

    def place(at: float) -> Place | None:
        walked = at - start
        for after, lasting in rests:
            walked -= min(max(walked - after, 0.0), lasting)
        share = walked * speed / way
        if not 0 <= share <= 1:
            return None
        return (begin[0] + share * (end[0] - begin[0]), begin[1] + share * (end[1] - begin[1]))

    return place


def pictures(
    walkers: Sequence[Walker],
    seconds: float,
    fps: float,
    *,
    light: Callable[[float], float] = lambda at: 1.0,
    shake: float = 0.0,
    camera: Callable[[float], Place] = lambda at: (0.0, 0.0),
    shadows: bool = False,
) -> Iterator[tuple[float, Image]]:
    """Each picture with its time; `camera`: how far right and down it shows things, up to 20 pixels."""
    random = np.random.default_rng(4)
    floor = _textured(random, HEIGHT + 40, WIDTH + 40, 130, 18)
    looks = {walker.look: _look(walker.look) for walker in walkers}
    for number in range(round(seconds * fps)):
        at = number / fps
        scene = floor.copy()
        for walker in walkers:
            place = walker.place(at)
            if place is not None:
                if shadows:
                    _shade(scene, place)
                _draw(scene, looks[walker.look], place)
        dx, dy = random.integers(-1, 2, 2) * shake + np.array(camera(at))
        moved = cv2.warpAffine(
            scene, np.array([[1, 0, dx - 20], [0, 1, dy - 20]], np.float32), (WIDTH, HEIGHT)
        )
        noisy = moved * light(at) + random.normal(0, 3, moved.shape)
        yield at, np.asarray(noisy.clip(0, 255), np.uint8)


def _textured(random: np.random.Generator, high: int, wide: int, level: float, depth: float) -> np.ndarray:
    rough = cv2.GaussianBlur(random.normal(0, 1, (high, wide, 3)), (0, 0), 3)
    return np.asarray(level + depth * rough / rough.std(), np.float32)


def _look(number: int) -> np.ndarray:
    """A square picture of somebody, transparent around: colour and coverage."""
    random = np.random.default_rng(number)
    side = round(SHOULDERS) + 6
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    body = np.hypot(x / (SHOULDERS / 2), y / (SHOULDERS / 2.3)) <= 1
    colour = _textured(random, side, side, 0, 12) + random.choice([40, 70, 200, 225], 3)
    colour[np.hypot(x, y) <= SHOULDERS / 5] = random.choice([25, 45, 160])
    return np.dstack([colour, body.astype(np.float32)])


def _draw(scene: np.ndarray, look: np.ndarray, place: Place) -> None:
    shift = np.array([[1, 0, place[0] + 20 - look.shape[1] / 2], [0, 1, place[1] + 20 - look.shape[0] / 2]])
    laid = cv2.warpAffine(look, shift.astype(np.float32), scene.shape[1::-1])
    cover = laid[..., 3:]
    scene *= 1 - cover
    scene += laid[..., :3] * cover


def _shade(scene: np.ndarray, place: Place) -> None:
    mask = np.zeros(scene.shape[:2], np.float32)
    middle = (round(place[0] + 20 + SHOULDERS * 0.6), round(place[1] + 20 + SHOULDERS * 0.4))
    cv2.ellipse(mask, middle, (round(SHOULDERS * 0.5), round(SHOULDERS * 0.35)), 30, 0, 360, 1, -1)
    scene *= 1 - 0.35 * cv2.GaussianBlur(mask, (0, 0), 4)[..., None]
