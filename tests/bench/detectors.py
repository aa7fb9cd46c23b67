"""How long a detection takes in each backend, as a share of RTMDet's time in ONNX Runtime.

Run it as `python -m tests.bench.detectors [ULTRALYTICS_MODEL ...]`, with FOOTFALL_ASSETS naming a folder that
holds the weights. All detectors look at the same pictures in turn, so that what else the machine does
falls on all of them. What is not on this machine is left out, and said so.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from edge.assembly import choose_model
from edge.assets import find, load_manifest
from edge.config import Runtime
from edge.detection import Detector, open_detector
from edge.errors import EdgeError
from edge.people import Image

THREADS = 2
WARM_UP = 3
EVERY = 3
BASE: tuple[str, Runtime] = ("rtmdet-nano-person", "onnxruntime")
COMPARED: tuple[tuple[str, Runtime], ...] = (
    ("rtmdet-nano-person", "onnxruntime"),
    ("rtmdet-nano-person", "openvino"),
    ("person-detection-0200", "openvino"),
    ("person-v0", "onnxruntime"),
)


def pictures() -> Iterator[Image]:
    """Every third picture of the demo clip."""
    found = find(load_manifest().clips["demo"])
    assert found is not None
    video = cv2.VideoCapture(str(found.path))
    number = 0
    while video.grab():
        if number % EVERY == 0:
            yield np.asarray(video.retrieve()[1], np.uint8)
        number += 1
    video.release()


def opened(name: str, runtime: Runtime) -> Detector:
    """A model with its measured width and two threads."""
    chosen = choose_model(name, runtime)
    return open_detector(
        chosen.backend, chosen.found.path, *chosen.found.parts, width=chosen.width, threads=THREADS
    )


def main() -> None:
    """Prints the table."""
    console = Console()
    detectors: dict[tuple[str, Runtime], Detector] = {}
    named: list[tuple[str, Runtime]] = [(f"ultralytics:{path}", "onnxruntime") for path in sys.argv[1:]]
    for name, runtime in (*COMPARED, *named):
        try:
            detectors[name, runtime] = opened(name, runtime)
        except EdgeError as error:
            console.print(f"left out: {name} in {runtime} ({error})", highlight=False)
    taken: dict[tuple[str, Runtime], list[float]] = {which: [] for which in detectors}
    for number, image in enumerate(pictures()):
        for which, detector in detectors.items():
            began = time.perf_counter()
            detector.detect(image)
            if number >= WARM_UP:
                taken[which].append((time.perf_counter() - began) * 1000)
    medians = {which: statistics.median(times) for which, times in taken.items()}
    table = Table("model", "runtime", "ms a detection, median", "share of RTMDet in ONNX Runtime")
    for which, median in medians.items():
        share = f"{median / medians[BASE]:.2f}" if BASE in medians else "–"
        table.add_row(*which, f"{median:.1f}", share)
    console.print(table)


if __name__ == "__main__":
    main()
