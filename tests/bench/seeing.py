"""What a camera and a person detector make of a made-up crowd: boxes with all the faults of real ones.

The faults are as large, as frequent and as lasting as RTMDet-nano's (width 416) on TUD-Campus and
TUD-Stadtmitte, beside the labels: score, misses and jitter by how much of somebody is visible, feet that
slip, and boxes of nobody, of parts or double. They are a matter of seconds: whoever looks more often sees
the same faults for more pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from edge.people import Detections
from tests.bench.lasting import Drifting, Held
from tests.bench.walkers import HALL, PER_SECOND, Floats, Random, Walk

VISIBLE = (0.05, 0.18, 0.33, 0.5, 0.7, 0.88, 0.98)
SCORE = (0.24, 0.32, 0.41, 0.46, 0.53, 0.565, 0.67)
SCORE_SPREAD = (0.16, 0.13, 0.11, 0.12, 0.13, 0.14, 0.14)
JITTER_X = (0.06, 0.056, 0.047, 0.042, 0.035, 0.032, 0.028)
JITTER_FOOT = (0.024, 0.022, 0.02, 0.02, 0.02, 0.02, 0.013)
JITTER_HEAD = (0.09, 0.07, 0.045, 0.035, 0.027, 0.027, 0.018)
SLIPS = (0.62, 0.4, 0.25, 0.22, 0.12, 0.05, 0.015)
SLIP = (0.2, 0.15, 0.1, 0.1, 0.07, 0.06, 0.05)
"""By visible share: detector's score with its spread; standard deviations of the middle, foot and head of
a box, in body heights; share of the time in which its foot has slipped, and how far on average."""

LEAST_SCORE = 0.15
SURE = 0.4

SCORE_SECONDS, SCORE_QUICK_SECONDS, SCORE_QUICK = 1.0, 0.1, 0.4
"""How long somebody is found well or badly, and how long the quick part of it, that share of the variance."""
JITTER_SECONDS, SIDEWAYS_SECONDS, SLIP_SECONDS = 0.3, 0.15, 0.1
"""How long a foot or head, a middle is off; and a slip."""

SLIPS_DOWN = 0.8
"""Share of the slips that reach down, to the feet of somebody nearer."""

SMALL_PIXELS, TINY_PIXELS, SMALL_LOSS = 45.0, 15.0, 0.3
"""Below so many pixels of the network's input the score falls, by so much at the second."""
NETWORK_WIDTH = 416.0

SUPPRESSED = 0.65
"""Of two boxes that overlap more, only the better one is told."""

PARTS, PART_SCORE, PART_SECONDS = 1.5, 0.047, 0.1
NOBODIES, NOBODY_SCORE, NOBODY_SECONDS = 8.0, 0.055, 1.0
"""Doubtful boxes of parts of somebody, per person, and of nobody, per picture; by how much their score is
over the least on average; how long one lasts."""

DOUBLES, DOUBLE_SECONDS = 0.05, 0.3
SURE_NOBODIES, SURE_NOBODY_SECONDS = 0.05, 0.5
FLICKER = (0.38, 0.07)
FLICKER_SECONDS = 0.08
"""Second boxes of somebody and boxes of nobody that are sure in some pictures: how many, how long one lasts,
its score with its spread, and how long that lasts."""

WIDE = 0.38
"""Of a box, as a share of its height, with both feet on the ground; a stride adds to it."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks into the hall from the middle of its near side.

    Attributes:
        name: for tables.
        high: over the floor, metres.
        tilt: below the horizon, degrees.
        view: across, degrees.
        back: metres before the hall.
        size: of the picture, pixels.
    """

    name: str
    high: float
    tilt: float
    view: float
    back: float
    size: tuple[int, int] = (640, 480)

    def project(self, places: Floats, high: Floats | float) -> Floats:
        """Pixels of places (..., 2) so many metres over the floor; NaN behind the camera."""
        right, ahead = places[..., 0] - HALL[0] / 2, places[..., 1] + self.back
        down = self.high - high
        cos, sin = math.cos(math.radians(self.tilt)), math.sin(math.radians(self.tilt))
        depth = ahead * cos + down * sin
        depth = np.where(depth > 0.3, depth, np.nan)
        focus = self.size[0] / 2 / math.tan(math.radians(self.view / 2))
        x = self.size[0] / 2 + focus * right / depth
        y = self.size[1] / 2 + focus * (down * cos - ahead * sin) / depth
        return np.stack([x, y], axis=-1)


CAMERAS = (
    Camera("eye level", 1.7, 5.0, 65.0, 4.0),
    Camera("door, 2.6 m", 2.6, 22.0, 80.0, 2.0),
    Camera("ceiling, 3.5 m", 3.5, 35.0, 90.0, 2.0),
    Camera("hall, 6 m", 6.0, 30.0, 70.0, 6.0, (768, 576)),
)


class Seen(NamedTuple):
    """A crowd before a camera: true feet (moments, people, 2) and boxes (moments, people, 4), in pixels."""

    camera: Camera
    feet: Floats
    boxes: Floats


def see(walked: Walk, camera: Camera) -> Seen:
    """Where everybody is in the picture."""
    feet = camera.project(walked.places, 0.0)
    heads = camera.project(walked.places, walked.statures)
    tall = np.maximum(feet[..., 1] - heads[..., 1], 4.0)
    moment = np.arange(len(feet))[:, None] / PER_SECOND
    stride = 1 + 0.25 * np.abs(np.sin(2 * math.pi * 0.9 * moment + np.arange(feet.shape[1])))
    half = WIDE * tall * stride / 2
    return Seen(
        camera,
        feet,
        np.stack([feet[..., 0] - half, feet[..., 1] - tall, feet[..., 0] + half, feet[..., 1]], axis=-1),
    )


class Detector:
    """Tells of a crowd what a detector would; the faults are the same however often it looks."""

    def __init__(self, seen: Seen, random: Random) -> None:
        self._seen = seen
        self._moment = 0
        people = seen.feet.shape[1]
        self._sideways = Drifting((people,), SIDEWAYS_SECONDS, random)
        self._jitter = Drifting((people, 2), JITTER_SECONDS, random)
        self._luck = Drifting((people,), SCORE_SECONDS, random)
        self._quick_luck = Drifting((people,), SCORE_QUICK_SECONDS, random)
        self._slips = Held(people, SLIP_SECONDS, partial(_slips, random), random)
        self._parts = Held(round(2 * PARTS) * people, PART_SECONDS, partial(_parts, random), random)
        self._doubles = Held(people, DOUBLE_SECONDS, partial(_doubles, random), random)
        self._nobodies = Held(round(2 * NOBODIES), NOBODY_SECONDS, partial(_nobodies, random, 0.5), random)
        self._sure = Held(1, SURE_NOBODY_SECONDS, partial(_nobodies, random, SURE_NOBODIES), random)
        self._flicker = Drifting((people + 1,), FLICKER_SECONDS, random)
        self._faults = (
            *(self._sideways, self._jitter, self._luck, self._quick_luck, self._slips),
            *(self._parts, self._doubles, self._nobodies, self._sure, self._flicker),
        )

    def detect(self, moment: int) -> Detections:
        """What it finds in the picture of this moment of the simulation, later than the last one."""
        self._go_on(moment)
        wide, high = self._seen.camera.size
        true = self._seen.boxes[moment]
        there = np.flatnonzero(np.isfinite(true).all(axis=1) & (self._in_view(true) > 0.25))
        boxes, scores = self._faulty(there, true[there], visible(true[there]))
        more = [
            self._told_parts(there, boxes),
            self._told_doubles(there, boxes, scores),
            self._told_nobodies(),
        ]
        boxes = np.concatenate([boxes, *(one for one, _ in more)])
        scores = np.concatenate([scores, *(one for _, one in more)])
        boxes = np.clip(boxes, 0, (wide, high, wide, high))
        told = (scores >= LEAST_SCORE) & (boxes[:, 2] - boxes[:, 0] > 3) & (boxes[:, 3] - boxes[:, 1] > 3)
        return _suppressed(boxes[told], scores[told])

    def _go_on(self, moment: int) -> None:
        for _ in range(moment - self._moment):
            for fault in self._faults:
                fault.go_on(1 / PER_SECOND)
        self._moment = moment

    def _in_view(self, boxes: Floats) -> Floats:
        wide, high = self._seen.camera.size
        inner = np.clip(boxes, 0, (wide, high, wide, high))
        return areas(inner) / np.maximum(areas(boxes), 1e-6)

    def _faulty(self, who: NDArrayInt, boxes: Floats, shares: Floats) -> tuple[Floats, Floats]:
        tall = boxes[:, 3] - boxes[:, 1]

        def by_share(table: tuple[float, ...]) -> Floats:
            return np.asarray(np.interp(shares, VISIBLE, table))

        pixels = tall * NETWORK_WIDTH / self._seen.camera.size[0]
        small = np.clip((SMALL_PIXELS - pixels) / (SMALL_PIXELS - TINY_PIXELS), 0, 1.5)
        luck = (
            math.sqrt(1 - SCORE_QUICK) * self._luck.values + math.sqrt(SCORE_QUICK) * self._quick_luck.values
        )
        scores = by_share(SCORE) + by_share(SCORE_SPREAD) * luck[who] - SMALL_LOSS * small
        chance, far = self._slips.values[who].T
        slip = np.where(chance < by_share(SLIPS), far * by_share(SLIP), 0.0)
        jitter = self._jitter.values[who]
        aside = self._sideways.values[who] * by_share(JITTER_X) * tall
        foot = (jitter[:, 0] * by_share(JITTER_FOOT) + slip) * tall
        head = jitter[:, 1] * by_share(JITTER_HEAD) * tall
        found = boxes + np.stack([aside, head, aside, foot], axis=1)
        found[:, 3] = np.maximum(found[:, 3], found[:, 1] + 0.2 * tall)
        return found, np.clip(scores, 0, 0.95)

    def _told_parts(self, who: NDArrayInt, boxes: Floats) -> tuple[Floats, Floats]:
        """Heads, torsos, and boxes that hold somebody and their neighbour."""
        each = self._parts.values.reshape(self._seen.feet.shape[1], -1, 6)[who]
        owners = np.repeat(boxes, each.shape[1], axis=0)
        shapes = each.reshape(-1, 6)
        size = owners[:, 2:] - owners[:, :2]
        parts = owners[:, [0, 1, 0, 1]] + shapes[:, :4] * np.hstack([size, size])
        is_there = shapes[:, 4] < 0.5
        return parts[is_there], shapes[is_there, 5]

    def _told_doubles(self, who: NDArrayInt, boxes: Floats, scores: Floats) -> tuple[Floats, Floats]:
        drawn = self._doubles.values[who]
        chosen = (drawn[:, 4] < DOUBLES) & (scores > SURE)
        tall = (boxes[chosen, 3] - boxes[chosen, 1])[:, None]
        return boxes[chosen] + drawn[chosen, :4] * tall, self._flickering()[who[chosen]]

    def _told_nobodies(self) -> tuple[Floats, Floats]:
        doubtful, sure = self._nobodies.values, self._sure.values
        boxes = np.vstack([doubtful, sure])
        scores = np.concatenate([doubtful[:, 5], self._flickering()[-1:]])
        is_there = boxes[:, 4] > 0
        wide, high = self._seen.camera.size
        return boxes[is_there, :4] * (wide, high, wide, high), scores[is_there]

    def _flickering(self) -> Floats:
        mean, spread = FLICKER
        return np.clip(mean + spread * self._flicker.values, 0, 0.95)


def _slips(random: Random, number: int) -> Floats:
    """For each person: whether the foot slips, as a chance, and how far in mean slips, down positive."""
    down = np.where(random.random(number) < SLIPS_DOWN, 1.0, -1.0)
    return np.stack([random.random(number), down * random.exponential(size=number)], axis=1)


def _parts(random: Random, number: int) -> Floats:
    """Corners in widths and heights of the box, whether it is there, as a chance, and the score."""
    corners = random.uniform((-0.3, 0.0, 0.7, 0.4), (0.3, 0.3, 1.3, 1.0), (number, 4))
    return np.column_stack([corners, random.random(number), _doubtful(random, PART_SCORE, number)])


def _doubles(random: Random, number: int) -> Floats:
    """By how many heights the sides differ, and whether it is there, as a chance."""
    sides = random.normal(0, (0.12, 0.1, 0.12, 0.05), (number, 4))
    return np.column_stack([sides, random.random(number)])


def _nobodies(random: Random, there: float, number: int) -> Floats:
    """Corners as shares of the picture, whether it is there, and the score."""
    corner = random.uniform(size=(number, 2))
    high = random.uniform(0.04, 0.33, (number, 1))
    is_there = random.random(number) < there
    return np.column_stack(
        [corner, corner + high * (WIDE * 0.75, 1.0), is_there, _doubtful(random, NOBODY_SCORE, number)]
    )


def _doubtful(random: Random, mean: float, number: int) -> Floats:
    return np.asarray(np.minimum(LEAST_SCORE + random.exponential(mean, number), SURE - 0.01))


NDArrayInt = np.ndarray[tuple[int, ...], np.dtype[np.intp]]


def areas(boxes: Floats) -> Floats:
    """Of boxes (n, 4)."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def visible(boxes: Floats) -> Floats:
    """What share of each box is not behind somebody nearer, whose feet are lower: shape (n,)."""
    across, down = np.meshgrid((np.arange(6) + 0.5) / 6, (np.arange(10) + 0.5) / 10)
    x = boxes[:, 0, None] + across.ravel() * (boxes[:, 2] - boxes[:, 0])[:, None]
    y = boxes[:, 1, None] + down.ravel() * (boxes[:, 3] - boxes[:, 1])[:, None]
    low, high = boxes[None, None, :, :2], boxes[None, None, :, 2:]
    places = np.stack([x, y], axis=-1)[:, :, None]
    covered = ((places >= low) & (places <= high)).all(axis=-1)
    nearer = boxes[None, :, 3] > boxes[:, None, 3]
    return np.asarray(1 - (covered & nearer[:, None]).any(axis=-1).mean(axis=1))


def _suppressed(boxes: Floats, scores: Floats) -> Detections:
    kept: list[int] = []
    for one in np.argsort(-scores).tolist():
        if not kept or _overlaps(boxes[one], boxes[kept]).max() <= SUPPRESSED:
            kept.append(one)
    chosen = boxes[kept].reshape(-1, 4)
    return Detections.from_boxes(chosen.astype(np.float32), scores[kept].astype(np.float32))


def _overlaps(box: Floats, others: Floats) -> Floats:
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    common = np.maximum(sides, 0).prod(axis=1)
    return np.asarray(common / (areas(box[None]) + areas(others) - common))
