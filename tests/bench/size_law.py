"""How well each detector finds people by their height in its input, for docs/accuracy.md ("Size of people").

Run it as `python -m tests.bench.size_law`, with FOOTFALL_ASSETS naming a folder that holds the weights, the
TUD sequences under `mot/` and vtest.avi. Truth is the labels of the TUD clips, without those who are hidden
behind others by a third or more; and on vtest, which has no labels here, what RTMDet finds surely at
full size: a self-made truth, fit to say where finding ends, not how good it is.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from edge.assembly import choose_model
from edge.config import Runtime
from edge.detection import Detector, open_detector
from edge.people import Image
from edge.tracking.boxes import Floats64, areas, overlap, shared

EDGES = (8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96, 128, 192, 256, 384, 768)
"""Bounds of the rows: height of a person in the network's input, in pixels."""

WIDTHS = (64, 96, 128, 160, 192, 256, 320, 416, 640, 960, 1280)
SHARES = (0.15, 0.25, 0.35, 0.5, 0.7, 1.0)
"""Of a fixed input that the picture is drawn into, the rest grey."""

MODELS: tuple[tuple[str, Runtime], ...] = (
    ("rtmdet-nano-person", "onnxruntime"),
    ("person-v0", "onnxruntime"),
    ("person-detection-0200", "openvino"),
)
FOUND_OVERLAP = 0.5
MOST_HIDDEN = 0.33
REFERENCE_WIDTH, REFERENCE_SCORE = 1152, 0.6
EVERY = {"TUD-Campus": 2, "TUD-Stadtmitte": 4, "vtest": 16}
GREY = 114

Labelled = tuple[Image, Floats64]
"""A picture, and the boxes of those who are to be found in it."""

Tally = dict[int, list[bool]]
"""Row of the table: whether each person in it was found."""


def pictures(path: Path, every: int) -> Iterator[tuple[int, Image]]:
    """Every so many pictures of a clip, with their numbers."""
    video = cv2.VideoCapture(str(path))
    number = 0
    while video.grab():
        if number % every == 0:
            yield number, np.asarray(video.retrieve()[1], np.uint8)
        number += 1
    video.release()


def in_sight(boxes: Floats64) -> Floats64:
    """Those who are not hidden by somebody who stands nearer."""
    common = shared(boxes, boxes) * (boxes[:, 3, None] < boxes[:, 3])
    hidden = (common / areas(boxes)[:, None]).max(axis=1, initial=0)
    return np.asarray(boxes[hidden < MOST_HIDDEN])


def labelled(folder: Path) -> Iterator[Labelled]:
    """Pictures of a TUD sequence with the labels of those in sight."""
    boxes: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    with (folder / "gt" / "gt.txt").open() as file:
        for row in csv.reader(file):
            x, y, width, height = (float(value) for value in row[2:6])
            boxes[int(row[0]) - 1].append((x, y, x + width, y + height))
    for number, image in pictures(folder / f"{folder.name}.mp4", EVERY[folder.name]):
        yield image, in_sight(np.array(boxes[number], np.float64).reshape(-1, 4))


def self_made(clip: Path) -> Iterator[Labelled]:
    """Pictures of vtest with what is surely found at full size."""
    detector = opened("rtmdet-nano-person", "onnxruntime", REFERENCE_WIDTH)
    for _, image in pictures(clip, EVERY["vtest"]):
        found = detector.detect(image)
        sure = found.boxes[found.scores >= REFERENCE_SCORE].astype(np.float64)
        yield image, in_sight(sure)


def opened(name: str, runtime: Runtime, width: int | None = None) -> Detector:
    """A model at an input width, or at that at which it was measured."""
    model = choose_model(name, runtime)
    files = (model.found.path, *model.found.parts)
    return open_detector(model.backend, *files, width=width or model.width, threads=2)


def tried(name: str, runtime: Runtime) -> Iterator[tuple[Detector, float, float]]:
    """A model at all sizes: detector, share of the input that the picture takes, input width or height."""
    if name == "person-detection-0200":
        detector, side = opened(name, runtime), choose_model(name, runtime).width
        yield from ((detector, share, side) for share in SHARES)
    else:
        yield from ((opened(name, runtime, width), 1.0, width) for width in WIDTHS)


def drawn_small(image: Image, share: float) -> Image:
    """The picture at a share of its size in the top left corner of a grey one."""
    if share == 1:
        return image
    whole = np.full_like(image, GREY)
    small = cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    whole[: small.shape[0], : small.shape[1]] = small
    return whole


def recall(name: str, runtime: Runtime, truth: list[Labelled]) -> Tally:
    """Whom a model finds surely, by height in its input."""
    tally: Tally = defaultdict(list)
    for detector, share, size in tried(name, runtime):
        for image, people in truth:
            found = detector.detect(drawn_small(image, share))
            sure = found.boxes[found.scores >= detector.sure_score].astype(np.float64)
            best = overlap(people * share, sure).max(axis=1, initial=0)
            across = image.shape[0] if name == "person-detection-0200" else image.shape[1]
            tall = (people[:, 3] - people[:, 1]) * share * size / across
            for height, is_found in zip(tall, best >= FOUND_OVERLAP, strict=True):
                tally[int(np.searchsorted(EDGES, height, side="right"))].append(bool(is_found))
    return tally


def main() -> None:
    """Prints the table."""
    assets = Path(os.environ["FOOTFALL_ASSETS"])
    tud = [one for name in ("TUD-Campus", "TUD-Stadtmitte") for one in labelled(assets / "mot" / name)]
    vtest = list(self_made(assets / "videos" / "vtest.avi"))
    table, columns = Table("height in the input"), []
    for name, runtime in MODELS:
        for clip, truth in (("TUD", tud), ("vtest", vtest)):
            table.add_column(f"{name}, {clip}")
            columns.append(recall(name, runtime, truth))
    for row in range(1, len(EDGES)):
        cells = [column.get(row, []) for column in columns]
        table.add_row(
            f"{EDGES[row - 1]} to {EDGES[row]}",
            *(f"{100 * np.mean(cell):.0f} % of {len(cell)}" if len(cell) >= 20 else "–" for cell in cells),
        )
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
