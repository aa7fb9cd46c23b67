"""RTMDet in OpenVINO: the same file, the same steps before and after."""

from __future__ import annotations

from pathlib import Path

from edge.detection.openvino_session import OpenVinoNetwork
from edge.detection.rtmdet import SURE_SCORE, people_in, prepared
from edge.people import Detections, Image


class OpenVinoRtmDet:
    """A person detector that is compiled at the first picture, and again when the picture's size changes."""

    sure_score = SURE_SCORE

    def __init__(self, path: Path, width: int, threads: int) -> None:
        self._network = OpenVinoNetwork(path, None, threads)
        self._width = width

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """See `Detector.detect`."""
        del at  # each picture is seen by itself
        blob, scale = prepared(image, self._width)
        return people_in(self._network.run(blob)[0], scale, image)
