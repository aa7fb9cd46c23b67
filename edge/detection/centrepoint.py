"""Our own centre-point network: boxes, scores and the point between the feet, best first."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from edge.detection.session import open_session
from edge.people import NOBODY, Detections, Floats, Image

STRIDE = 32
SAME_PERSON_OVERLAP = 0.55
DOUBTFUL_SCORE = 0.15


class CentrePoint:
    """A person detector whose peaks are picked inside the graph; overlapping ones are dropped here."""

    sure_score = 0.3

    def __init__(self, path: Path, width: int, threads: int) -> None:
        self._session = open_session(path, threads)
        self._width = width

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """See `Detector.detect`."""
        del at  # each picture is seen by itself
        height, width = image.shape[:2]
        size = (self._width, max(1, round(self._width * height / width / STRIDE)) * STRIDE)
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)[..., ::-1]
        blob = np.ascontiguousarray(small.transpose(2, 0, 1)[None], np.float32) / 255
        boxes, scores, feet = (
            output[0] for output in self._session.run(["boxes", "scores", "feet"], {"image": blob})
        )
        seen = int((scores >= DOUBTFUL_SCORE).sum())
        if not seen:
            return NOBODY
        scale = np.array((width / size[0], height / size[1]), np.float32)
        boxes = boxes[:seen] * np.tile(scale, 2)
        keep = distinct(boxes)
        return Detections(boxes[keep], scores[:seen][keep].copy(), feet[:seen][keep] * scale)


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
