"""Any detector that Ultralytics reads, from a file that the user names. That package is under AGPL-3.0.

This is the only place that imports it, and only when such a detector is asked for: neither footfall nor
its other detectors need it, and none of its code or weights is part of footfall.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from edge.detection.packages import PackageMissing, without_telemetry
from edge.detection.sight import Sight
from edge.errors import EdgeError
from edge.people import NOBODY, Detections, Image

PERSON = 0
"""COCO's first class, and so that of every model Ultralytics publishes."""

STRIDE = 32
DOUBTFUL_SCORE = 0.15
"""Detections below this are noise to the tracker too."""

# Ultralytics takes a file of this name for another one, yolov5nu.pt, and would fetch that.
BEFORE_V8 = re.compile(r"yolov5[nsmlx]6?\.pt")


class UltralyticsYolo:
    """A person detector of Ultralytics: a .pt file, or a file or folder that its exporter wrote.

    Args:
        path: the file or folder; nothing is ever fetched in its place.
        width: input size in pixels; an exported model keeps its own.
        threads: processor threads for one detection, where PyTorch computes it.

    Raises:
        EdgeError: there is no such file, the package is missing, or it cannot read the file.
    """

    sure_score = 0.4

    def __init__(self, path: Path, width: int, threads: int) -> None:
        if not path.exists():
            raise EdgeError(f"there is no model {path}", "correct detector.model")
        if BEFORE_V8.fullmatch(path.name):
            raise EdgeError(
                f"{path} is a model of the time before Ultralytics 8, which reads only newer ones",
                "take a newer one, such as yolov5nu.pt or yolo11n.pt",
            )
        ultralytics, torch = _packages()
        torch.set_num_threads(threads)
        self._width = width
        # Not measured: taken from RTMDet's.
        self.sight = Sight(
            least=28, enough=36, aim=56, most=384, fixed_side=None if path.suffix == ".pt" else width
        )
        try:
            self._model = ultralytics.YOLO(str(path), task="detect")
            self.detect(np.zeros((64, 64, 3), np.uint8))  # an exported model is read at the first picture
        except Exception as error:  # Ultralytics raises what it comes upon
            raise EdgeError(
                f"{path} cannot be read by Ultralytics: {str(error).splitlines()[0]}",
                "detector.model needs a .pt of Ultralytics 8 or newer, or what its exporter wrote",
            ) from error

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """See `Detector.detect`."""
        del at  # each picture is seen by itself
        return self._look(image, self._width)

    def own_scale(self, width: int, height: int) -> float:
        """See `Scalable.own_scale`."""
        return self._width / max(width, height)

    def detect_at(self, image: Image, scale: float) -> Detections:
        """See `Scalable.detect_at`."""
        if self.sight.fixed_side:
            return self.detect(image)
        return self._look(image, max(STRIDE, math.ceil(scale * max(image.shape[:2]) / STRIDE) * STRIDE))

    def _look(self, image: Image, longest: int) -> Detections:
        [result] = self._model.predict(
            image, classes=[PERSON], conf=DOUBTFUL_SCORE, imgsz=longest, device="cpu", verbose=False
        )
        boxes = result.boxes.cpu().numpy()
        if not len(boxes):
            return NOBODY
        return Detections.from_boxes(boxes.xyxy.astype(np.float32), boxes.conf.astype(np.float32))


def _packages() -> tuple[Any, Any]:
    without_telemetry()
    try:
        import torch
        import ultralytics
    except ImportError as error:
        raise PackageMissing("ultralytics", error) from error
    return ultralytics, torch
