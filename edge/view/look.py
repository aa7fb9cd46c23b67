"""What is taken from one picture: its corners, each as 256 bits, how sharp they are, and the light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.people import Floats, Image

WIDE = 480
"""Pictures are made so many pixels wide first; finer things are noise here."""

MOST_CORNERS = 400
CORNERS_APART = 8
CORNER_QUALITY = 0.02

BRIGHT = 90
"""Percentile of the levels that says how light a picture is; a lamp in the dark does not change it."""

LEAST_CONTRAST = 16
"""Levels between the darkest and the lightest about a corner; what is blurred before the lens has less."""

_PATCH = 31
_NEAR = 9
_RIM = 18
"""A corner nearer to the edge has no full patch around it."""

Bits = NDArray[np.uint8]
"""Descriptions of corners, (n, 32)."""


@dataclass(frozen=True, slots=True)
class Look:
    """A picture made small and grey; it lives no longer than the comparison.

    Attributes:
        grey: (height, WIDE).
        light: the level, 0 to 255, that a tenth of the picture is brighter than.
    """

    grey: Image
    light: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.grey.shape[1], self.grey.shape[0]

    def corners(self) -> Floats:
        """Places that can be recognised, (n, 2) in pixels, the best first."""
        around = np.ones((_NEAR, _NEAR), np.uint8)
        contrast = cv2.morphologyEx(self.grey, cv2.MORPH_GRADIENT, around)
        inside = np.zeros_like(self.grey)
        inside[_RIM:-_RIM, _RIM:-_RIM] = (contrast[_RIM:-_RIM, _RIM:-_RIM] >= LEAST_CONTRAST) * 255
        found = cv2.goodFeaturesToTrack(
            self.grey, MOST_CORNERS, CORNER_QUALITY, CORNERS_APART, mask=inside, blockSize=5
        )
        return np.zeros((0, 2), np.float32) if found is None else found.reshape(-1, 2).astype(np.float32)

    def describe(self, places: Floats, degrees: float = 0.0) -> Bits:
        """What these places look like (BRIEF, as ORB has it), to one who is turned clockwise by so much."""
        if not len(places):
            return np.zeros((0, 32), np.uint8)
        points = [cv2.KeyPoint(float(x), float(y), _PATCH, degrees % 360, 1.0, 0) for x, y in places]
        orb = cv2.ORB.create(nlevels=1, edgeThreshold=_PATCH // 2 + 1, patchSize=_PATCH)
        kept, bits = orb.compute(self.grey, points)
        if len(kept) != len(places):
            raise ValueError("a place lies too near to the edge of the picture")
        return np.asarray(bits, np.uint8)

    def sharpness(self, places: Floats) -> Floats:
        """How steep the finest edges at these places are beside those that a blur leaves, (n,) from 0 on."""
        fine = np.abs(cv2.Laplacian(self.grey, cv2.CV_32F))
        soft = cv2.GaussianBlur(self.grey, (0, 0), 3.0).astype(np.float32)
        coarse = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
        x, y = np.rint(places).astype(int).T
        near_fine, near_coarse = (cv2.blur(one, (9, 9))[y, x] for one in (fine, coarse))
        return np.asarray(near_fine / (near_coarse + 1.0), np.float32)


def holds(places: Floats, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which places have a full patch around them in a picture of (width, height)."""
    (x, y), (width, height) = places.T, size
    return np.asarray((x >= _RIM) & (x < width - _RIM) & (y >= _RIM) & (y < height - _RIM), np.bool_)


def look_at(image: Image) -> Look:
    """A look at a picture, BGR of shape (height, width, 3)."""
    height, width = image.shape[:2]
    size = (WIDE, max(round(height * WIDE / width), 3 * _RIM))
    grey = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    return Look(np.asarray(grey, np.uint8), float(np.percentile(grey, BRIGHT)))


def bits_apart(some: Bits, others: Bits) -> NDArray[np.int64]:
    """In how many of 256 bits each row differs from the other's."""
    return np.asarray(np.unpackbits(some ^ others, axis=1).sum(axis=1), np.int64)
