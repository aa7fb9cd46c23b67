"""Repeats the table of docs/accuracy.md on dwell: how long visits are counted, beside how long they were.

Run it as `python -m tests.bench.dwell`, with FOOTFALL_ASSETS naming a folder that holds clips, truth.json,
the sequences under `mot/` and RTMDet's weights. Zones are grids over the picture, so that none was picked
for its result; everybody who is labelled is labelled for the whole of their stay.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from edge.assembly import choose_model, open_chosen
from edge.config import CameraSettings, EdgeSettings
from edge.counting import Visit, VisitEnd
from edge.people import Detections
from edge.planning import counter_builder
from edge.sections import ZoneSettings
from edge.tracking import Tracker
from edge.truth import ClipFacts, Places, Score, Truth, labelled, read_truth, score
from edge.truth.frames import clip_facts
from edge.truth.mot import Paths, read_paths

MODEL = "rtmdet-nano-person"
SEQUENCES = ("TUD-Campus", "TUD-Stadtmitte")
EVERY = (1, 5)
LEAST_STAY_SECONDS = 0.5
"""The sequences last 2.8 and 7.2 seconds."""

ONE_BY_ONE = "one-by-one-person-detection.mp4"
ONE_BY_ONE_EVERY = (1, 2, 3)
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


class Boxes(NamedTuple):
    """What the network finds in a clip."""

    clip: ClipFacts
    frames: list[Detections]
    bar: float


def boxes_of(path: Path) -> Boxes:
    """Detections in every frame, and from which score on they are sure."""
    camera = {"source": str(path), "zones": [zone("whole", WHOLE)]}
    settings = EdgeSettings.model_validate({"store": "bench", "device": "dwell", "cameras": {"clip": camera}})
    detector = open_chosen(choose_model(MODEL), settings)
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    frames: list[Detections] = []
    while True:
        ok, image = video.read()
        if not ok:
            video.release()
            return Boxes(clip_facts(path), frames, detector.sure_score)
        frames.append(detector.detect(np.asarray(image, np.uint8)))


def zone(name: str, corners: Sequence[tuple[float, float]], stay: float = 3.0) -> ZoneSettings:
    """A zone in shares of the picture."""
    return ZoneSettings.model_validate({"id": name, "points": corners, "minimum_stay_seconds": stay})


def grid(paths: Paths, clip: ClipFacts, columns: int, rows: int) -> list[ZoneSettings]:
    """Equal parts of the floor that anybody walks on; those at its rim go on to the picture's edge."""
    deep = [foot.place.y / clip.height for path in paths.values() for foot in path]
    near, far = max(deep), min(deep)
    across = [column / columns for column in range(columns + 1)]
    down = [0.0, *(far + row * (near - far) / rows for row in range(1, rows)), 1.0]
    return [
        zone(
            f"zone-{column}-{row}",
            [
                (across[column], down[row]),
                (across[column + 1], down[row]),
                (across[column + 1], down[row + 1]),
                (across[column], down[row + 1]),
            ],
            LEAST_STAY_SECONDS,
        )
        for row, column in product(range(rows), range(columns))
    ]


def visits(boxes: Boxes, zones: Sequence[ZoneSettings], every: int) -> list[Visit]:
    """What a device counts that sees every so manieth frame; seconds from the clip's beginning."""
    camera = CameraSettings.model_validate({"source": boxes.clip.file, "zones": list(zones)})
    size = boxes.clip.width, boxes.clip.height
    counter, tracker = counter_builder(camera)(*size), Tracker(boxes.bar, picture_height=size[1])
    facts = []
    for number in range(0, len(boxes.frames), every):
        at = number / boxes.clip.fps
        facts += counter.update(tracker.update(boxes.frames[number], at), at)
    facts += counter.close(VisitEnd.STOPPED)
    return [fact for fact in facts if isinstance(fact, Visit)]


def sequences(folder: Path) -> Iterator[tuple[str, ...]]:
    """Rows of the table: the grids of both sequences at both frame rates."""
    for name in SEQUENCES:
        boxes = boxes_of(folder / name / f"{name}.mp4")
        paths = read_paths((folder / name / "gt" / "gt.txt").read_text("ascii"))
        for columns, rows in ((6, 1), (3, 2)):
            zones = grid(paths, boxes.clip, columns, rows)
            truth = labelled(paths, boxes.clip, Places(zones=tuple(zones)))
            for every in EVERY:
                result = score(truth, visits(boxes, zones, every))
                yield (name, f"{columns} × {rows}", f"{boxes.clip.fps / every:g}", *cells(result))


def cells(result: Score) -> tuple[str, ...]:
    """True, counted and matched visits, and how far off their dwell is."""
    tallies = [one.tally for one in result.zones]
    errors = [error for one in result.zones for error in one.dwell_errors]
    return (
        str(sum(tally.true for tally in tallies)),
        str(sum(tally.counted for tally in tallies)),
        str(len(errors)),
        f"{np.abs(errors).mean():.2f} s",
        f"{np.mean(errors):+.2f} s",
        f"{np.abs(errors).max():.2f} s",
    )


def ends(truth: Truth, found: Sequence[Visit]) -> list[tuple[float, float]]:
    """How many frames too late each visit begins and ends, in order."""
    fps, true = truth.clip.fps, truth.zones[0].visits
    assert len(found) == len(true), f"{len(true)} visits are counted as {len(found)}"
    return [
        (one.entered_at * fps - real.enter_frame, one.left_at * fps - real.leave_frame)
        for one, real in zip(sorted(found, key=lambda one: one.entered_at), true, strict=True)
    ]


def one_by_one(assets: Path) -> tuple[Boxes, Truth]:
    """The clip of six people, one at a time; a visit is as long as anything of somebody is in the picture."""
    boxes = boxes_of(assets / "videos" / ONE_BY_ONE)
    return boxes, read_truth(assets / "truth.json", boxes.clip, Places())


def main() -> None:
    """Prints the tables."""
    assets, console = Path(os.environ["FOOTFALL_ASSETS"]), Console()
    table = Table("clip", "grid", "fps", "true", "counted", "matched", "mean abs. error", "bias", "worst")
    for row in sequences(assets / "mot"):
        table.add_row(*row)
    console.print(table)
    boxes, truth = one_by_one(assets)
    table = Table("fps", "visit", "begins off by, frames", "ends off by, frames", title=ONE_BY_ONE)
    for every in ONE_BY_ONE_EVERY:
        found = visits(boxes, [zone("zone-1", WHOLE)], every)
        for number, (begin, end) in enumerate(ends(truth, found), 1):
            table.add_row(f"{boxes.clip.fps / every:.1f}", str(number), f"{begin:+.1f}", f"{end:+.1f}")
    console.print(table)


if __name__ == "__main__":
    main()
