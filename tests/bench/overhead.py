"""Counts the straight-down clip at several frame rates, by the background model and by RTMDet beside it.

Run it as `python -m tests.bench.overhead`, with FOOTFALL_ASSETS naming a folder that holds the clip, whose
terms are unclear and which the manifest therefore does not name. What is not there is left out, and said so.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from edge.assets import find, load_manifest
from edge.counting import Direction, Line, LineCounter
from edge.detection import Detector, OverheadBackground, open_detector
from edge.geometry import Point
from edge.people import Image
from edge.tracking import Tracker
from tests.bench.sizes import SHAKEN_PIXELS, shifted

CLIP = "pamela_overhead_alighting.mp4"
FPS = 25.0
LINE = Line("door", (Point(70, 140), Point(310, 140)), (Point(190, 0), Point(190, 280)))
TRUTH = "28 / 0 (±1)"
EVERY = (1, 2, 3, 5)
GIVEN_SIZE = 48 / 352
"""Shoulders measured by hand on the clip, as a technician would."""

THREADS = 2


def clip() -> list[Image]:
    """All pictures of the clip; none if it is not here."""
    folder = os.environ.get("FOOTFALL_ASSETS")
    found = sorted(Path(folder).rglob(CLIP)) if folder else []
    pictures: list[Image] = []
    if found:
        video = cv2.VideoCapture(str(found[0]))
        while (read := video.read())[0]:
            pictures.append(np.asarray(read[1], np.uint8))
        video.release()
    return pictures


def count(pictures: Sequence[Image], detector: Detector, every: int) -> tuple[int, int, float]:
    """People in and out over the line, and milliseconds a picture."""
    counter, tracker = LineCounter(LINE), Tracker(detector.sure_score)
    crossings, spent = [], 0.0
    for number in range(0, len(pictures), every):
        at, began = number / FPS, time.perf_counter()
        found = detector.detect(pictures[number], at)
        spent += time.perf_counter() - began
        crossings += counter.update(tracker.update(found, at), at)
    crossings += counter.close()
    came = sum(crossing.direction is Direction.IN for crossing in crossings)
    return came, len(crossings) - came, 1000 * spent / len(pictures[::every])


def detectors(console: Console) -> dict[str, Callable[[], Detector]]:
    """What is compared."""
    found: dict[str, Callable[[], Detector]] = {
        "background, size learned": OverheadBackground,
        f"background, size {GIVEN_SIZE:.3f}": lambda: OverheadBackground(GIVEN_SIZE),
    }
    asset = load_manifest().models["rtmdet-nano-person"]
    weights = find(asset)
    if weights is None:
        console.print("left out: rtmdet-nano-person (not on this machine)")
        return found
    path = weights.path
    found["rtmdet-nano-person"] = lambda: open_detector(
        asset.backend, path, width=asset.width, threads=THREADS
    )
    return found


def main() -> None:
    """Prints the table."""
    console, pictures = Console(), clip()
    if not pictures:
        console.print(f"left out: {CLIP} (not in the folder that FOOTFALL_ASSETS names)")
        return
    cv2.setNumThreads(THREADS)
    table = Table("detector", "frames per second", "truth down / up", "counted", "ms a frame")
    random = np.random.default_rng(7).uniform(-SHAKEN_PIXELS, SHAKEN_PIXELS, (len(pictures), 2))
    shaken = [shifted(image, *shift) for image, shift in zip(pictures, random, strict=True)]
    for name, build in detectors(console).items():
        for how, shown in (("", pictures), (f", shaken by {SHAKEN_PIXELS} pixels", shaken)):
            for every in EVERY:
                came, left, spent = count(shown, build(), every)
                table.add_row(name + how, f"{FPS / every:.1f}", TRUTH, f"{came} / {left}", f"{spent:.1f}")
    console.print(table)


if __name__ == "__main__":
    main()
