"""RTMDet in OpenVINO: the same file, the same steps before and after."""

from __future__ import annotations

from pathlib import Path

from edge.detection.openvino_session import OpenVinoNetwork
from edge.detection.rtmdet import SIGHT, SURE_SCORE, longest_at, people_in, prepared
from edge.people import Detections, Image


class OpenVinoRtmDet:
    """A person detector that is compiled at the first picture, and again when the picture's size changes."""

    sure_score = SURE_SCORE
    sight = SIGHT

    def __init__(self, path: Path, width: int, threads: int) -> None:
        self._network = OpenVinoNetwork(path, None, threads)
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
        return people_in(self._network.run(blob)[0], scale, image)
