"""Hides people in a picture before anybody sees it. Nothing here keeps a picture but as a thumbnail.

Hidden is whatever the detector found lately, generously; whatever moves, for a detector misses some; the
part that the detector does not look at; and everything until both have had time to look.
"""

from __future__ import annotations

import math
from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.people import Box, Floats, Image

SHOWN_WIDTH = 960
"""Pixels; a wider picture is shown smaller."""

BLUR_CELLS = 40
"""The veil is a picture of so many cells across: nobody's face has more than a few of them."""

SOFT_CELLS = 80
"""Across what is seen from straight above, where whoever stands still from the beginning is not found."""

THUMBNAIL_WIDTH = 160
MOVED = 16.0
"""So much brighter or darker than the still scene, of 255."""

STILL_SECONDS = 8.0
"""Time constant with which the still scene follows."""

FIRST_LOOK_SECONDS = 2.0
KEPT_SECONDS = 1.0
"""So long the place of somebody stays hidden where the detector misses them."""

MARGIN = 0.25
"""About a box, as a share of its sides."""

Mask = NDArray[np.uint8]


class Veil:
    """Hides people in the pictures of one camera, one after the other.

    Args:
        softened: show no detail anywhere, for a camera that looks straight down: what finds people there
            takes whoever stood still when it began for the floor.
    """

    def __init__(self, *, softened: bool = False) -> None:
        self._softened = softened
        self._still: Floats | None = None
        self._began_at = 0.0
        self._looked_at = 0.0
        self._lately: deque[tuple[float, Floats]] = deque()

    def over(self, image: Image, at: float, boxes: Floats, looked: Box | None = None) -> Image:
        """The picture as it may be shown, at most `SHOWN_WIDTH` pixels wide.

        Args:
            image: BGR.
            at: when it was taken, seconds.
            boxes: people of all scores in it, shape (n, 4), in its pixels.
            looked: the part that the detector looked at, in pixels; None: everywhere.
        """
        shown = _shown(image)
        scale = shown.shape[1] / image.shape[1]
        moved = self._moved(shown, at)
        hidden = self._hidden(moved, at, boxes * scale, None if looked is None else _scaled(looked, scale))
        rest = _blurred(shown, SOFT_CELLS) if self._softened else shown
        return np.where(_smooth(hidden)[:, :, None] > 0, _blurred(shown, BLUR_CELLS), rest)

    def _moved(self, shown: Image, at: float) -> Mask:
        height, width = shown.shape[:2]
        size = (THUMBNAIL_WIDTH, max(1, round(THUMBNAIL_WIDTH * height / width)))
        small = cv2.resize(cv2.cvtColor(shown, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA)
        now = small.astype(np.float32)
        if self._still is None or self._still.shape != now.shape or at < self._looked_at:
            self._still, self._began_at, self._looked_at = now, at, at
            self._lately.clear()
        share = 1 - math.exp(-(at - self._looked_at) / STILL_SECONDS)
        moved = (np.abs(now - self._still) > MOVED).astype(np.uint8)
        self._still = self._still + np.float32(share) * (now - self._still)
        self._looked_at = at
        moved = np.asarray(cv2.dilate(moved, np.ones((7, 7), np.uint8)), np.uint8)
        return np.asarray(cv2.resize(moved, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)

    def _hidden(self, moved: Mask, at: float, boxes: Floats, looked: Box | None) -> Mask:
        hidden = moved
        if at - self._began_at < FIRST_LOOK_SECONDS:
            return np.ones_like(hidden)
        self._lately.append((at, boxes))
        while at - self._lately[0][0] > KEPT_SECONDS:
            self._lately.popleft()
        for _, some in self._lately:
            for box in some:
                _fill(hidden, _grown(box))
        if looked is not None:
            seen = np.zeros_like(hidden)
            _fill(seen, looked)
            hidden[seen == 0] = 1
        return hidden


def _shown(image: Image) -> Image:
    height, width = image.shape[:2]
    if width <= SHOWN_WIDTH:
        return image
    size = (SHOWN_WIDTH, max(1, round(SHOWN_WIDTH * height / width)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _blurred(shown: Image, cells: int) -> Image:
    """So many cells of one colour each across, made smooth: what is within a cell is gone for good."""
    height, width = shown.shape[:2]
    size = (cells, max(1, round(cells * height / width)))
    small = cv2.resize(shown, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _smooth(hidden: Mask) -> Mask:
    """A little wider still, so that no rim of a person is left."""
    return np.asarray(cv2.dilate(hidden, np.ones((5, 5), np.uint8)), np.uint8)


def _grown(box: Floats) -> Box:
    x0, y0, x1, y1 = (float(side) for side in box)
    wide, tall = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
    return x0 - wide, y0 - tall, x1 + wide, y1 + tall


def _scaled(box: Box, scale: float) -> Box:
    x0, y0, x1, y1 = box
    return x0 * scale, y0 * scale, x1 * scale, y1 * scale


def _fill(mask: Mask, box: Box) -> None:
    x0, y0, x1, y1 = box
    mask[max(0, math.floor(y0)) : max(0, math.ceil(y1)), max(0, math.floor(x0)) : max(0, math.ceil(x1))] = 1
