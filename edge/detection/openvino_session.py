"""Opening a network in OpenVINO, which is imported here alone and only when it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge.detection.packages import PackageMissing, without_telemetry
from edge.errors import EdgeError
from edge.people import Floats

MOST_SHAPES = 3
"""Shapes a network is kept compiled for; the one that was not used for longest goes first."""


class OpenVinoNetwork:
    """A network with one input, compiled on the CPU for one shape at a time.

    Args:
        path: an ONNX file, or the .xml of an intermediate representation.
        weights: the .bin that belongs to the .xml; it may lie in another folder.
        threads: processor threads for one run.

    Raises:
        EdgeError: OpenVINO is not installed, or cannot read the files.
    """

    def __init__(self, path: Path, weights: Path | None, threads: int) -> None:
        self._core = _openvino().Core()
        try:
            self._network = self._core.read_model(str(path), str(weights) if weights else "")
        except RuntimeError as error:
            raise EdgeError(
                f"{path} cannot be read as a network for OpenVINO: {_first_line(error)}",
                "run 'footfall-edge model verify' to find a damaged file",
            ) from error
        self._threads = threads
        self._compiled: dict[tuple[int, ...], Any] = {}

    def run(self, blob: Floats) -> Floats:
        """The network's first output; a shape that was not among the last ones' compiles it anew."""
        compiled = self._compiled.pop(blob.shape, None)
        if compiled is None:
            compiled = self._compile(blob.shape)
        self._compiled[blob.shape] = compiled
        if len(self._compiled) > MOST_SHAPES:
            del self._compiled[next(iter(self._compiled))]
        found: Floats = compiled([blob])[0]
        return found

    def _compile(self, shape: tuple[int, ...]) -> Any:
        self._network.reshape(list(shape))
        return self._core.compile_model(self._network, "CPU", self._how())

    def _how(self) -> dict[str, Any]:
        return {
            "INFERENCE_NUM_THREADS": self._threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            # Else newer processors compute in bfloat16, and scores differ from machine to machine.
            "INFERENCE_PRECISION_HINT": "f32",
        }


def _openvino() -> Any:
    without_telemetry()
    try:
        import openvino
    except ImportError as error:
        raise PackageMissing("openvino", error) from error
    return openvino


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "no reason given")
