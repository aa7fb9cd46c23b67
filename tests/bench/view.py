"""Watches the views of real clips, with faults made up: what is said wrongly, and what is missed.

Run it as `python -m tests.bench.view`, with FOOTFALL_ASSETS naming a folder that holds the clips. Each is
played to and fro, and looked at every two, later every six seconds. After two minutes the fault sets in; four
minutes later it goes, and a minute and a half after that all should be well. Arguments: names of clips.
"""

from __future__ import annotations

import copy
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.people import Image
from edge.view import ViewWatch
from edge.view.look import look_at
from edge.view.watched import LOOK_SECONDS

FAULT_AT, HEALED_AT, END_AT = 120.0, 360.0, 450.0
SELDOM_SECONDS = 6.0
"""Between two looks once a view is known; a device looks three times as often."""

KINDS = ("blocked", "moved", "dark", "unfocused")

Spoil = Callable[[Image, float], Image]
"""What becomes of a picture so many seconds after a fault set in."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault made up: what it does to a picture, and which kinds may be said of it; none: it is no fault."""

    name: str
    spoil: Spoil
    said_as: tuple[str, ...]


def cover(share: float) -> Spoil:
    """Something grey and blurred before so much of the picture, from the left."""

    def spoil(image: Image, _: float) -> Image:
        image = image.copy()
        width = round(image.shape[1] * share)
        near = cv2.resize(
            cv2.resize(image[:, :width], (4, 3), interpolation=cv2.INTER_AREA), (width, len(image))
        )
        image[:, :width] = near // 2 + 60
        return image

    return spoil


def standing(seconds: float, share: float = 0.8) -> Spoil:
    """Somebody in a striped shirt, who sways, before so much of the picture for so long."""

    def spoil(image: Image, since: float) -> Image:
        if since > seconds:
            return image
        image = image.copy()
        height, width = image.shape[:2]
        sway = round(width * 0.03 * np.sin(since))
        left = max(round(width * (1 - share) / 2) + sway, 0)
        right = min(left + round(width * share), width)
        stripes = (np.arange(height)[:, None] // 25 % 2 * 90 + 60).astype(np.uint8)
        image[:, left:right] = stripes[..., None]
        return image

    return spoil


def turned(right: float = 0.0, degrees: float = 0.0, zoom: float = 1.0) -> Spoil:
    """The camera looks so much of the width to the right, turned and zoomed."""

    def spoil(image: Image, _: float) -> Image:
        height, width = image.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
        matrix[0, 2] -= right * width
        moved = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
        return np.asarray(moved, np.uint8)

    return spoil


def shaken(share: float) -> Spoil:
    """The mount shakes by so much of the width, another way at every look."""

    def spoil(image: Image, since: float) -> Image:
        return turned(share * float(np.sin(since * 1.7)))(image, since)

    return spoil


def dimmed(gain: float, lift: float = 0.0) -> Spoil:
    """Levels times `gain`, and `lift` more."""

    def spoil(image: Image, _: float) -> Image:
        return np.asarray(np.clip(image * gain + lift, 0, 255), np.uint8)

    return spoil


def lit_from_the_side(image: Image, _: float) -> Image:
    """Another light: twice as bright at one side as at the other, and less contrast."""
    side = np.linspace(0.5, 1.1, image.shape[1])[None, :, None]
    return np.asarray(np.clip(image.astype(np.float32) ** 0.95 * side + 12, 0, 255), np.uint8)


def noisy(image: Image, since: float) -> Image:
    """A sensor at night: half the levels, and noise of twelve."""
    noise = np.random.default_rng(int(since * 10)).normal(0, 12, image.shape)
    return np.asarray(np.clip(image * 0.5 + noise, 0, 255), np.uint8)


def blurred(share: float) -> Spoil:
    """Out of focus: a blur of so much of the width."""

    def spoil(image: Image, _: float) -> Image:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), share * image.shape[1]), np.uint8)

    return spoil


def printed(image: Image, _: float) -> Image:
    """A poster before the lens: another picture, that does not move."""
    height, width = image.shape[:2]
    drawn = np.random.default_rng(3).integers(0, 255, (12, 20, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


FAULTS = (
    Fault("nothing", lambda image, _: image, ()),
    Fault("somebody before the lens for 30 s", standing(30), ()),
    Fault("somebody before the lens for 100 s", standing(100), ()),
    Fault("half covered", cover(0.5), ()),
    Fault("a shake of 2 %", shaken(0.02), ()),
    Fault("dimmer, by half", dimmed(0.5), ()),
    Fault("brighter, by a third", dimmed(1.33), ()),
    Fault("light from the side", lit_from_the_side, ()),
    Fault("noise at night", noisy, ()),
    Fault("moved by 1 %", turned(0.01), ()),
    Fault("covered", cover(1.0), ("blocked",)),
    Fault("four fifths covered", cover(0.8), ("blocked",)),
    Fault("a poster before it", printed, ("blocked", "moved")),
    Fault("black", dimmed(0.0, 4), ("dark",)),
    Fault("dimmed to a tenth", dimmed(0.1), ("dark",)),
    Fault("moved by 5 %", turned(0.05), ("moved",)),
    Fault("moved by 10 %", turned(0.10), ("moved",)),
    Fault("moved by 20 %", turned(0.20), ("moved",)),
    Fault("moved by 60 %", turned(0.60), ("moved", "blocked")),
    Fault("turned by 10°", turned(degrees=10), ("moved",)),
    Fault("turned by 20°", turned(degrees=20), ("moved",)),
    Fault("zoomed by 15 %", turned(zoom=1.15), ("moved",)),
    Fault("blur of 0.3 %", blurred(0.003), ("unfocused",)),
    Fault("blur of 0.6 %", blurred(0.006), ("unfocused",)),
    Fault("blur of 1.2 %", blurred(0.012), ("unfocused", "blocked")),
)


def pictures_of(path: Path) -> list[Image]:
    """Every picture of a clip, made 640 wide, at most six a second."""
    video = cv2.VideoCapture(str(path))
    every = max(round(video.get(cv2.CAP_PROP_FPS) / 6), 1)
    pictures: list[Image] = []
    number = 0
    while (read := video.read())[0]:
        if number % every == 0:
            height, width = read[1].shape[:2]
            pictures.append(np.asarray(cv2.resize(read[1], (640, round(height * 640 / width))), np.uint8))
        number += 1
    video.release()
    return pictures


def to_and_fro(pictures: list[Image]) -> Iterator[Image]:
    """A clip without end: forwards, backwards, forwards."""
    step = max(round(6 * LOOK_SECONDS), 1) if len(pictures) > 100 else 7
    at, length = 0, len(pictures)
    while True:
        place = at % (2 * length)
        yield pictures[place if place < length else 2 * length - 1 - place]
        at += step


@dataclass(frozen=True, slots=True)
class Watched:
    """What was said: kind to the seconds after the fault; `healed`: all was well at the end."""

    said: dict[str, float]
    known: bool
    healed: bool
    milliseconds: float


def learned(pictures: list[Image]) -> ViewWatch:
    """A watch of a clip, up to the moment before a fault sets in."""
    watching, source = ViewWatch(), to_and_fro(pictures)
    for at in np.arange(0.0, FAULT_AT, LOOK_SECONDS):
        watching.take(look_at(next(source)), float(at))
    return watching


def watch(watching: ViewWatch, pictures: list[Image], fault: Fault, every: float = SELDOM_SECONDS) -> Watched:
    """Watches on, with a look so often, while a fault sets in and goes."""
    said: dict[str, float] = {kind: -1.0 for kind in KINDS if getattr(watching.state, kind)}
    spent, looks, state = 0.0, 0, watching.state
    source = to_and_fro(pictures)
    for at in np.arange(FAULT_AT, END_AT, every):
        image = next(source)
        if at < HEALED_AT:
            image = fault.spoil(image, at - FAULT_AT)
        began = time.perf_counter()
        state = watching.take(look_at(image), float(at))
        spent += time.perf_counter() - began
        looks += 1
        for kind in KINDS:
            if getattr(state, kind):
                said.setdefault(kind, float(at) - FAULT_AT)
    return Watched(said, state.known, state.is_well, 1000 * spent / looks)


def clips(names: list[str]) -> dict[str, list[Image]]:
    """The pictures of each clip that is here."""
    folder = os.environ.get("FOOTFALL_ASSETS", "")
    paths = (
        [Path("models/demo.mp4"), *sorted(Path(folder).rglob("*.*"))] if folder else [Path("models/demo.mp4")]
    )
    paths = [path for path in paths if path.suffix in (".mp4", ".avi", ".gif")]
    return {path.stem: pictures_of(path) for path in paths if path.stem in names or not names}


def main() -> None:
    """Prints the table."""
    shown = clips(sys.argv[1:])
    before = {name: learned(pictures) for name, pictures in shown.items()}
    print("| fault |", " | ".join(shown), "|", flush=True)
    print("|---|" + "---|" * len(shown), flush=True)
    milliseconds: list[float] = []
    for fault in FAULTS:
        cells = []
        for name, pictures in shown.items():
            result = watch(copy.deepcopy(before[name]), pictures, fault)
            milliseconds.append(result.milliseconds)
            cells.append(_cell(result, fault))
        print(f"| {fault.name} |", " | ".join(cells), "|", flush=True)
    print(f"{np.mean(milliseconds):.1f} ms a look")


def _cell(result: Watched, fault: Fault) -> str:
    right = {kind: at for kind, at in result.said.items() if kind in fault.said_as and at >= 0}
    wrong = [f"!{kind}@{at:.0f}" for kind, at in result.said.items() if kind not in right]
    said = [f"{kind} {at:.0f}" for kind, at in right.items()]
    missed = ["-"] if fault.said_as and not right else []
    return " ".join(
        [*said, *missed, *wrong, *([] if result.healed else ["!stays"]), *([] if result.known else ["?"])]
    )


if __name__ == "__main__":
    main()
