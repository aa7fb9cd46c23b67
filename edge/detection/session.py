"""Opening a network in ONNX Runtime, with its errors in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edge.detection.packages import without_telemetry
from edge.errors import EdgeError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def open_session(path: Path, threads: int) -> InferenceSession:
    """A session on the CPU.

    Raises:
        EdgeError: the file is no network that this ONNX Runtime can read.
    """
    without_telemetry()
    import onnxruntime as ort  # reports home from its import on, unless told before

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would hold a core of a small device between two frames.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has no public base class
        raise EdgeError(
            f"{path} cannot be read as an ONNX network: {str(error).splitlines()[0]}",
            "run 'footfall-edge model verify' to find a damaged file",
        ) from error
