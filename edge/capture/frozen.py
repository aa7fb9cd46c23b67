"""Notices that a source sends one picture again and again, as recorders do whose camera has gone."""

from __future__ import annotations

import numpy as np

from edge.capture.frame import CameraLost, Fault
from edge.people import Image

SPARSE = 16
"""Only every so many-th row and column is compared while pictures differ."""

LONGEST_GAP_SECONDS = 2.0
"""Between two pictures no more than this is taken for watched: the clock may have been set."""

FEWEST_PICTURES = 10

DARK_LEVEL = 16
"""A sensor in the dark gives nothing but zeros; that is no fault of the line. (Black in video is 16.)"""


class Frozen:
    """Raises once pictures have been the same, to the last bit, for so long.

    A sensor that works has noise, and a coder codes anew from time to time. So the same picture for a minute
    is no still life.
    """

    def __init__(self, name: str, seconds: float) -> None:
        self._name = name
        self._seconds = seconds
        self._last: Image | None = None
        self._last_at = 0.0
        self._same_seconds = 0.0
        self._same_pictures = 0

    def check(self, image: Image, at: float) -> None:
        """Takes the next picture, at seconds of any clock.

        Raises:
            CameraLost: pictures have been the same for too long. Another picture heals it.
        """
        gap = min(max(at - self._last_at, 0.0), LONGEST_GAP_SECONDS)
        self._last_at = at
        if self._last is None or not _same(self._last, image) or _is_dark(image):
            self._last, self._same_seconds, self._same_pictures = image, 0.0, 0
            return
        self._same_seconds += gap
        self._same_pictures += 1
        if self._same_seconds >= self._seconds and self._same_pictures >= FEWEST_PICTURES:
            raise CameraLost(
                f"{self._name} has sent one and the same picture for {self._seconds:.0f} s",
                "restart the camera or recorder; frozen_seconds = 0 if the picture may stand still",
                Fault.FROZEN,
            )


def _same(one: Image, other: Image) -> bool:
    if one.shape != other.shape or not np.array_equal(one[::SPARSE, ::SPARSE], other[::SPARSE, ::SPARSE]):
        return False
    return np.array_equal(one, other)


def _is_dark(image: Image) -> bool:
    return bool(image[::SPARSE, ::SPARSE].mean() < DARK_LEVEL)
