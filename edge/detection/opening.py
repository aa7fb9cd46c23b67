"""From a model's entry in the manifest to a detector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge.detection.centrepoint import CentrePoint
from edge.detection.detector import Detector
from edge.detection.rtmdet import RtmDet
from edge.errors import EdgeError

BACKENDS: dict[str, Callable[[Path, int, int], Detector]] = {
    "rtmdet-onnx": RtmDet,
    "centrepoint-onnx": CentrePoint,
}


def open_detector(backend: str, path: Path, *, width: int, threads: int) -> Detector:
    """The detector that reads such a model file; `width` is the network's input width in pixels.

    Raises:
        EdgeError: no such backend, or the file cannot be read.
    """
    try:
        build = BACKENDS[backend]
    except KeyError:
        known = ", ".join(sorted(BACKENDS))
        raise EdgeError(f"no detector backend is called {backend!r}", f"known: {known}") from None
    return build(path, width, threads)
