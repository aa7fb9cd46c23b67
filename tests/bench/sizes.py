"""Counts the known clips with people small, large, shaken and at other frame rates, for docs/accuracy.md.

Run it as `python -m tests.bench.sizes [small|large|shaken|rates ...]`, with FOOTFALL_ASSETS naming a
folder that holds clips, truth.json, the TUD sequences and weights. The pictures are made in memory from those
clips and never written. "old" looks at the whole picture at the model's own width, as all versions did
before people's height was learned; "learned" and "given" are what a device does.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from edge.assembly import choose_model, open_chosen
from edge.config import EdgeSettings
from edge.counting import Crossing, VisitEnd
from edge.detection import Detector, Framed
from edge.people import Image
from edge.planning import counter_builder
from edge.tracking import Tracker
from edge.truth import Truth, camera_of, given_places, read_truth, score
from edge.truth.format import CrossingEvent, TrueLine
from edge.truth.frames import clip_facts
from edge.truth.scoring import Tally

RTMDET = "rtmdet-nano-person"
WAYS = ("old", "learned", "given")
KINDS = ("small", "large", "shaken", "rates")
WIDE, HIGH = 1920, 1080
EVERY_80_PIXELS = tuple(f"x{x}={x},0,{x},480:right" for x in range(80, 640, 80))
SHAKEN_PIXELS = 4


@dataclass(frozen=True)
class Scene:
    """A clip as it is shown to the detector.

    Attributes:
        pictures: gives its pictures anew each time.
        truth: lines and crossings, in its pixels.
    """

    name: str
    pictures: Callable[[], Iterator[Image]]
    truth: Truth
    every: int = 1

    @property
    def fps(self) -> float:
        """Pictures a second."""
        return self.truth.clip.fps / self.every


def clip_scene(name: str, path: Path, truth: Path, lines: tuple[str, ...] = ()) -> Scene:
    """A clip as it is."""
    facts = clip_facts(path)
    known = read_truth(truth, facts, given_places(lines, (), facts)).model_copy(update={"zones": ()})

    def pictures() -> Iterator[Image]:
        video = cv2.VideoCapture(str(path))
        while (read := video.read())[0]:
            yield np.asarray(read[1], np.uint8)
        video.release()

    return Scene(name, pictures, known)


Draw = Callable[[Image, int], Image]
PlaceOf = Callable[[float, float], tuple[float, float]]


def drawn(scene: Scene, name: str, draw: Draw, place: PlaceOf) -> Scene:
    """A scene whose pictures are drawn anew; `place` says where a place of the old ones is in the new."""
    first = draw(next(scene.pictures()), 0)

    def moved(line: TrueLine) -> TrueLine:
        points, arrow = (tuple(place(*one) for one in some) for some in (line.points, line.arrow))
        return line.model_copy(update={"points": points, "arrow": arrow})

    def pictures() -> Iterator[Image]:
        for number, image in enumerate(scene.pictures()):
            yield draw(image, number)

    facts = scene.truth.clip.model_copy(update={"width": first.shape[1], "height": first.shape[0]})
    lines = tuple(moved(line) for line in scene.truth.lines)
    return Scene(name, pictures, scene.truth.model_copy(update={"clip": facts, "lines": lines}))


def in_a_wide_view(scene: Scene, share: float) -> Scene:
    """The clip small within a full-size view: its first picture, enlarged and blurred, lies behind it."""
    first = next(scene.pictures())
    behind = cv2.GaussianBlur(cv2.resize(first, (WIDE, HIGH)), (0, 0), 12).astype(np.uint8)
    width, height = round(first.shape[1] * share), round(first.shape[0] * share)
    x0, y0 = (WIDE - width) * 2 // 3, (HIGH - height) // 2

    def draw(image: Image, number: int) -> Image:
        whole = behind.copy()
        whole[y0 : y0 + height, x0 : x0 + width] = cv2.resize(
            image, (width, height), interpolation=cv2.INTER_AREA
        )
        return whole

    return drawn(
        scene, f"{scene.name}, small in 1920×1080", draw, lambda x, y: (x0 + x * share, y0 + y * share)
    )


def enlarged(scene: Scene, part: tuple[int, int, int, int], height: int) -> Scene:
    """A part of the clip (x0, y0, x1, y1), as a picture so many pixels high; lines end at its edge."""
    x0, y0, x1, y1 = part
    share = height / (y1 - y0)
    size = (round((x1 - x0) * share), height)

    def draw(image: Image, number: int) -> Image:
        return np.asarray(cv2.resize(image[y0:y1, x0:x1], size, interpolation=cv2.INTER_CUBIC), np.uint8)

    def place(x: float, y: float) -> tuple[float, float]:
        return (min(max(x, x0), x1) - x0) * share, (min(max(y, y0), y1) - y0) * share

    return drawn(scene, f"{scene.name}, a part as {size[0]}×{height}", draw, place)


def shaken(scene: Scene, pixels: int = SHAKEN_PIXELS) -> Scene:
    """Each picture shifted by up to so many pixels in either direction, at random."""
    shifts = np.random.default_rng(7).uniform(-pixels, pixels, (5000, 2))

    def draw(image: Image, number: int) -> Image:
        return shifted(image, *shifts[number])

    return drawn(scene, f"{scene.name}, shaken by {pixels} pixels", draw, lambda x, y: (x, y))


def shifted(image: Image, x: float, y: float) -> Image:
    """The picture moved by x and y pixels, its edge repeated."""
    move = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return np.asarray(
        cv2.warpAffine(image, move, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def blended(scene: Scene, times: int) -> Scene:
    """So many pictures for each one, faded from one to the next."""

    def pictures() -> Iterator[Image]:
        images = scene.pictures()
        before = next(images)
        yield before
        for image in images:
            for step in range(1, times + 1):
                share = step / times
                yield np.asarray(cv2.addWeighted(image, share, before, 1 - share, 0), np.uint8)
            before = image

    old = scene.truth
    facts = old.clip.model_copy(update={"fps": old.clip.fps * times, "frames": None})
    lines = tuple(line.model_copy(update={"events": later(line, times)}) for line in old.lines)
    watched = old.watched and old.watched.model_copy(update={"to_frame": old.watched.to_frame * times})
    truth = old.model_copy(update={"clip": facts, "lines": lines, "watched": watched})
    return Scene(f"{scene.name}, {facts.fps:g} a second", pictures, truth)


def later(line: TrueLine, times: int) -> tuple[CrossingEvent, ...]:
    """A line's crossings, where each frame has become so many."""
    return tuple(one.model_copy(update={"frame": one.frame * times}) for one in line.events or ())


def slower(scene: Scene, every: int) -> Scene:
    """Every so many pictures only."""
    return replace(scene, name=f"{scene.name}, {scene.truth.clip.fps / every:.3g} a second", every=every)


def detector_for(scene: Scene, model: str, way: str, given: float | None) -> Detector:
    """What looks at a scene."""
    height = given if way == "given" else None
    camera = camera_of(scene.truth, "clip").model_copy(update={"person_height": height})
    settings = EdgeSettings(store="bench", device="sizes", cameras={"clip": camera})
    return open_chosen(choose_model(model), settings, None if way == "old" else camera)


def counted(scene: Scene, detector: Detector) -> tuple[Tally, float]:
    """What is counted beside the truth, and milliseconds a picture."""
    camera = camera_of(scene.truth, "clip")
    facts_of_clip = scene.truth.clip
    counter = counter_builder(camera)(facts_of_clip.width, facts_of_clip.height)
    tracker, spent, seen = Tracker(detector.sure_score, picture_height=facts_of_clip.height), 0.0, 0
    facts = []
    for number, image in enumerate(scene.pictures()):
        if number % scene.every:
            continue
        at, began = number / facts_of_clip.fps, time.perf_counter()
        found = detector.detect(image, at)
        spent, seen = spent + time.perf_counter() - began, seen + 1
        facts += counter.update(tracker.update(found, at), at)
    facts += counter.close(VisitEnd.STOPPED)
    return score(
        scene.truth, [fact for fact in facts if isinstance(fact, Crossing)]
    ).total, 1000 * spent / seen


@dataclass(frozen=True)
class Trial:
    """What is looked at in which ways; people's height in it where it is given."""

    scene: Scene
    given: float
    models: tuple[str, ...] = (RTMDET,)
    ways: tuple[str, ...] = ("old", "learned")


def trials(assets: Path, what: str) -> Iterator[Trial]:
    """The trials of one kind."""
    truth, both, all_ways = assets / "truth.json", (RTMDET, "person-detection-0200"), WAYS
    vtest = clip_scene("vtest", assets / "videos" / "vtest.avi", truth)
    one = clip_scene("one-by-one", assets / "videos" / "one-by-one-person-detection.mp4", truth)
    campus, stadt = (tud_scene(assets / "mot" / name) for name in ("TUD-Campus", "TUD-Stadtmitte"))
    match what:
        case "small":
            yield Trial(in_a_wide_view(vtest, 0.72), 0.05, both, all_ways)
            yield Trial(in_a_wide_view(vtest, 0.5), 0.035, both, all_ways)
        case "large":
            yield Trial(enlarged(campus, (0, 40, 640, 480), 1080), 0.5, both)
            yield Trial(enlarged(stadt, (0, 40, 640, 400), 1080), 0.55, both)
            yield Trial(enlarged(vtest, (210, 100, 450, 370), 1080), 0.3)
        case "shaken":
            for scene in (campus, stadt, one, vtest):
                yield Trial(scene, 0.4, ways=("learned",))
                yield Trial(shaken(scene), 0.4, ways=("learned",))
        case "rates":
            for scene in (campus, stadt):
                yield from (Trial(slower(scene, every), 0.4, ways=("learned",)) for every in (1, 2, 5, 8))
            yield Trial(blended(vtest, 6), 0.135, ways=("learned",))
        case _:
            raise SystemExit(f"there is no kind {what}; known: {', '.join(KINDS)}")


def tud_scene(folder: Path) -> Scene:
    """A TUD sequence with seven upright lines."""
    clip, truth = folder / f"{folder.name}.mp4", folder / "gt" / "gt.txt"
    return clip_scene(folder.name, clip, truth, EVERY_80_PIXELS)


def main() -> None:
    """Prints the table, in Markdown."""
    assets = Path(os.environ["FOOTFALL_ASSETS"])
    print("| scene | detector | way | true | counted | missed | extra | ms a picture | |")
    print("|---|---|---|---|---|---|---|---|---|")
    for trial in (trial for what in sys.argv[1:] or KINDS for trial in trials(assets, what)):
        for model, way in product(trial.models, trial.ways):
            detector = detector_for(trial.scene, model, way, trial.given)
            tally, ms = counted(trial.scene, detector)
            how = detector.in_words if isinstance(detector, Framed) else ""
            cells = (tally.true, tally.counted, tally.missed, tally.extra, f"{ms:.1f}", how)
            print("|", " | ".join(map(str, (trial.scene.name, model, way, *cells))), "|", flush=True)


if __name__ == "__main__":
    main()
