"""Repeats the tables of docs/accuracy.md on trackers: ours beside those of Roboflow's `trackers`.

Run it by hand as `python -m tests.bench.tracking`, with FOOTFALL_ASSETS naming a folder that holds
RTMDet's weights and the sequences under `mot/`, in an environment with `trackers==2.6.*`. That package
also scores everybody; its measures are TrackEval's. Everybody gets the same boxes in the same run.
Times are processor time, so that what else the machine does matters little.
"""

from __future__ import annotations

import csv
import inspect
import os
import time
import tracemalloc
import warnings
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import supervision as sv
import trackers
from rich.console import Console
from rich.table import Table
from trackers.eval import box_iou, compute_clear_metrics, compute_hota_metrics, compute_identity_metrics

from edge.assets import find, load_manifest
from edge.detection import open_detector
from edge.people import NOBODY, Box, Detections, Step
from edge.tracking import Tracker, TrackerSettings

MODEL = "rtmdet-nano-person"
SEQUENCES = ("TUD-Campus", "TUD-Stadtmitte")
FULL_RATE = 25.0
PICTURE_HEIGHT = 480.0
EVERY = (1, 5)
THREADS = 2
ROUNDS = 10
"""How often everybody is timed, in turn; the quickest counts."""

THEIRS = ("SORT", "ByteTrack", "OCSORT", "BoTSORT", "CBIoU", "McByte")
CROWD = 50
PASSERS = 100_000

Boxes = dict[int, dict[int, Box]]
"""Frame, person, box."""


class Follower(Protocol):
    """A tracker on the bench."""

    def update(self, found: Detections, frame: int, at: float) -> None:
        """Follows people on to this frame."""

    def said(self) -> Boxes:
        """Who is where, in all frames so far."""


class Ours:
    """Our tracker: all its steps, or only those it reports at once."""

    def __init__(self, bar: float, hindsight: bool = True) -> None:
        self._tracker = Tracker(bar, picture_height=PICTURE_HEIGHT)
        self._hindsight = hindsight
        self._frames: dict[float, int] = {}
        self._steps: list[tuple[int, Step]] = []

    def update(self, found: Detections, frame: int, at: float) -> None:
        """See `Follower.update`."""
        self._frames[at] = frame
        for track in self._tracker.update(found, at):
            self._steps += [(track.id, step) for step in track.steps if self._hindsight or step.at == at]

    def said(self) -> Boxes:
        """See `Follower.said`."""
        boxes: Boxes = defaultdict(dict)
        for person, step in self._steps:
            assert step.box is not None
            boxes[self._frames[step.at]][person] = step.box
        return boxes


class Theirs:
    """One of `trackers`; with `joined`, straight lines over the same gaps as ours are put into its tracks."""

    def __init__(self, tracker: Any, least_score: float = 0.0, joined: float = 0.0) -> None:
        self._tracker = tracker
        self._least_score = least_score
        self._joined = joined
        self._results: list[tuple[int, Any]] = []

    def update(self, found: Detections, frame: int, at: float) -> None:
        """See `Follower.update`."""
        kept = found.scores >= self._least_score
        people = sv.Detections(found.boxes[kept], confidence=found.scores[kept])
        result = self._tracker.update(people)
        self._results.append((frame, result))

    def said(self) -> Boxes:
        """See `Follower.said`."""
        boxes: Boxes = {}
        for frame, result in self._results:
            pairs = zip(result.tracker_id, result.xyxy.tolist(), strict=True)
            boxes[frame] = {int(person): tuple(box) for person, box in pairs if person >= 0}
        return joined(boxes, self._joined * FULL_RATE)


def joined(boxes: Boxes, longest: float) -> Boxes:
    """The same with straight lines over gaps of at most `longest` frames."""
    seen: dict[int, int] = {}
    filled: Boxes = {frame: dict(people) for frame, people in boxes.items()}
    for frame, people in boxes.items():
        for person, box in people.items():
            last = seen.get(person, frame)
            missed = [other for other in boxes if last < other < frame <= last + longest]
            for other in missed:
                share = (other - last) / (frame - last)
                between = zip(boxes[last][person], box, strict=True)
                x0, y0, x1, y1 = (a + share * (b - a) for a, b in between)
                filled[other][person] = (x0, y0, x1, y1)
            seen[person] = frame
    return filled


Build = Callable[[float, float], Follower]
"""Makes a tracker for a frame rate and the detector's bar for a sure score."""


def contestants() -> dict[str, Build]:
    """Everybody on the bench, by name."""
    found: dict[str, Build] = {
        "footfall": lambda fps, bar: Ours(bar),
        "footfall, at once": lambda fps, bar: Ours(bar, hindsight=False),
    }
    for name in THEIRS:
        found |= variants(name, getattr(trackers, f"{name}Tracker"))
    return found


def variants(name: str, kind: Any) -> dict[str, Build]:
    """One of `trackers`: as it comes, told the frame rate, told RTMDet's bar too, and joined besides."""
    takes = set(inspect.signature(kind).parameters)
    # The cameras stand still, and nobody else gets to see the pictures.
    still = {"enable_cmc": False} if "enable_cmc" in takes else {}
    bars = takes & {"track_activation_threshold", "high_conf_det_threshold"}
    only_sure = name == "SORT"  # it has no second band: doubtful boxes are all noise to it

    def build(fps: float, bar: float, own: bool = False, **how: Any) -> Follower:
        least = bar if own and only_sure else 0.0
        told = dict.fromkeys(bars, bar) if own else {}
        return Theirs(kind(frame_rate=fps, **still, **told), least, **how)

    return {
        name: lambda fps, bar: Theirs(kind(**still)),
        f"{name}, rate": build,
        f"{name}, rate, bar": partial(build, own=True),
        f"{name}, rate, bar, joined": partial(build, own=True, joined=TrackerSettings().patience_seconds),
    }


@dataclass(frozen=True)
class Score:
    """How well somebody followed, as shares of 1; identity switches."""

    hota: float
    idf1: float
    mota: float
    switches: int


def score(truth: Boxes, said: Boxes, frames: range) -> Score:
    """Compares what was said with the labels."""
    real, told = numbered(truth, frames), numbered(said, frames)
    alike = [overlaps(truth.get(frame, {}), said.get(frame, {})) for frame in frames]
    clear = compute_clear_metrics(real, told, alike)
    hota = compute_hota_metrics(real, told, alike)["HOTA"]
    idf1 = compute_identity_metrics(real, told, alike)["IDF1"]
    return Score(float(hota), float(idf1), float(clear["MOTA"]), int(clear["IDSW"]))


def numbered(boxes: Boxes, frames: range) -> list[Any]:
    """Persons of each frame by consecutive numbers."""
    everybody = sorted({person for frame in frames for person in boxes.get(frame, {})})
    numbers = {person: number for number, person in enumerate(everybody)}
    return [np.array([numbers[person] for person in boxes.get(frame, {})], int) for frame in frames]


def overlaps(real: dict[int, Box], told: dict[int, Box]) -> Any:
    """Overlap of every real with every told box."""
    if not real or not told:
        return np.zeros((len(real), len(told)))
    return box_iou(np.array(list(real.values())), np.array(list(told.values())))


def labels(folder: Path) -> Boxes:
    """Labelled boxes, frames counted from 0."""
    boxes: Boxes = defaultdict(dict)
    with (folder / "gt" / "gt.txt").open() as file:
        for row in csv.reader(file):
            x, y, width, height = (float(value) for value in row[2:6])
            boxes[int(row[0]) - 1][int(row[1])] = (x, y, x + width, y + height)
    return boxes


def detections_of(clip: Path) -> tuple[list[Detections], float]:
    """What RTMDet finds in every frame, and its bar for a sure score."""
    model = load_manifest().models[MODEL]
    weights = find(model)
    assert weights is not None, f"{model.file} is not on this machine"
    detector = open_detector(model.backend, weights.path, width=model.width, threads=THREADS)
    video = cv2.VideoCapture(str(clip))
    found: list[Detections] = []
    while True:
        ok, image = video.read()
        if not ok or image is None:
            return found, detector.sure_score
        found.append(detector.detect(image.astype("uint8", copy=False)))


def follow(build: Build, found: dict[int, Detections], fps: float, bar: float) -> tuple[Boxes, float]:
    """What a tracker says of some frames, and how many seconds an update took."""
    follower = build(fps, bar)
    began = time.process_time()
    for frame, detections in found.items():
        follower.update(detections, frame, frame / FULL_RATE)
    return follower.said(), (time.process_time() - began) / len(found)


def timed(
    builds: dict[str, Build], found: dict[int, Detections], fps: float, bar: float
) -> dict[str, tuple[Boxes, float]]:
    """What everybody says of some frames, and their quickest mean time of an update."""
    results: dict[str, tuple[Boxes, float]] = {}
    for _ in range(ROUNDS):
        for who, build in builds.items():
            said, seconds = follow(build, found, fps, bar)
            _, before = results.get(who, (said, seconds))
            results[who] = (said, min(seconds, before))
    return results


def accuracy(folder: Path) -> list[Table]:
    """A table for each sequence and frame rate."""
    tables = []
    for name in SEQUENCES:
        truth = labels(folder / name)
        found, bar = detections_of(folder / name / f"{name}.mp4")
        for every in EVERY:
            frames, fps = range(0, len(found), every), FULL_RATE / every
            columns = ("HOTA", "IDF1", "MOTA", "switches", "ms", "× ours")
            table = Table("tracker", *columns, title=f"{name}, {fps:g} per second")
            results = timed(contestants(), {frame: found[frame] for frame in frames}, fps, bar)
            ours = results["footfall"][1]
            for who, (said, seconds) in results.items():
                table.add_row(who, *cells(score(truth, said, frames)), *times(seconds, ours))
            tables.append(table)
    return tables


def cells(result: Score) -> tuple[str, ...]:
    """A score for a table."""
    shares = (result.hota, result.idf1, result.mota)
    return (*(f"{100 * share:.1f}" for share in shares), str(result.switches))


def times(seconds: float, ours: float) -> tuple[str, str]:
    """A time in milliseconds and as a multiple of ours."""
    return f"{1000 * seconds:.2f}", f"{seconds / ours:.1f}"


def crowd(people: int, frames: int) -> dict[int, Detections]:
    """Boxes of people who walk about a large picture, some of them doubtful."""
    random = np.random.default_rng(0)
    feet = random.uniform((60, 150), (1860, 1000), (people, 2))
    walk = random.normal(0, 3, (people, 2))
    tall = random.uniform(80, 160, people)
    found = {}
    for frame in range(frames):
        x, y = (feet + walk * frame + random.normal(0, 2, (people, 2))).T
        boxes = np.stack([x - tall / 5, y - tall, x + tall / 5, y], axis=1).astype(np.float32)
        found[frame] = Detections.from_boxes(boxes, random.uniform(0.3, 0.95, people).astype(np.float32))
    return found


def speed() -> Table:
    """One update with many people."""
    builds = {who: build for who, build in contestants().items() if who == "footfall" or who.endswith("rate")}
    results = timed(builds, crowd(CROWD, 250), FULL_RATE, 0.4)
    table = Table("tracker", "ms", "× ours", title=f"one update with {CROWD} people")
    for who, (_, seconds) in results.items():
        table.add_row(who, *times(seconds, results["footfall"][1]))
    return table


def memory() -> Table:
    """What our tracker holds while very many people pass, twenty at a time."""
    tracker, newest = Tracker(0.4), 0
    table = Table("ids so far", "remembered", "KiB held", title="our tracker while people pass")
    passing = crowd(20, 10)
    tracemalloc.start()
    for group in range(PASSERS // 20):
        begin = 10.0 * group
        for frame, found in passing.items():
            tracks = tracker.update(found, begin + frame / 5)
            newest = max([newest, *(track.id for track in tracks)])
        if group % (PASSERS // 100) == 0:
            held = tracemalloc.get_traced_memory()[0]
            table.add_row(str(newest), str(len(tracker)), f"{held / 1024:.0f}")
        tracker.update(NOBODY, begin + 5)
    table.add_row(f"{newest}, all gone", str(len(tracker)), "")
    return table


def main() -> None:
    """Prints the tables."""
    warnings.simplefilter("ignore")  # `trackers` tells of every option left alone
    console = Console()
    for table in accuracy(Path(os.environ["FOOTFALL_ASSETS"]) / "mot"):
        console.print(table)
    console.print(speed())
    console.print(memory())


if __name__ == "__main__":
    main()
