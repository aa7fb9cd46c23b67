"""One box for each person."""

from __future__ import annotations

import numpy as np

from edge.people import Floats

SAME_PERSON_OVERLAP = 0.55


def distinct(boxes: Floats) -> list[int]:
    """Greedy non-maximum suppression of boxes (n, 4) that come best first: the numbers of those kept."""
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    for number, box in enumerate(boxes):
        others = boxes[kept]
        wide = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
        high = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
        shared = wide.clip(0) * high.clip(0)
        if not len(kept) or (shared / (areas[number] + areas[kept] - shared)).max() < SAME_PERSON_OVERLAP:
            kept.append(number)
    return kept
