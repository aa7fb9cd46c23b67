"""Intel's single-shot person detectors, in OpenVINO's intermediate representation."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from edge.detection.openvino_session import OpenVinoNetwork
from edge.detection.sight import Sight
from edge.people import NOBODY, Detections, Floats, Image

PERSON = 0
DOUBTFUL_SCORE = 0.15
"""Detections below this are noise to the tracker too."""


class OpenVinoSsd:
    """A person detector that takes the picture squeezed into a square, BGR, 0 to 255.

    Args:
        path: the .xml.
        weights: the .bin.
        width: side of the square in pixels.
        threads: processor threads for one detection.
    """

    sure_score = 0.4

    def __init__(self, path: Path, weights: Path, width: int, threads: int) -> None:
        self._network = OpenVinoNetwork(path, weights, threads)
        self._side = width
        self.sight = Sight(least=28, enough=40, aim=44, most=width, fixed_side=width)

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """See `Detector.detect`."""
        del at  # each picture is seen by itself
        small = cv2.resize(image, (self._side, self._side), interpolation=cv2.INTER_LINEAR)
        blob = np.ascontiguousarray(small.transpose(2, 0, 1)[None], np.float32)
        return people_in(self._network.run(blob)[0, 0], image)

    def own_scale(self, width: int, height: int) -> float:
        """See `Scalable.own_scale`."""
        del width
        return self._side / height

    def detect_at(self, image: Image, scale: float) -> Detections:
        """See `Scalable.detect_at`."""
        del scale  # the input is what it is
        return self.detect(image)


def people_in(rows: Floats, image: Image) -> Detections:
    """People of rows (n, 7): image, label, score, x0, y0, x1, y1 as shares; image -1 ends them.

    Source: Open Model Zoo, description of person-detection-0200.
    """
    ends = np.flatnonzero(rows[:, 0] < 0)
    rows = rows[: ends[0]] if len(ends) else rows
    rows = rows[(rows[:, 1] == PERSON) & (rows[:, 2] >= DOUBTFUL_SCORE)]
    if not len(rows):
        return NOBODY
    height, width = image.shape[:2]
    size = np.array((width, height, width, height), np.float32)
    return Detections.from_boxes(rows[:, 3:].clip(0, 1) * size, rows[:, 2].copy())
