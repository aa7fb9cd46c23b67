"""What a camera and a person detector make of a made-up crowd: boxes with all the faults of real ones.

The faults are as large as RTMDet-nano's (width 416) on TUD-Campus and TUD-Stadtmitte, beside the labels:
score, misses and jitter by how much of somebody is visible, and how many boxes are of nobody, of parts or
double.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from edge.people import Detections
from tests.bench.walkers import HALL, PER_SECOND, Floats, Random, Walk

VISIBLE = (0.05, 0.18, 0.33, 0.5, 0.7, 0.88, 0.98)
SCORE = (0.22, 0.30, 0.36, 0.41, 0.51, 0.53, 0.66)
SCORE_SPREAD = (0.14, 0.14, 0.13, 0.12, 0.14, 0.14, 0.12)
JITTER_X = (0.056, 0.056, 0.056, 0.036, 0.036, 0.031, 0.026)
JITTER_FOOT = (0.116, 0.116, 0.116, 0.064, 0.064, 0.037, 0.021)
JITTER_TALL = (0.14, 0.14, 0.14, 0.076, 0.076, 0.045, 0.034)
"""By visible share: detector's score with its spread; standard deviations of the box's middle and foot, in
body heights, and of its height, as a logarithm."""

LEAST_SCORE = 0.15
SURE = 0.4
JITTER_SECONDS, SCORE_SECONDS = 0.08, 0.25
"""How long a fault lasts: half of it is there two pictures later at 25 a second."""

SMALL_PIXELS, TINY_PIXELS, SMALL_LOSS = 45.0, 15.0, 0.3
"""Below so many pixels of the network's input the score falls, by so much at the second."""
NETWORK_WIDTH = 416.0

SUPPRESSED = 0.65
"""Of two boxes that overlap more, only the better one is told."""

PARTS, DOUBLES, NOBODIES, SURE_NOBODIES = 0.6, 0.05, 6.0, 0.02
"""Doubtful boxes of parts of somebody and sure second boxes, per person and picture; doubtful and sure boxes
of nobody, per picture."""

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
    """Tells of a crowd what a detector would; its faults go on from picture to picture."""

    def __init__(self, seen: Seen, random: Random) -> None:
        self._seen = seen
        self._random = random
        people = seen.feet.shape[1]
        self._jitter: Floats = random.normal(size=(people, 3))
        self._luck: Floats = random.normal(size=(people,))
        self._before: int | None = None

    def detect(self, moment: int) -> Detections:
        """What it finds in the picture of this moment of the simulation."""
        self._go_on(moment)
        wide, high = self._seen.camera.size
        true = self._seen.boxes[moment]
        there = np.flatnonzero(np.isfinite(true).all(axis=1) & (self._in_view(true) > 0.25))
        boxes, shares = true[there], visible(true[there])
        boxes, scores = self._faulty(there, boxes, shares)
        more = [self._parts(boxes, scores), self._doubles(boxes, scores), self._nobody()]
        boxes = np.concatenate([boxes, *(one for one, _ in more)])
        scores = np.concatenate([scores, *(one for _, one in more)])
        boxes = np.clip(boxes, 0, (wide, high, wide, high))
        told = (scores >= LEAST_SCORE) & (boxes[:, 2] - boxes[:, 0] > 3) & (boxes[:, 3] - boxes[:, 1] > 3)
        return _suppressed(boxes[told], scores[told])

    def _go_on(self, moment: int) -> None:
        seconds = math.inf if self._before is None else (moment - self._before) / PER_SECOND
        self._before = moment
        for values, lasts in ((self._jitter, JITTER_SECONDS), (self._luck, SCORE_SECONDS)):
            kept = math.exp(-seconds / lasts)
            values *= kept
            values += math.sqrt(1 - kept**2) * self._random.normal(size=values.shape)

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
        scores = by_share(SCORE) + by_share(SCORE_SPREAD) * self._luck[who] - SMALL_LOSS * small
        off = self._jitter[who] * np.stack(
            [by_share(JITTER_X), by_share(JITTER_FOOT), by_share(JITTER_TALL)], 1
        )
        middle = (boxes[:, 0] + boxes[:, 2]) / 2 + off[:, 0] * tall
        foot, height = boxes[:, 3] + off[:, 1] * tall, tall * np.exp(off[:, 2])
        half = (boxes[:, 2] - boxes[:, 0]) / 2
        found = np.stack([middle - half, foot - height, middle + half, foot], axis=1)
        return found, np.clip(scores, 0, 0.95)

    def _parts(self, boxes: Floats, scores: Floats) -> tuple[Floats, Floats]:
        """Heads, torsos, and boxes that hold somebody and their neighbour."""
        chosen = boxes[self._random.random(len(boxes)) < PARTS]
        shape = self._random.uniform((-0.3, 0.0, 0.7, 0.4), (0.3, 0.3, 1.3, 1.0), (len(chosen), 4))
        wide, tall = (chosen[:, [2]] - chosen[:, [0]]), (chosen[:, [3]] - chosen[:, [1]])
        parts = chosen[:, [0, 1, 0, 1]] + shape * np.hstack([wide, tall, wide, tall])
        return parts, self._random.uniform(0.1, 0.3, len(chosen))

    def _doubles(self, boxes: Floats, scores: Floats) -> tuple[Floats, Floats]:
        chosen = (self._random.random(len(boxes)) < DOUBLES) & (scores > SURE)
        tall = (boxes[chosen, 3] - boxes[chosen, 1])[:, None]
        moved = boxes[chosen] + self._random.normal(0, 0.12, (int(chosen.sum()), 4)) * tall
        return moved, self._random.uniform(0.3, 0.55, int(chosen.sum()))

    def _nobody(self) -> tuple[Floats, Floats]:
        sure = int(self._random.poisson(SURE_NOBODIES))
        number = int(self._random.poisson(NOBODIES)) + sure
        wide, high = self._seen.camera.size
        corner = self._random.uniform((0, 0), (wide, high), (number, 2))
        size = self._random.uniform(20, high / 3, (number, 1))
        scores = self._random.uniform(0.1, 0.3, number)
        scores[:sure] = self._random.uniform(SURE, 0.6, sure)
        return np.hstack([corner, corner + size * (WIDE, 1.0)]), scores


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
