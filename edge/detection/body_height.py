"""How tall people are in the picture where they are counted, learned from those who walk there."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.people import Box, Floats, Image

LOOK_SECONDS = 0.3
"""While it is being learned, a second look is taken at most so often: often enough to follow people by it."""

RARELY_SECONDS = 5.0
EAGER_SECONDS = 120.0
"""After so long with something moving and too few people found, second looks become rare."""

ENOUGH_PEOPLE = 60
ENOUGH_LOOKS = 20
"""So many heights, from so many second looks, are enough."""

QUARTILE = 0.25
"""The smaller ones decide: who stands farther off must be found, too."""

STANDS_STILL = 0.85
"""Who covers the place of somebody in the last look by this share is left out: it may be a poster."""

REACH_HEIGHTS = 1.0
NO_BOXES: Floats = np.zeros((0, 4), np.float32)
THUMBNAIL = 384
MOVED_LEVELS = 12
MOVED_SHARE = 0.0003


class BodyHeight:
    """The height of a grown-up in pixels, once enough people have walked by.

    Args:
        region: x0, y0, x1, y1 in pixels: where feet are counted.
        size: width and height of the picture.
        ample: pixels that are enough in any case; who is cut off by the picture's edge and taller is known
            to be no smaller.
    """

    def __init__(self, region: Box, size: tuple[int, int], ample: float) -> None:
        self._region = region
        self._size = size
        self._ample = ample
        self._heights: deque[float] = deque(maxlen=ENOUGH_PEOPLE)
        self._looks = 0
        self._before: dict[int, Floats] = {}
        self._looked_at = float("-inf")
        self._moving_seconds = 0.0
        self._small: Image | None = None

    @property
    def pixels(self) -> float | None:
        """The height in pixels; None: not known yet."""
        if len(self._heights) < ENOUGH_PEOPLE or self._looks < ENOUGH_LOOKS:
            return None
        return float(np.quantile(np.array(self._heights), QUARTILE))

    def wants_a_look(self, image: Image, at: float) -> bool:
        """Whether something has moved since the last second look, and that was long enough ago."""
        pause = LOOK_SECONDS if self._moving_seconds < EAGER_SECONDS else RARELY_SECONDS
        if 0 <= at - self._looked_at < pause - 1e-6:
            return False
        before, self._small = self._small, _thumbnail(image)
        seconds, self._looked_at = at - self._looked_at, at
        if before is None or not _differ(before, self._small):
            return False
        self._moving_seconds += seconds if 0 < seconds <= RARELY_SECONDS else LOOK_SECONDS
        return True

    def learn(self, sure: Floats, turn: int = 0) -> None:
        """Takes in the boxes (n, 4), in pixels, of those surely seen at a look of this turn."""
        self._looks += 1
        known = self._whole(sure) | (sure[:, 3] - sure[:, 1] >= self._ample)
        here = sure[self._near(sure) & known]
        moved = here[_largest_overlaps(here, self._before.get(turn, NO_BOXES)) < STANDS_STILL]
        self._heights.extend((moved[:, 3] - moved[:, 1]).tolist())
        self._before[turn] = sure

    def _near(self, boxes: Floats) -> NDArray[np.bool_]:
        x0, y0, x1, y1 = self._region
        reach = REACH_HEIGHTS * (boxes[:, 3] - boxes[:, 1])
        x, y = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
        return (x > x0 - reach) & (x < x1 + reach) & (y > y0 - reach) & (y < y1 + reach)

    def _whole(self, boxes: Floats) -> NDArray[np.bool_]:
        width, height = self._size
        inside: NDArray[np.bool_] = (
            (boxes[:, 0] > 1) & (boxes[:, 1] > 1) & (boxes[:, 2] < width - 1) & (boxes[:, 3] < height - 1)
        )
        return inside


def _thumbnail(image: Image) -> Image:
    scale = THUMBNAIL / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def _differ(first: Image, second: Image) -> bool:
    changed = cv2.blur(cv2.absdiff(first, second), (3, 3)) > MOVED_LEVELS
    return float(np.count_nonzero(changed)) > MOVED_SHARE * changed.size


def _largest_overlaps(boxes: Floats, others: Floats) -> Floats:
    """For each box (n, 4) its largest intersection over union with the others (m, 4): shape (n,)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = (high - low).clip(0).prod(axis=2)
    area, area_of_others = ((some[:, 2:] - some[:, :2]).prod(axis=1) for some in (boxes, others))
    shares = common / np.maximum(area[:, None] + area_of_others - common, 1e-6)
    return np.asarray(shares.max(axis=1, initial=0), np.float32)
