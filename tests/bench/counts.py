"""Repeats the README's table: known clips at several frame rates, counted beside their truth.

Run it as `python -m tests.bench.counts`, with FOOTFALL_ASSETS naming a folder that holds the clips and
weights. Clips and models that are not on this machine are left out, and said so.
"""

from __future__ import annotations

import cv2
from rich.console import Console
from rich.table import Table

from edge.assembly import choose_model, open_chosen
from edge.assets import ClipAsset, find, load_manifest
from edge.config import CameraSettings, EdgeSettings
from edge.counting import Crossing, Direction, VisitEnd
from edge.detection.opening import BACKENDS
from edge.detection.packages import is_installed
from edge.people import Detections
from edge.planning import counter_builder
from edge.tracking import Tracker

EVERY = (1, 2, 3)


def camera_for(clip: ClipAsset) -> CameraSettings:
    """A camera that counts the clip's lines."""
    lines = [{"id": line.id, "points": line.points, "arrow": line.arrow} for line in clip.lines]
    return CameraSettings.model_validate({"source": clip.file, "lines": lines})


def detections_of(
    clip: ClipAsset, model: str, every: int
) -> tuple[list[Detections], float, tuple[int, int], float]:
    """What a device finds in every so many frames; frames per second, width and height, its sure score."""
    here, camera = find(clip), camera_for(clip)
    assert here is not None
    settings = EdgeSettings(store="bench", device="counts", cameras={"clip": camera})
    detector = open_chosen(choose_model(model), settings, camera)
    video = cv2.VideoCapture(str(here.path))
    fps = video.get(cv2.CAP_PROP_FPS) / every
    found: list[Detections] = []
    size = (0, 0)
    while True:
        ok, image = video.read()
        if not ok or image is None:
            break
        size = (image.shape[1], image.shape[0])
        found.append(detector.detect(image.astype("uint8", copy=False), len(found) / fps))
        for _ in range(every - 1):
            video.grab()
    video.release()
    return found, fps, size, detector.sure_score


def count(
    clip: ClipAsset, found: list[Detections], fps: float, size: tuple[int, int], bar: float
) -> tuple[int, int]:
    """People in and out, by the same tracker and lines as a device uses."""
    counter = counter_builder(camera_for(clip))(*size)
    tracker = Tracker(bar, picture_height=size[1])
    facts = [
        fact
        for number, detections in enumerate(found)
        for fact in counter.update(tracker.update(detections, number / fps), number / fps)
    ]
    facts += counter.close(VisitEnd.STOPPED)
    crossings = [fact for fact in facts if isinstance(fact, Crossing)]
    came = sum(crossing.direction is Direction.IN for crossing in crossings)
    return came, len(crossings) - came


def main() -> None:
    """Prints the table."""
    manifest, console = load_manifest(), Console()
    table = Table("clip", "model", "frames per second", "truth in / out", "counted in / out")
    for clip_name, clip in manifest.clips.items():
        for model_name, model in manifest.models.items():
            if not (find(clip) and find(model) and is_installed(BACKENDS[model.backend].package)):
                console.print(f"left out: {clip_name} with {model_name} (not on this machine)")
                continue
            truths = [line.truth for line in clip.lines if line.truth]
            truth = f"{sum(t.count_in for t in truths)} / {sum(t.count_out for t in truths)}"
            for every in EVERY:
                found, fps, size, bar = detections_of(clip, model_name, every)
                came, left = count(clip, found, fps, size, bar)
                table.add_row(clip_name, model_name, f"{fps:.1f}", truth, f"{came} / {left}")
    console.print(table)


if __name__ == "__main__":
    main()
