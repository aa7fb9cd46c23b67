"""From a model's backend to a detector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.detection.centrepoint import CentrePoint
from edge.detection.openvino_rtmdet import OpenVinoRtmDet
from edge.detection.openvino_ssd import OpenVinoSsd
from edge.detection.packages import PackageMissing, is_installed
from edge.detection.rtmdet import RtmDet
from edge.detection.sight import Scalable
from edge.detection.ultralytics_yolo import UltralyticsYolo
from edge.errors import EdgeError


@dataclass(frozen=True, slots=True)
class Backend:
    """What reads one kind of model.

    Attributes:
        build: from the model's files, input width in pixels and threads to a detector.
        files: how many files such a model consists of.
        package: what has to be installed for it.
    """

    build: Callable[..., Scalable]
    files: int
    package: str

    @property
    def is_installed(self) -> bool:
        """Whether its package is here."""
        return is_installed(self.package)


BACKENDS: dict[str, Backend] = {
    "rtmdet-onnx": Backend(RtmDet, 1, "onnxruntime"),
    "rtmdet-openvino": Backend(OpenVinoRtmDet, 1, "openvino"),
    "centrepoint-onnx": Backend(CentrePoint, 1, "onnxruntime"),
    "ssd-openvino": Backend(OpenVinoSsd, 2, "openvino"),
    "ultralytics": Backend(UltralyticsYolo, 1, "ultralytics"),
}

RUNS_IN_OPENVINO_AS = {"rtmdet-onnx": "rtmdet-openvino"}
"""Backends whose very files OpenVINO reads too."""


def check_installed(backend: str) -> None:
    """Raises PackageMissing where a backend's package is not here."""
    if not BACKENDS[backend].is_installed:
        raise PackageMissing(BACKENDS[backend].package)


def open_detector(backend: str, *files: Path, width: int, threads: int) -> Scalable:
    """The detector that reads such a model; `width` is the network's input width in pixels.

    Raises:
        EdgeError: no such backend, another number of files than it takes, its package is missing, or
            a file cannot be read.
    """
    try:
        how = BACKENDS[backend]
    except KeyError:
        known = ", ".join(sorted(BACKENDS))
        raise EdgeError(f"no detector backend is called {backend!r}", f"known: {known}") from None
    if len(files) != how.files:
        raise EdgeError(
            f"a model for {backend} consists of {how.files} file(s), not of {len(files)}",
            "correct its 'parts' in models/manifest.toml",
        )
    return how.build(*files, width, threads)
