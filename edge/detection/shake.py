"""How far a camera that shakes has moved against the floor it knows, however many people walk over it.

Phase correlation of the whole pictures comes near; from there and from where the camera was, steps of least
squares go on over the floor's own edges. Where somebody stands the levels are too far off, and so count
for nothing: a weight that falls with the residual (Geman and McClure).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.people import Floats, Image

FARTHEST = 0.04
"""More than this share of the picture's width is no shake: the camera looks elsewhere, and learns anew."""

LEAST_PIXELS = 0.3
"""So little is left in: a camera that stands still gives its pictures as they are."""

LEAST_SLOPE = 1.5
"""What rises by so many levels a pixel is an edge that can be held on to."""

FEWEST_EDGES, MOST_EDGES = 60, 2000
SAME_LEVELS = (30.0, 20.0, 15.0, 10.0, 8.0, 6.0, 6.0, 6.0)
"""What is so many levels off may be the same: step by step fewer."""

BETTER = 1.05
"""A shift is believed if it explains so many times as much of the floor as none does."""

BALLAST = 0.02
"""Keeps a direction in which the floor has no edges from running away."""

LASTING_SECONDS = 20.0
SOONEST_SECONDS = 2.0
"""The mean shift of so long is where the camera looks now; at first, of as long as it has looked."""

LEAST_LASTING_PIXELS = 0.75

Shift = tuple[float, float]
"""Right and down, in pixels."""

Step = tuple[int, int]

UNMOVED: Shift = (0.0, 0.0)
NO_STEP: Step = (0, 0)

Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True, slots=True)
class _Edges:
    """Places of a floor that tell where it is, one row each; slopes go right and down."""

    places: Floats
    levels: Floats
    slopes: Floats


class Shake:
    """Compares pictures (height, width, 3) of one size with a floor."""

    def __init__(self, floor: Image) -> None:
        height, width = floor.shape[:2]
        self._window = cv2.createHanningWindow((width, height), cv2.CV_32F)
        self._farthest = FARTHEST * width
        self.watch(floor)

    def watch(self, floor: Image) -> None:
        """From now on pictures are compared with this floor."""
        self._floor = _smooth(floor)
        self._edges = _edges(self._floor, round(self._farthest) + 2)

    def of(self, image: Image) -> Shift:
        """How far right and down what this picture shows lies from where the floor has it, in pixels."""
        if len(self._edges.places) < FEWEST_EDGES:
            return UNMOVED
        seen = _smooth(image)
        near, _ = cv2.phaseCorrelate(self._floor, seen, self._window)
        starts = (UNMOVED, (float(near[0]), float(near[1])))
        shift = self._refined(seen, max(starts, key=lambda start: self._same(seen, start)))
        believed = self._same(seen, shift) > BETTER * self._same(seen, UNMOVED)
        far = max(abs(shift[0]), abs(shift[1]))
        return shift if believed and LEAST_PIXELS <= far <= self._farthest else UNMOVED

    def _refined(self, seen: Floats, shift: Shift) -> Shift:
        """The shift near to this one that explains most of the floor."""
        for levels in SAME_LEVELS:
            weights, off = self._alike(seen, shift, levels)
            weighted = self._edges.slopes * weights[:, None]
            square = weighted.T @ self._edges.slopes
            square += np.eye(2, dtype=np.float32) * (BALLAST * np.trace(square) + 1e-6)
            step = np.linalg.solve(square, weighted.T @ off)
            shift = (shift[0] - float(step[0]), shift[1] - float(step[1]))
        return shift

    def _same(self, seen: Floats, shift: Shift) -> float:
        """How much of the floor a shift explains, 0 to 1."""
        return float(self._alike(seen, shift, SAME_LEVELS[-1])[0].mean())

    def _alike(self, seen: Floats, shift: Shift, levels: float) -> tuple[Floats, Floats]:
        """For each edge, whether a shifted picture has its level, 0 to 1, and how far off it is."""
        x, y = (self._edges.places[:, axis] + np.float32(shift[axis]) for axis in (0, 1))
        found = cv2.remap(seen, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        off = found.ravel() - self._edges.levels
        return np.asarray(1 / (1 + (off / levels) ** 2) ** 2, np.float32), np.asarray(off, np.float32)


def steadied(image: Image, shift: Shift) -> Image:
    """The picture as if the camera had not moved.

    What is missing at an edge is repeated, so that somebody whom the edge cuts still touches it and does
    not pass for a whole, small person.
    """
    if shift == UNMOVED:
        return image
    back = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
    size, flags = (image.shape[1], image.shape[0]), cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(image, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


class Lasting:
    """Tells when a camera has moved for good: the mean of its shifts is more than half a pixel."""

    def __init__(self) -> None:
        self._mean = np.zeros(2)
        self._began_at: float | None = None
        self._at = 0.0

    def step(self, shift: Shift, at: float) -> Step:
        """Whole pixels right and down by which everything known is to follow now; mostly none."""
        if self._began_at is None:
            self._began_at = self._at = at
        span = min(max(at - self._began_at, SOONEST_SECONDS), LASTING_SECONDS)
        self._mean += (1 - np.exp(min(self._at - at, 0.0) / span)) * (np.array(shift) - self._mean)
        self._at = at
        if at - self._began_at < SOONEST_SECONDS or np.abs(self._mean).max() < LEAST_LASTING_PIXELS:
            return NO_STEP
        right, down = (round(float(one)) for one in self._mean)
        self._mean -= (right, down)
        return (right, down)


def moved(picture: NDArray[Kind], step: Step, first_axis: int = 0) -> NDArray[Kind]:
    """What was known of each pixel, by whole pixels right and down; what enters is as the edge was."""
    for axis, pixels in ((first_axis, step[1]), (first_axis + 1, step[0])):
        size = picture.shape[axis]
        picture = picture.take((np.arange(size) - pixels).clip(0, size - 1), axis)
    return picture


def _smooth(image: Image) -> Floats:
    return np.asarray(
        cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32), (0, 0), 1.0), np.float32
    )


def _edges(floor: Floats, margin: int) -> _Edges:
    slopes = np.dstack([cv2.Sobel(floor, cv2.CV_32F, right, 1 - right, ksize=3) / 8 for right in (1, 0)])
    steep: NDArray[np.bool_] = np.hypot(slopes[..., 0], slopes[..., 1]) > LEAST_SLOPE
    inside = np.zeros(floor.shape, bool)
    inside[margin:-margin, margin:-margin] = True
    y, x = np.nonzero(steep & inside)
    every = max(1, len(x) // MOST_EDGES)
    y, x = y[::every], x[::every]
    return _Edges(np.stack([x, y], axis=1).astype(np.float32), floor[y, x], slopes[y, x].astype(np.float32))
