"""Repeats the README's table: known clips at several frame rates, counted beside their truth.

Run it as `python -m tests.bench.counts`, with FOOTFALL_ASSETS naming a folder that holds the clips and
weights. Clips and models that are not on this machine are left out, and said so.
"""

from __future__ import annotations

import cv2
from rich.console import Console
from rich.table import Table

from edge.assets import ClipAsset, ModelAsset, find, load_manifest
from edge.config import CameraSettings
from edge.counting import Crossing, Direction, VisitEnd
from edge.detection import open_detector
from edge.people import Detections
from edge.planning import counter_builder
from edge.tracking import Tracker

EVERY = (1, 2, 3)
THREADS = 2


def detections_of(
    clip: ClipAsset, model: ModelAsset
) -> tuple[list[Detections], float, tuple[int, int], float]:
    """What the model finds in every frame; frames per second, width and height, the surest score's bar."""
    here, weights = find(clip), find(model)
    assert here is not None
    assert weights is not None
    detector = open_detector(model.backend, weights.path, *weights.parts, width=model.width, threads=THREADS)
    video = cv2.VideoCapture(str(here.path))
    found: list[Detections] = []
    size = (0, 0)
    while True:
        ok, image = video.read()
        if not ok or image is None:
            break
        size = (image.shape[1], image.shape[0])
        found.append(detector.detect(image.astype("uint8", copy=False)))
    fps = video.get(cv2.CAP_PROP_FPS)
    video.release()
    return found, fps, size, detector.sure_score


def count(
    clip: ClipAsset, found: list[Detections], fps: float, size: tuple[int, int], bar: float
) -> tuple[int, int]:
    """People in and out, by the same tracker and lines as a device uses."""
    camera = CameraSettings.model_validate(
        {
            "source": clip.file,
            "lines": [{"id": line.id, "points": line.points, "arrow": line.arrow} for line in clip.lines],
        }
    )
    counter = counter_builder(camera)(*size)
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
            if not (find(clip) and find(model)):
                console.print(f"left out: {clip_name} with {model_name} (not on this machine)")
                continue
            found, fps, size, bar = detections_of(clip, model)
            truths = [line.truth for line in clip.lines if line.truth]
            truth = f"{sum(t.count_in for t in truths)} / {sum(t.count_out for t in truths)}"
            for every in EVERY:
                came, left = count(clip, found[::every], fps / every, size, bar)
                table.add_row(clip_name, model_name, f"{fps / every:.1f}", truth, f"{came} / {left}")
    console.print(table)


if __name__ == "__main__":
    main()
