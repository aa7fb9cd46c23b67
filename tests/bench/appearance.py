"""Whether it pays to look at people's clothes: our tracker with and without two re-identification networks.

Run it by hand as `python -m tests.bench.appearance`, with FOOTFALL_ASSETS naming a folder that holds RTMDet's
weights, Intel's person-reidentification-retail-0287 and -0288 under `models/` and the sequences under
`mot/`, in an environment with `trackers==2.6.*` and `openvino`. Boxes and measures are those of
`tests.bench.tracking`.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from edge.detection.openvino_session import OpenVinoNetwork
from edge.people import Detections, Floats, Image
from edge.tracking import Tracker
from edge.tracking.boxes import Bools, Floats64
from edge.tracking.tracker import REFUSED
from tests.bench.tracking import (
    EVERY,
    FULL_RATE,
    PICTURE_HEIGHT,
    SEQUENCES,
    THREADS,
    Ours,
    cells,
    detections_of,
    labels,
    score,
)

NETWORKS = ("person-reidentification-retail-0287", "person-reidentification-retail-0288")
CROP = (128, 256)
"""Width and height that both networks take."""

MEMORY = 0.1
"""How much of somebody's look the newest box replaces."""

Looks = dict[tuple[float, ...], Floats64]
"""Box to what is in it, as a vector of length 1."""


@dataclass(frozen=True)
class Use:
    """How looks are used: their weight in the cost, and the unlikeness from which a pair is refused."""

    weight: float
    most_unlike: float = math.inf

    def __str__(self) -> str:
        veto = "" if math.isinf(self.most_unlike) else f", refused above {self.most_unlike:g}"
        return f"weight {self.weight:g}{veto}"


USES = (Use(0.25), Use(0.5), Use(1.0), Use(2.0), Use(0.5, 0.7), Use(0.5, 0.5))


class LookingTracker(Tracker):
    """Ours, and whoever looks otherwise costs more."""

    def __init__(self, bar: float, looks: Looks, use: Use) -> None:
        super().__init__(bar, picture_height=PICTURE_HEIGHT)
        self._looks = looks
        self._use = use
        self._known: dict[int, Floats64] = {}

    def _costs(self, boxes: Floats64, cut_off: Bools) -> tuple[Floats64, Floats64]:
        costs, overlaps = super()._costs(boxes, cut_off)
        seen = np.array([self._looks[tuple(box)] for box in boxes.tolist()])
        known = np.array([self._known[person.id] for person in self._people])
        unlike = 1 - known @ seen.T
        costs = np.where(costs < REFUSED, costs + self._use.weight * unlike, REFUSED)
        costs[unlike > self._use.most_unlike] = REFUSED
        return costs, overlaps

    def _go(self, person: Any, step: Any) -> None:
        super()._go(person, step)
        mixed = (1 - MEMORY) * self._known[person.id] + MEMORY * self._looks[step.box]
        self._known[person.id] = mixed / np.linalg.norm(mixed)

    def _begin(self, detections: Detections, numbers: Any, cut_off: Bools, at: float) -> None:
        super()._begin(detections, numbers, cut_off, at)
        for person in self._people:
            if person.id not in self._known:
                self._known[person.id] = self._looks[person.last.box or ()]


class Looking(Ours):
    """A tracker of ours that looks, on the bench."""

    def __init__(self, bar: float, looks: Looks, use: Use) -> None:
        super().__init__(bar)
        self._tracker = LookingTracker(bar, looks, use)


def pictures_of(clip: Path) -> list[Image]:
    """All pictures of a short clip."""
    pictures: list[Image] = []
    video = cv2.VideoCapture(str(clip))
    while True:
        ok, image = video.read()
        if not ok:
            return pictures
        pictures.append(image.astype("uint8", copy=False))


def looks_of(network: OpenVinoNetwork, pictures: list[Image], found: list[Detections]) -> tuple[Looks, float]:
    """What is in every box, and how many milliseconds one took."""
    looks: Looks = {}
    began = time.process_time()
    for image, people in zip(pictures, found, strict=True):
        for box in people.boxes.astype(np.float64).tolist():
            vector = network.run(crop_of(image, box)).reshape(-1).astype(np.float64)
            looks[tuple(box)] = vector / np.linalg.norm(vector)
    return looks, 1000 * (time.process_time() - began) / len(looks)


def crop_of(image: Image, box: list[float]) -> Floats:
    """A box's part of the picture as the networks take it: (1, 3, 256, 128), BGR, 0 to 255."""
    height, width = image.shape[:2]
    x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
    x1, y1 = min(width, max(x0 + 1, math.ceil(box[2]))), min(height, max(y0 + 1, math.ceil(box[3])))
    part: NDArray[Any] = cv2.resize(image[min(y0, height - 1) : y1, min(x0, width - 1) : x1], CROP)
    return np.ascontiguousarray(part.transpose(2, 0, 1)[None], np.float32)


def main() -> None:
    """Prints a table for each sequence."""
    assets, console = Path(os.environ["FOOTFALL_ASSETS"]), Console()
    for name in SEQUENCES:
        folder = assets / "mot" / name
        clip, truth = folder / f"{name}.mp4", labels(folder)
        found, bar = detections_of(clip)
        columns = [f"HOTA / IDF1 / MOTA / switches, {FULL_RATE / every:g} per second" for every in EVERY]
        table = Table("tracker", "ms a box", *columns, title=name)
        table.add_row("footfall", "", *(scored(Ours(bar), found, truth, every) for every in EVERY))
        for network in NETWORKS:
            weights = assets / "models" / network
            opened = OpenVinoNetwork(weights.with_suffix(".xml"), weights.with_suffix(".bin"), THREADS)
            looks, spent = looks_of(opened, pictures_of(clip), found)
            for use in USES:
                results = [scored(Looking(bar, looks, use), found, truth, every) for every in EVERY]
                table.add_row(f"with {network[-4:]}, {use}", f"{spent:.1f}", *results)
        console.print(table)


def scored(follower: Ours, found: list[Detections], truth: Any, every: int) -> str:
    """How well somebody follows every so many pictures."""
    frames = range(0, len(found), every)
    for frame in frames:
        follower.update(found[frame], frame, frame / FULL_RATE)
    return " / ".join(cells(score(truth, follower.said(), frames)))


if __name__ == "__main__":
    main()
