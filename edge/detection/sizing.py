"""How wide a person is in a view from above, learned from the single people that walk through it."""

from __future__ import annotations

import logging
from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.people import Floats

FIRST_GUESS = 0.15
"""Shoulders seen from 3 m up by a lens of 90 degrees, as a share of the picture's width."""

SMALLEST, LARGEST = 0.06, 0.3
WIDENED_PIXELS = 3.0
"""By so much evidence is wider than a person, for edges are widened."""

FEWEST_BLOBS = 40
ENOUGH_BLOBS = 600

log = logging.getLogger(__name__)


class PersonSize:
    """A person's width in pixels, for pictures so many pixels wide; `share` of the width if it is given."""

    def __init__(self, width: int, share: float | None) -> None:
        self._width = width
        self._given = share is not None
        self._seen: deque[float] = deque(maxlen=ENOUGH_BLOBS)
        self.pixels = width * (share or FIRST_GUESS)

    @property
    def share(self) -> float:
        """A person's width as a share of the picture's."""
        return self.pixels / self._width

    def learn(self, evidence: Floats, flow: Floats) -> None:
        """Looks at the blobs that move and lie wholly in the picture, until there were enough of them."""
        if self._given or len(self._seen) == ENOUGH_BLOBS:
            return
        before = len(self._seen)
        self._seen.extend(self._moving_alone(evidence, flow))
        if len(self._seen) == before or len(self._seen) < FEWEST_BLOBS:
            return
        self.pixels = _lower_quartile(np.sort(np.array(self._seen)))
        if len(self._seen) == ENOUGH_BLOBS:
            log.info("a person is %.3f of the picture's width here; person_size can keep that", self.share)

    def _moving_alone(self, evidence: Floats, flow: Floats) -> list[float]:
        mask = (evidence > 0.5).astype(np.uint8)
        count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        speed = np.hypot(flow[..., 0], flow[..., 1])
        height, width = mask.shape
        found = []
        for number in range(1, count):
            x, y, wide, high, area = (int(value) for value in boxes[number])
            across = 2 * (area / np.pi) ** 0.5 - WIDENED_PIXELS
            inside = x > 0 and y > 0 and x + wide < width and y + high < height
            if not inside or not SMALLEST <= across / self._width <= LARGEST or max(wide, high) > 2 * across:
                continue
            if np.median(speed[labels == number]) > 0.02 * across:
                found.append(float(across))
        return found


def _lower_quartile(ordered: NDArray[np.float64]) -> float:
    """The width below which a quarter of all that moves lies, by area: below are limbs, above groups."""
    areas = np.cumsum(ordered**2)
    return float(ordered[np.searchsorted(areas, areas[-1] / 4)])
