"""How a look compares with a reference: which corners are where they were, and where the others have gone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.people import Floats
from edge.view.look import Look, bits_apart
from edge.view.reference import SAME_BITS, Reference

FEWEST_MATCHES = 12
"""So many corners that moved together tell how the camera moved; by chance a handful do."""

MATCHED_SHARE = 0.2
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
        matched: the share of the reference's corners that were found again.
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
    pairs = [pair for pair in pairs if pair.distance <= SAME_BITS]
    if len(pairs) < FEWEST_MATCHES:
        return None
    before = reference.places[[pair.queryIdx for pair in pairs]]
    after = places[[pair.trainIdx for pair in pairs]]
    turn, together = cv2.estimateAffinePartial2D(
        before, after, method=cv2.RANSAC, ransacReprojThreshold=NEAR_PIXELS
    )
    matched = 0 if together is None else int(together.sum())
    if turn is None or matched < max(FEWEST_MATCHES, MATCHED_SHARE * len(reference.places)):
        return None
    now = reference.places @ turn[:, :2].T + turn[:, 2]
    way = float(np.median(np.linalg.norm(now - reference.places, axis=1)))
    return Moved(way / look.size[0], matched / len(reference.places))


def spread(places: Floats, size: tuple[int, int]) -> float:
    """In which share of the picture's cells at least one of the places lies."""
    if not len(places):
        return 0.0
    cells = np.minimum((places / np.array(size) * CELLS).astype(int), CELLS - 1)
    return len(np.unique(cells, axis=0)) / CELLS**2
