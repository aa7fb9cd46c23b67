"""Our own centre-point network: boxes, scores and the point between the feet, best first."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from edge.detection.distinct import distinct
from edge.detection.session import open_session
from edge.detection.sight import Sight
from edge.people import NOBODY, Detections, Image

STRIDE = 32
DOUBTFUL_SCORE = 0.15


class CentrePoint:
    """A person detector whose peaks are picked inside the graph; overlapping ones are dropped here."""

    sure_score = 0.3
    sight = Sight(least=40, enough=48, aim=80, most=160)

    def __init__(self, path: Path, width: int, threads: int) -> None:
        self._session = open_session(path, threads)
        self._width = width

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """See `Detector.detect`."""
        del at  # each picture is seen by itself
        return self._look(image, self._width)

    def own_scale(self, width: int, height: int) -> float:
        """See `Scalable.own_scale`."""
        del height
        return self._width / width

    def detect_at(self, image: Image, scale: float) -> Detections:
        """See `Scalable.detect_at`."""
        return self._look(image, max(1, round(image.shape[1] * scale / STRIDE)) * STRIDE)

    def _look(self, image: Image, across: int) -> Detections:
        height, width = image.shape[:2]
        size = (across, max(1, round(across * height / width / STRIDE)) * STRIDE)
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
