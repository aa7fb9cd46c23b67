"""Packages that only some detectors need, each installed by the extra of the same name."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from edge.errors import EdgeError

LICENCE_OF = {"ultralytics": " (its licence is AGPL-3.0, and yours to weigh)"}
"""What has to be known before a package is installed, where it is under another kind of licence."""

SILENCE = {
    # ONNX Runtime's wheels for Linux report to Microsoft; the switch was renamed once.
    "ORT_DISABLE_TELEMETRY": "1",
    "ORT_TELEMETRY_DISABLED": "1",
    # Ultralytics: no usage data to Google Analytics, no pip install in mid-run.
    "YOLO_OFFLINE": "true",
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
}
"""Environment variables that those packages read once, when they are imported."""


class PackageMissing(EdgeError):
    """A detector needs a package that is not installed, or not as a whole."""

    exit_code = 3

    def __init__(self, package: str, reason: object = "it is not installed") -> None:
        super().__init__(
            f"this detector needs the package {package}: {reason}",
            f"pip install 'footfall[{package}]'{LICENCE_OF.get(package, '')}",
        )


def is_installed(package: str) -> bool:
    """Whether a package can be found; it is not imported."""
    return find_spec(package) is not None


def without_telemetry() -> None:
    """Has to be called before a runtime is imported, so that it tells its maker nothing.

    Each of them reports its use over the network, unasked, and keeps a number for this machine in the home
    folder. A device that counts people tells nobody but its broker.
    """
    os.environ.update(SILENCE)
    if "openvino" not in sys.modules:
        # Not to be had: OpenVINO then takes a stand-in of its own that sends nothing.
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment] # Python's own way to bar a module
