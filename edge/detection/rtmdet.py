"""RTMDet with its non-maximum suppression inside the graph (OpenMMLab's export)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from edge.detection.session import open_session
from edge.detection.sight import Sight
from edge.people import NOBODY, Detections, Floats, Image

STRIDE = 32
PAD = 114
# Mean and deviation of the training pictures, BGR, from RTMDet's published configuration.
MEAN = np.array((103.53, 116.28, 123.675), np.float32)
DEVIATION = np.array((57.375, 57.12, 58.395), np.float32)

SIGHT = Sight(least=28, enough=36, aim=56, most=384)

SURE_SCORE = 0.4
DOUBTFUL_SCORE = 0.15
"""Detections below this are noise to the tracker too."""


class RtmDet:
    """A person detector that takes any picture whose sides 32 divides; it letterboxes to `width`."""

    sure_score = SURE_SCORE
    sight = SIGHT

    def __init__(self, path: Path, width: int, threads: int) -> None:
        self._session = open_session(path, threads)
        self._input = self._session.get_inputs()[0].name
        self._width = width

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """See `Detector.detect`."""
        del at  # each picture is seen by itself
        return self._look(image, self._width)

    def own_scale(self, width: int, height: int) -> float:
        """See `Scalable.own_scale`."""
        return self._width / max(width, height)

    def detect_at(self, image: Image, scale: float) -> Detections:
        """See `Scalable.detect_at`."""
        return self._look(image, longest_at(image, scale))

    def _look(self, image: Image, longest: int) -> Detections:
        blob, scale = prepared(image, longest)
        return people_in(self._session.run(["dets"], {self._input: blob})[0][0], scale, image)


def longest_at(image: Image, scale: float) -> int:
    """The longer side of a picture's input at a scale, in pixels."""
    longest: int = max(image.shape[:2])
    return max(STRIDE, round(scale * longest))


def prepared(image: Image, width: int) -> tuple[Floats, float]:
    """What the network takes, (1, 3, height, width), and the scale from the picture to it."""
    picture, scale = letterbox(image, width)
    return np.ascontiguousarray(((picture - MEAN) / DEVIATION).transpose(2, 0, 1)[None]), scale


def people_in(found: Floats, scale: float, image: Image) -> Detections:
    """People of the network's rows (n, 5): box in its own pixels, score."""
    found = found[found[:, 4] >= DOUBTFUL_SCORE]
    if not len(found):
        return NOBODY
    boxes = found[:, :4] / scale
    height, width = image.shape[:2]
    boxes[:, 0::2] = boxes[:, 0::2].clip(0, width)
    boxes[:, 1::2] = boxes[:, 1::2].clip(0, height)
    return Detections.from_boxes(boxes, found[:, 4].copy())


def letterbox(image: Image, longest: int) -> tuple[Floats, float]:
    """The picture scaled so that its longer side is `longest`, padded at right and bottom to full strides.

    Returns the padded picture as float32 (height, width, 3) and the scale from the original to it.
    """
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, inner, interpolation=cv2.INTER_LINEAR)
    padded = np.full((_up(inner[1]), _up(inner[0]), 3), PAD, np.float32)
    padded[: inner[1], : inner[0]] = small
    return padded, scale


def _up(side: int) -> int:
    return -(-side // STRIDE) * STRIDE
