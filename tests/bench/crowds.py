"""A judge that no setting was chosen with: crowds, cameras, lines and detector's faults, all made up.

Run it as `python -m tests.bench.crowds`; it needs no clip and no weights. With `--trackers`, in an
environment that has `trackers==2.6.*` and supervision, theirs count the same boxes over the same lines.
The truth is where the made-up feet cross; nothing of the device's counters has a part in it.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from edge.counting import Crossing, Direction, Line, LineCounter
from edge.geometry import Point, between
from edge.people import Detections
from edge.tracking import Tracker, TrackerSettings
from edge.truth.matching import match_moments
from edge.truth.mot import Foot, crossings
from tests.bench.seeing import CAMERAS, SURE, Camera, Detector, Seen, see
from tests.bench.walkers import HALL, PER_SECOND, Crowd, Random, walk

TOLERANCE_SECONDS = 1.0
LINES = 6
EVERY = (2, 6, 12, 18)
"""Which of the sixty moments a second are pictures: 30, 10, 5 and 3.3 a second."""

DENSITIES = {"sparse": (6.0, 1), "busy": (20.0, 2), "crowded": (60.0, 4)}
"""Parties a minute, and people who stand about."""

LONGEST_METRES, SHORTEST_METRES = 7.0, 3.0


class Counts(NamedTuple):
    """Crossings of one or several lines, both ways."""

    true: int
    missed: int
    extra: int

    def __add__(self, other: object) -> Counts:
        assert isinstance(other, Counts)
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Scene:
    """A crowd before a camera, with lines and what truly crosses them."""

    camera: Camera
    seen: Seen
    lines: tuple[Line, ...]
    truth: dict[str, list[Crossing]]

    @property
    def people(self) -> float:
        """How many are in the picture on average."""
        wide, high = self.camera.size
        x, y = self.seen.feet[..., 0], self.seen.feet[..., 1]
        return float(((x >= 0) & (x < wide) & (y >= 0) & (y < high)).sum(axis=1).mean())


Pictures = list[tuple[float, Detections]]
"""What the detector finds, with its time in seconds."""

Counter = Callable[[Scene, Pictures, float], list[Crossing]]
"""Counts a scene's lines from what was found in so many pictures a second."""


def scene(camera: Camera, crowd: Crowd, random: Random) -> Scene:
    """A crowd, seen, with random lines."""
    seen = see(walk(crowd, random), camera)
    lines = tuple(_line(f"line-{number}", camera, random) for number in range(LINES))
    paths = {
        person: [Foot(moment, Point(*seen.feet[moment, person])) for moment in np.flatnonzero(there).tolist()]
        for person, there in enumerate(np.transpose(np.isfinite(seen.feet).all(axis=2)))
    }
    truth = {
        line.id: [
            Crossing(line.id, event.direction, event.frame / PER_SECOND)
            for event in crossings(paths, (line.points[0], line.points[1]), line.arrow[1])
        ]
        for line in lines
    }
    return Scene(camera, seen, lines, truth)


def _line(name: str, camera: Camera, random: Random) -> Line:
    """A line across the floor that lies in the picture."""
    wide, high = camera.size
    while True:
        middle = random.uniform((2.0, 1.0), (HALL[0] - 2.0, HALL[1] - 1.0))
        turned, reach = random.uniform(0, np.pi), random.uniform(SHORTEST_METRES, LONGEST_METRES) / 2
        along = reach * np.array([np.cos(turned), np.sin(turned)])
        across = np.array([-along[1], along[0]]) / reach * 0.5
        places = camera.project(
            np.array([middle - along, middle + along, middle - across, middle + across]), 0.0
        )
        first, last, tail, head = (Point(*place) for place in places.tolist())
        if np.isfinite(places).all() and (places > 5).all() and (places < (wide - 5, high - 5)).all():
            return Line(name, (first, last), (tail, head))


def pictures(one: Scene, every: int, random: Random) -> Pictures:
    """What the detector finds in every so manieth moment."""
    detector = Detector(one.seen, random)
    moments = range(0, len(one.seen.feet), every)
    return [(moment / PER_SECOND, detector.detect(moment)) for moment in moments]


def ours(settings: TrackerSettings | None = None) -> Counter:
    """Our tracker and lines."""

    def count(one: Scene, found: Pictures, fps: float) -> list[Crossing]:
        tracker = Tracker(SURE, settings, picture_height=one.camera.size[1])
        counters, told = [LineCounter(line) for line in one.lines], []
        for at, detections in found:
            tracks = tracker.update(detections, at)
            for counter in counters:
                told += counter.update(tracks, at)
        return told + [crossing for counter in counters for crossing in counter.close()]

    return count


def with_trackers(name: str) -> Counter:
    """A tracker of `trackers`, told the frame rate and the bar for a sure score, with supervision's lines."""

    def count(one: Scene, found: Pictures, fps: float) -> list[Crossing]:
        import supervision as sv
        import trackers

        from tests.bench.peers import as_supervision, line_zone, other

        bars = {"ByteTrackTracker": "track_activation_threshold", "OCSORTTracker": "high_conf_det_threshold"}
        told = {bars[name]: SURE} if name in bars else {}
        tracker = getattr(trackers, name)(frame_rate=fps, **told)
        zones: list[tuple[Line, Any, Direction]] = [
            (line, *line_zone(sv, replace(line, arrow=_shortened(line)))) for line in one.lines
        ]
        counted = []
        for at, detections in found:
            sure = detections.scores >= (SURE if name == "SORTTracker" else 0)
            kept = Detections(detections.boxes[sure], detections.scores[sure], detections.feet[sure])
            people = tracker.update(as_supervision(sv, kept))
            people = people[people.tracker_id >= 0]
            for line, zone, along in zones:
                first, second = zone.trigger(people)
                counted += [Crossing(line.id, along, at)] * int(first.sum())
                counted += [Crossing(line.id, other(along), at)] * int(second.sum())
        return counted

    return count


def _shortened(line: Line) -> tuple[Point, Point]:
    """A tenth of the arrow, about the line's middle: supervision sees nobody beyond its ends."""
    (x0, y0), (x1, y1) = line.points
    middle = Point((x0 + x1) / 2, (y0 + y1) / 2)
    tail, head = line.arrow
    return between(middle, tail, 0.1), between(middle, head, 0.1)


def score(one: Scene, counted: Sequence[Crossing]) -> Counts:
    """Missed and extra crossings, matched one to one."""
    total = Counts(0, 0, 0)
    for line, direction in product(one.lines, Direction):
        true = [event.at for event in one.truth[line.id] if event.direction is direction]
        said = sorted(event.at for event in counted if event.line == line.id and event.direction is direction)
        pairs = len(match_moments(true, said, TOLERANCE_SECONDS))
        total += Counts(len(true), len(true) - pairs, len(said) - pairs)
    return total


class Run(NamedTuple):
    """One scene at one frame rate."""

    density: str
    scene: Scene
    fps: float
    found: Pictures


def runs(seeds: Sequence[int], every: Sequence[int], seconds: float) -> Iterator[Run]:
    """Every camera with every density."""
    for seed, camera, density in product(seeds, CAMERAS, DENSITIES):
        parties, standing = DENSITIES[density]
        number = (seed, CAMERAS.index(camera), round(parties))
        one = scene(camera, Crowd(parties, standing, seconds=seconds), np.random.default_rng(number))
        for step in every:
            # The same faults at every rate.
            found = pictures(one, step, np.random.default_rng((*number, 1)))
            yield Run(density, one, PER_SECOND / step, found)


def shown(counts: Counts) -> str:
    """Missed and extra per hundred true crossings."""
    if not counts.true:
        return "–"
    return f"{100 * counts.missed / counts.true:.1f} + {100 * counts.extra / counts.true:.1f}"


def table(title: str, cells: dict[tuple[str, str], Counts]) -> Table:
    """Rows and columns of counts."""
    columns = list(dict.fromkeys(column for _, column in cells))
    result = Table(title, *columns)
    for row in dict.fromkeys(row for row, _ in cells):
        result.add_row(row, *(shown(cells.get((row, column), Counts(0, 0, 0))) for column in columns))
    return result


def main() -> None:
    """Prints the tables: missed + extra in percent of the true crossings."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--trackers", action="store_true", help="count with those of `trackers`, too")
    options.add_argument("--seeds", type=int, default=1)
    options.add_argument("--seconds", type=float, default=30.0)
    options.add_argument(
        "--every", type=int, nargs="+", default=EVERY, help="every so manieth of 60 a second"
    )
    chosen = options.parse_args()
    systems = {"footfall": ours()}
    if chosen.trackers:
        for name in ("SORTTracker", "ByteTrackTracker", "OCSORTTracker"):
            systems[name.removesuffix("Tracker")] = with_trackers(name)
    by_density: dict[tuple[str, str], Counts] = defaultdict(lambda: Counts(0, 0, 0))
    by_camera, by_system = by_density.copy(), by_density.copy()
    people: dict[str, list[float]] = defaultdict(list)
    for run in runs(range(chosen.seeds), chosen.every, chosen.seconds):
        fps = f"{run.fps:.3g}/s"
        people[run.density].append(run.scene.people)
        for name, count in systems.items():
            result = score(run.scene, count(run.scene, run.found, run.fps))
            by_system[name, fps] += result
            by_system[name, "all"] += result
            if name == "footfall":
                by_density[run.density, fps] += result
                by_camera[run.scene.camera.name, fps] += result
    console = Console()
    for title, cells in (("density", by_density), ("camera", by_camera), ("system", by_system)):
        console.print(table(title, cells))
    console.print({density: f"{np.mean(numbers):.1f} people" for density, numbers in people.items()})
    console.print({density: counts.true for (density, _), counts in by_density.items()})


if __name__ == "__main__":
    main()
