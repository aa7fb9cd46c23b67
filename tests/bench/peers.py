"""Repeats the table of docs/accuracy.md: ours beside others', on the same clips and lines, by one scorer.

Run it by hand, with FOOTFALL_ASSETS naming a folder that holds clips, truth.json and weights, in an
environment that also has supervision and trackers:

    python -m tests.bench.peers [--ultralytics FOLDER_WITH_YOLO11N_OPENVINO]

Ultralytics (AGPL-3.0) needs torch and openvino; it finds people with its own model, the others with ours.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from edge.assembly import choose_model, facts_of, open_chosen
from edge.config import EdgeSettings
from edge.counting import Crossing, Direction, Line
from edge.people import Detections
from edge.truth import Truth, camera_of, given_places, read_truth, score
from edge.truth.format import TrueLine
from edge.truth.frames import clip_facts
from edge.truth.report import in_words
from edge.truth.scoring import Tally, added

MODEL = "rtmdet-nano-person"
EVERY_80_PIXELS = tuple(f"x{x}={x},0,{x},480:right" for x in range(80, 640, 80))


class Case(NamedTuple):
    """A clip with its truth."""

    name: str
    clip: str
    truth: str
    lines: tuple[str, ...] = ()


CASES = (
    Case("vtest, 1 line", "videos/vtest.avi", "truth.json"),
    Case("one-by-one, 1 line", "videos/one-by-one-person-detection.mp4", "truth.json"),
    Case("TUD-Campus, 7 lines", "mot/TUD-Campus/TUD-Campus.mp4", "mot/TUD-Campus/gt/gt.txt", EVERY_80_PIXELS),
    Case(
        "TUD-Stadtmitte, 7 lines",
        "mot/TUD-Stadtmitte/TUD-Stadtmitte.mp4",
        "mot/TUD-Stadtmitte/gt/gt.txt",
        EVERY_80_PIXELS,
    ),
)


@dataclass(frozen=True, slots=True)
class Clip:
    """A case, read."""

    path: Path
    truth: Truth
    boxes: list[Detections]

    def pictures(self) -> Iterator[tuple[float, Any]]:
        """Every frame with its time in seconds."""
        video = cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG)
        number = 0
        while True:
            ok, image = video.read()
            if not ok:
                break
            yield number / self.truth.clip.fps, image
            number += 1
        video.release()


Counter = Callable[[Clip], list[Crossing]]


def settings_for(clip: Path, truth: Truth) -> EdgeSettings:
    """A device that counts this clip, with our model."""
    camera = camera_of(truth, str(clip))
    content = {"store": "bench", "device": "peers", "detector": {"model": MODEL}, "cameras": {"clip": camera}}
    return EdgeSettings.model_validate(content)


def read(case: Case, assets: Path) -> Clip:
    """The case's truth, and what our model finds in its frames."""
    path = assets / case.clip
    facts = clip_facts(path)
    truth = read_truth(assets / case.truth, facts, given_places(case.lines, (), facts))
    truth = truth.model_copy(update={"zones": ()})
    detector = open_chosen(choose_model(MODEL), settings_for(path, truth))
    clip = Clip(path, truth, [])
    clip.boxes.extend(detector.detect(np.asarray(image, np.uint8)) for _, image in clip.pictures())
    return clip


def ours(clip: Clip) -> list[Crossing]:
    """The device's own pipeline."""
    facts, _ = facts_of(settings_for(clip.path, clip.truth), "clip", clip.path)
    return [fact for fact in facts if isinstance(fact, Crossing)]


def with_trackers(name: str) -> Counter:
    """A tracker of the `trackers` package with supervision's LineZone, both as they come."""

    def count(clip: Clip) -> list[Crossing]:
        import supervision as sv
        import trackers

        fps = clip.truth.clip.fps
        tracker = getattr(trackers, name)(frame_rate=fps)
        zones = [(line, *line_zone(sv, line)) for line in clip.truth.lines]
        crossings = []
        for number, boxes in enumerate(clip.boxes):
            found = tracker.update(as_supervision(sv, boxes))
            for line, zone, positive in zones:
                first, second = zone.trigger(found)
                crossings += [Crossing(line.id, positive, number / fps)] * int(first.sum())
                crossings += [Crossing(line.id, other(positive), number / fps)] * int(second.sum())
        return crossings

    return count


def as_supervision(sv: Any, boxes: Detections) -> Any:
    """Our detections as supervision's."""
    return sv.Detections(
        xyxy=boxes.boxes.reshape(-1, 4), confidence=boxes.scores, class_id=np.zeros(len(boxes), int)
    )


def line_zone(sv: Any, line: TrueLine | Line) -> tuple[Any, Direction]:
    """supervision's line at the foot point, and what it calls going along the arrow."""

    def build() -> Any:
        ends = [sv.Point(*place) for place in line.points]
        return sv.LineZone(ends[0], ends[1], triggering_anchors=[sv.Position.BOTTOM_CENTER])

    trial = build()
    for x, y in line.arrow:
        box = np.array([[x - 5, y - 20, x + 5, y]], float)
        trial.trigger(sv.Detections(xyxy=box, class_id=np.array([0]), tracker_id=np.array([1])))
    assert trial.in_count + trial.out_count == 1
    return build(), Direction.IN if trial.in_count else Direction.OUT


def with_ultralytics(model: Path) -> Counter:
    """Ultralytics' ObjectCounter with its own detector and tracker, as they come; persons only."""

    def count(clip: Clip) -> list[Crossing]:
        from ultralytics import solutions

        counters = []
        for line in clip.truth.lines:
            region = [tuple(map(round, place)) for place in line.points]
            counter = solutions.ObjectCounter(region=region, model=str(model), classes=[0], show=False)
            # An upright line: to the right is in; a level one: downwards is in.
            dx, dy = (head - tail for tail, head in zip(*line.arrow, strict=True))
            along = Direction.IN if (dx if abs(dx) > abs(dy) else dy) > 0 else Direction.OUT
            counters.append((line.id, along, counter))
        shared = Once(counters[0][2].model)
        crossings = []
        for at, image in clip.pictures():
            for name, along, counter in counters:
                counter.model = shared
                before = (counter.in_count, counter.out_count)
                counter(image.copy())  # it draws on the picture
                crossings += [Crossing(name, along, at)] * (counter.in_count - before[0])
                crossings += [Crossing(name, other(along), at)] * (counter.out_count - before[1])
            shared.forget()
        return crossings

    return count


class Once:
    """A model that tracks each picture once, for the counters of all lines."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._found: Any = None

    def track(self, **options: Any) -> Any:
        """What was found in this picture."""
        if self._found is None:
            self._found = self._model.track(**options)
        return self._found

    def forget(self) -> None:
        """The next picture is another one."""
        self._found = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def openvino_folder(weights: Path, folder: Path) -> Path:
    """The weights in the kind of folder that Ultralytics looks for."""
    target = folder / "yolo11n_int8_openvino_model"
    target.mkdir()
    for file in weights.glob("yolo11n_int8.*"):
        shutil.copy(file, target)
    names = "\n".join(f"  {number}: {'person' if number == 0 else f'class{number}'}" for number in range(80))
    about = (
        f"task: detect\nstride: 32\nbatch: 1\nimgsz:\n- 640\n- 640\nnames:\n{names}\nargs:\n  nms: false\n"
    )
    (target / "metadata.yaml").write_text(about, "utf-8")
    return target


def other(direction: Direction) -> Direction:
    """The other way."""
    return Direction.OUT if direction is Direction.IN else Direction.IN


def row(case: str, system: str, tally: Tally) -> str:
    """A row of the table, in Markdown."""
    cells: Sequence[object] = (
        case,
        system,
        tally.true,
        tally.counted,
        tally.missed,
        tally.extra,
        in_words(tally.recall),
        in_words(tally.precision),
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--ultralytics", type=Path, help="folder that holds yolo11n_int8.xml and .bin")
    options.add_argument("--only", default="", help="only clips whose name begins so")
    chosen = options.parse_args()
    systems: dict[str, Counter] = {"footfall": ours}
    for name in ("SORTTracker", "ByteTrackTracker", "OCSORTTracker"):
        systems[f"supervision LineZone, {name.removesuffix('Tracker')}"] = with_trackers(name)
    with tempfile.TemporaryDirectory() as folder:
        if chosen.ultralytics:
            model = openvino_folder(chosen.ultralytics, Path(folder))
            systems["Ultralytics ObjectCounter, yolo11n"] = with_ultralytics(model)
        totals: dict[str, list[Tally]] = {name: [] for name in systems}
        print("| clip | system | true | counted | missed | extra | recall | precision |")
        print("|---|---|---|---|---|---|---|---|")
        for case in (case for case in CASES if case.name.startswith(chosen.only)):
            clip = read(case, Path(os.environ["FOOTFALL_ASSETS"]))
            for name, count in systems.items():
                tally = score(clip.truth, count(clip)).total
                totals[name].append(tally)
                print(row(case.name, name, tally), flush=True)
        for name, tallies in totals.items():
            print(row("all", name, added(tallies)))


if __name__ == "__main__":
    main()
