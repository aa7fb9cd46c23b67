"""How boxes lie to each other, and which of a picture's boxes are worth following."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.people import Detections

Floats64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

EDGE_SHARE = 0.01
"""A box that ends this near to the picture's edge, as a share of its height, is cut off by it."""

MOST_LIFT = 0.25
"""Feet this much of a box's height above its end are not what the edge cut off."""


def shared(first: Floats64, second: Floats64) -> Floats64:
    """Area that boxes (m, 4) have in common with boxes (n, 4): shape (m, n)."""
    wide = np.minimum(first[:, 2, None], second[:, 2]) - np.maximum(first[:, 0, None], second[:, 0])
    high = np.minimum(first[:, 3, None], second[:, 3]) - np.maximum(first[:, 1, None], second[:, 1])
    return np.asarray(np.maximum(wide, 0.0) * np.maximum(high, 0.0))


def overlap(first: Floats64, second: Floats64) -> Floats64:
    """Intersection over union of boxes (m, 4) with boxes (n, 4): shape (m, n)."""
    common = shared(first, second)
    return common / np.maximum(areas(first)[:, None] + areas(second) - common, 1e-9)


def areas(boxes: Floats64) -> Floats64:
    """Areas of boxes (n, 4)."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def are_cut_off(detections: Detections, picture_height: float) -> Bools:
    """Whose box ends at the picture's lower edge, so that the feet are not in view: shape (n,).

    Not those whose feet are well above the box's end, as in a view from straight above.
    """
    bottom = detections.boxes[:, 3]
    standing = bottom - detections.feet[:, 1] < MOST_LIFT * (bottom - detections.boxes[:, 1])
    return np.asarray((bottom >= (1 - EDGE_SHARE) * picture_height) & standing)


def worth_following(
    detections: Detections, sure_score: float, twin_overlap: float, most_covered: float
) -> Detections:
    """Detections, best first, without second boxes of one person.

    Left out is what overlaps a better box by more than `twin_overlap`, and what is doubtful and lies with
    more than `most_covered` of its area inside a sure one: a head or a torso of somebody found already.
    """
    if len(detections) < 2:
        return detections
    best_first = (-detections.scores).argsort(kind="stable")
    boxes = detections.boxes[best_first].astype(np.float64)
    doubtful = detections.scores[best_first] < sure_score
    common, area = shared(boxes, boxes), areas(boxes)
    twins = common > twin_overlap * (area[:, None] + area - common)
    parts = (common > most_covered * area) & doubtful & ~doubtful[:, None]
    alone = _alone(twins)
    chosen = best_first[alone & ~parts[alone].any(axis=0)]
    return Detections(detections.boxes[chosen], detections.scores[chosen], detections.feet[chosen])


def _alone(twins: Bools) -> Bools:
    """Which are no twin of a better one that stays; rows and columns best first."""
    stays = np.ones(len(twins), bool)
    for better, worse in zip(*(places.tolist() for places in twins.nonzero()), strict=True):
        if better < worse and stays[better]:
            stays[worse] = False
    return stays
