"""Looks whether a camera gives pictures, light and often enough, and how fast they are looked at."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from edge.capture import Frame, LiveCamera
from edge.detection import Detector
from edge.doctor.finding import Finding, Verdict
from edge.people import Image
from edge.view.look import look_at
from edge.view.watch import DARK_LEVEL

WATCH_SECONDS = 4.0
STEP_SECONDS = 0.1
TRIES = 5
ENOUGH_SHARE = 0.8
"""So much of the pictures that are asked for is enough."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Some pictures of a camera: the last one, and how many came per second."""

    image: Image
    fps: float


def watch(camera: LiveCamera, seconds: float, patience_seconds: float) -> Seen | None:
    """What a live camera gives in so many seconds; None if no picture comes within its patience.

    Why none comes stands in the camera's `trouble` and `fault`.
    """
    given: list[Frame] = []
    enough = threading.Event()

    def take() -> None:
        for frame in camera.frames():
            given.append(frame)
            if frame.at - given[0].at >= seconds:
                break
        enough.set()

    taking = threading.Thread(target=take, name="doctor", daemon=True)
    taking.start()
    waited = 0.0
    while not given and not camera.trouble and waited < patience_seconds and not enough.wait(STEP_SECONDS):
        waited += STEP_SECONDS
    if given:
        enough.wait(seconds * 2)
    camera.close()
    taking.join(5)
    if not given:
        return None
    gaps = [after.at - before.at for before, after in pairwise(given)]
    return Seen(given[-1].image, len(gaps) / max(sum(gaps), 1e-6) if gaps else 0.0)


def pictures(name: str, seen: Seen, fps: float) -> Iterator[Finding]:
    """What is to be said of a camera that gives pictures."""
    height, width = seen.image.shape[:2]
    sentence = f"it gives {width}×{height} pixels, {seen.fps:.1f} pictures a second"
    if seen.fps < ENOUGH_SHARE * fps:
        yield Finding(
            "camera",
            Verdict.WARNING,
            f"{sentence}, and fps asks for {fps:g}",
            "raise the camera's own frame rate, or lower fps",
            name,
        )
    else:
        yield Finding("camera", Verdict.FINE, sentence, camera=name)
    if look_at(seen.image).light < DARK_LEVEL:
        yield Finding(
            "view",
            Verdict.WARNING,
            "the picture is too dark to see anybody",
            "switch the light on, or clean the lens",
            name,
        )


def speed(name: str, detector: Detector, image: Image, fps: float, steady: Callable[[], float]) -> Finding:
    """Whether people are found fast enough in such a picture."""
    detector.detect(image, 0.0)  # the first takes longer, once
    spent = []
    for number in range(TRIES):
        began = steady()
        detector.detect(image, number / fps)
        spent.append(steady() - began)
    seconds = max(statistics.median(spent), 1e-6)
    sentence = f"a detection takes {seconds * 1000:.0f} ms: {1 / seconds:.0f} pictures a second"
    if 1 / seconds >= fps:
        return Finding("speed", Verdict.FINE, sentence, camera=name)
    return Finding(
        "speed",
        Verdict.WARNING,
        f"{sentence}, and fps asks for {fps:g}",
        "lower fps or detector.most_pixels, take another detector.runtime, or a faster board",
        name,
    )
