"""How boxes lie to each other, and which of a picture's boxes are worth following."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.people import Detections

Floats64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


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
