"""The empty floor, learned from what stands still, and how surely a picture differs from it.

Per pixel and channel the last samples of still moments are kept in a ring; the floor is their mode, the
middle of the shortest interval that holds a quarter of them ("shorth"). People pass in many colours and
the floor keeps its own, so it is found even where it is seen a quarter of the time only, and although
somebody stood on it at first.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.detection.shake import NO_STEP, UNMOVED, Lasting, Shake, Step, moved, steadied
from edge.people import Floats, Image

SAMPLES = 24
IN_THE_MODE = SAMPLES // 4
FIRST_SPACING_SECONDS = 0.2
LAST_SPACING_SECONDS = 5.0
STILL_LEVELS = 8
"""A pixel whose neighbourhood changed by less since the last sample stands still."""

NOISE_LEVELS, SURE_LEVELS = 12.0, 37.0
NOISE_SLOPE, SURE_SLOPE = 4.0, 12.0
DARKEST_SHADOW = 0.4
SHADOW_TINT = 0.08
SHADOW_WEIGHT = 0.3
"""Darker in the same colour and without an edge is most likely a shadow."""

STRONGEST_GAIN = 2.0
LEAST_GAIN = 0.06
"""A smaller change of light stays below the noise; people in the picture look like one, too."""

NEVER_FILLED = (300 + 100 * np.arange(SAMPLES, dtype=np.int16))[:, None, None, None]
"""Such slots lie far apart from one another and so never are a mode."""


class Background:
    """The empty floor of one camera, for pictures of one size (height, width, 3)."""

    def __init__(self, first: Image) -> None:
        self._samples = np.empty((SAMPLES, *first.shape), np.int16)
        self._samples[:] = NEVER_FILLED
        self._filled: NDArray[np.int64] = np.zeros(first.shape[:2], np.int64)
        self._last_sample = first
        self._began_at: float | None = None
        self._sampled_at = float("-inf")
        self._shake = Shake(first)
        self._lasting = Lasting()
        self.floor: Image = first
        self.shift = UNMOVED
        """How far right and down the last picture lay from where the floor is known, in pixels."""

    def aligned(self, image: Image) -> Image:
        """The picture as if camera and light had stayed as they were: its gain and its shift undone."""
        lit = self._in_the_same_light(image)
        self.shift = self._shake.of(lit)
        return steadied(lit, self.shift)

    def learn(self, image: Image, at: float, held: NDArray[np.bool_]) -> None:
        """Takes an aligned picture in where it stands still, save where `held` says that people are."""
        if not self._is_due(at):
            return
        changed = cv2.blur(_largest(cv2.absdiff(image, self._last_sample)), (5, 5))
        self._take(image, ((changed < STILL_LEVELS) & ~held) | (self._filled == 0))
        self._last_sample, self._sampled_at = image, at
        self.floor = self._mode()
        self._shake.watch(self.floor)

    def follow(self, at: float) -> Step:
        """Once the camera has moved for good, the floor is kept where it now looks: by how many pixels."""
        step = self._lasting.step(self.shift, at)
        if step != NO_STEP:
            self._samples, self._filled = moved(self._samples, step, 1), moved(self._filled, step)
            self._last_sample, self.floor = moved(self._last_sample, step), moved(self.floor, step)
            self._shake.watch(self.floor)
        return step

    def _is_due(self, at: float) -> bool:
        if self._began_at is None:
            self._began_at = at
        age = at - self._began_at
        spacing = min(max(FIRST_SPACING_SECONDS, age / SAMPLES), LAST_SPACING_SECONDS)
        return not 0 <= at - self._sampled_at < spacing - 1e-6

    def evidence(self, image: Image) -> Floats:
        """How surely somebody is there, 0 to 1 for each pixel of an aligned picture."""
        seen, floor = (cv2.GaussianBlur(one, (3, 3), 0).astype(np.float32) for one in (image, self.floor))
        edges = _slope_of(_mean(seen) - _mean(floor))
        ratio = (seen + 5) / (floor + 5)
        dark = _mean(ratio)
        tint = _largest(np.abs(ratio - dark[..., None]))
        shadow = (dark > DARKEST_SHADOW) & (dark < 1) & (tint < SHADOW_TINT)
        off = _largest(cv2.absdiff(seen, floor))
        colour = _ramp(off, NOISE_LEVELS, SURE_LEVELS) * np.where(shadow, SHADOW_WEIGHT, 1.0)
        return np.maximum(colour, _ramp(edges, NOISE_SLOPE, SURE_SLOPE)).astype(np.float32)

    def _take(self, image: Image, where: NDArray[np.bool_]) -> None:
        y, x = np.nonzero(where)
        self._samples[self._filled[y, x] % SAMPLES, y, x] = image[y, x]
        self._filled[y, x] += 1

    def _mode(self) -> Image:
        ordered = np.sort(self._samples, axis=0)
        narrowest = (ordered[IN_THE_MODE:] - ordered[:-IN_THE_MODE]).argmin(axis=0)
        mode = np.take_along_axis(ordered, narrowest[None] + IN_THE_MODE // 2, axis=0)[0]
        half = np.broadcast_to((np.minimum(self._filled, SAMPLES) // 2)[None, ..., None], (1, *mode.shape))
        median = np.take_along_axis(ordered, half, axis=0)[0]
        few = (self._filled <= IN_THE_MODE)[..., None]
        return np.asarray(np.where(few, median, mode).clip(0, 255), np.uint8)

    def _in_the_same_light(self, image: Image) -> Image:
        seen, floor = (one[::3, ::3].astype(np.float32) + 1 for one in (image, self.floor))
        lit = (floor > 20) & (seen < 250) & (floor < 250)
        if np.count_nonzero(lit) < lit.size / 10:
            return image
        gain = float(np.median((seen / floor)[lit]))
        if not 1 / STRONGEST_GAIN < gain < STRONGEST_GAIN or abs(gain - 1) < LEAST_GAIN:
            return image
        return cv2.convertScaleAbs(image, alpha=1 / gain).astype(np.uint8, copy=False)


def _slope_of(difference: Floats) -> Floats:
    """How steep a difference of two pictures is, in levels per pixel, widened by a pixel."""
    slopes = (cv2.Sobel(difference, cv2.CV_32F, dx, 1 - dx, ksize=3) for dx in (1, 0))
    steep = np.hypot(*slopes) / 8
    return np.asarray(cv2.dilate(cv2.blur(steep, (3, 3)), np.ones((3, 3), np.uint8)), np.float32)


def _largest(picture: NDArray[Any]) -> NDArray[Any]:
    """The largest channel; numpy's own `max` over a short last axis is ten times slower."""
    return np.asarray(np.maximum(np.maximum(picture[..., 0], picture[..., 1]), picture[..., 2]))


def _mean(picture: Floats) -> Floats:
    return np.asarray((picture[..., 0] + picture[..., 1] + picture[..., 2]) / 3, np.float32)


def _ramp(values: Floats, low: float, high: float) -> Floats:
    return np.asarray(((values - low) / (high - low)).clip(0, 1), np.float32)
