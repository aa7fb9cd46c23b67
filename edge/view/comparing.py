"""How a look compares with a reference: which corners are where they were, and where the others have gone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.people import Floats
from edge.view.look import Look, bits_apart, holds
from edge.view.reference import SAME_BITS, Reference

FEWEST_MATCHES = 12
"""So many corners that moved together tell how the camera moved; by chance a handful do."""

MATCHED_SHARE = 0.25
"""A way is believed if so many corners are where it leads to."""

LIKE_BITS = 60
"""Corners that differ in so many bits may be the same: which are is told by all moving together."""

NEAR_PIXELS = 4.0
TURNS_DEGREES = (0.0, 15.0, -15.0, 30.0, -30.0)
"""Descriptions bear a turn of some 12 degrees; more is tried for in steps."""

CELLS = 6
"""The picture is divided into so many columns and rows where it matters how things are spread."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How a camera has moved.

    Attributes:
        share: the median way of the reference's corners, as a share of the picture's width.
        matched: the share of the reference's corners that are where they would have moved to.
    """

    share: float
    matched: float


def seen_in_place(reference: Reference, look: Look) -> NDArray[np.bool_]:
    """Which corners of the reference are where they were."""
    return np.asarray(bits_apart(look.describe(reference.places), reference.bits) <= SAME_BITS)


def way_of(reference: Reference, look: Look) -> Moved | None:
    """How the camera has moved, turned or zoomed between the reference and the look; None: cannot be told."""
    places = look.corners()
    if len(places) < FEWEST_MATCHES:
        return None
    ways = (_way_if_turned(reference, look, places, degrees) for degrees in TURNS_DEGREES)
    return next((way for way in ways if way is not None), None)


def _way_if_turned(reference: Reference, look: Look, places: Floats, degrees: float) -> Moved | None:
    bits = look.describe(places, degrees)
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(reference.bits, bits)
    pairs = [pair for pair in pairs if pair.distance <= LIKE_BITS]
    if len(pairs) < FEWEST_MATCHES:
        return None
    before = reference.places[[pair.queryIdx for pair in pairs]]
    after = places[[pair.trainIdx for pair in pairs]]
    turn, together = cv2.estimateAffinePartial2D(
        before, after, method=cv2.RANSAC, ransacReprojThreshold=NEAR_PIXELS
    )
    if turn is None or together.sum() < FEWEST_MATCHES:
        return None
    now = np.asarray(reference.places @ turn[:, :2].T + turn[:, 2], np.float32)
    matched = _matched(reference, look, now, degrees)
    if matched < MATCHED_SHARE:
        return None
    way = float(np.median(np.linalg.norm(now - reference.places, axis=1)))
    return Moved(way / look.size[0], matched)


def _matched(reference: Reference, look: Look, places: Floats, degrees: float) -> float:
    """The share of the reference's corners that are at these places, of those within the picture."""
    inside = holds(places, look.size)
    if inside.sum() < FEWEST_MATCHES:
        return 0.0
    apart = bits_apart(look.describe(places[inside], degrees), reference.bits[inside])
    return float(np.mean(apart <= SAME_BITS))


def spread(places: Floats, size: tuple[int, int]) -> float:
    """In which share of the picture's cells at least one of the places lies."""
    if not len(places):
        return 0.0
    cells = np.minimum((places / np.array(size) * CELLS).astype(int), CELLS - 1)
    return len(np.unique(cells, axis=0)) / CELLS**2
