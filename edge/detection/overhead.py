"""People seen straight from above, by what differs from the empty floor. Needs no network and no weights.

Somebody is a disc of a person's size. Discs are laid where the difference fills them, best first; from
then on each is carried along by the optical flow of what it covers and drawn gently to the middle of
those pixels that are nearest to it. So people who touch stay as many as they came as.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.detection.background import Background
from edge.detection.shake import NO_STEP, Step, moved
from edge.detection.sizing import PersonSize
from edge.people import NOBODY, Detections, Floats, Image

LONGEST_SIDE = 176
"""Pictures are made so small: a person is then some 25 pixels wide."""

BEGINS_FILLED = 0.5
STAYS_FILLED = 0.25
"""Share of a disc that evidence must fill to begin somebody, and to keep them."""

FROM_THE_EDGE = 0.8
"""Nobody begins nearer to the picture's edge than so many radii: half a group looks like another number."""

REACH = 1.15
"""Somebody's pixels lie within so many radii."""

NEAREST = 0.55
"""Two discs that come nearer than this share of a person's size are one person."""

FLOW_SECONDS = 0.15
"""With more time between pictures people go too far for the flow, and are looked for by their look."""

PULL_SECONDS = 0.3
MOST_PEOPLE = 60
GAP_SECONDS = 2.0
HELD_SECONDS = 120.0
"""Where somebody walked to and stands, the floor is not learned for so long."""

BOX_SIZES = 2.0
"""Side of a reported box in person sizes: about a metre, with arms and legs."""


@dataclass(slots=True)
class _Discs:
    """Those in the picture; one row each."""

    middles: Floats = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    begun: Floats = field(default_factory=lambda: np.zeros((0, 2), np.float32))  # where each began or rested
    moved_at: NDArray[np.float64] = field(default_factory=lambda: np.full(0, -np.inf))
    filled: Floats = field(default_factory=lambda: np.zeros(0, np.float32))

    def only(self, kept: NDArray[np.bool_] | list[int]) -> _Discs:
        return _Discs(self.middles[kept], self.begun[kept], self.moved_at[kept], self.filled[kept])

    def with_new(self, middles: Floats, filled: Floats) -> _Discs:
        return _Discs(
            np.concatenate([self.middles, middles]),
            np.concatenate([self.begun, middles]),
            np.concatenate([self.moved_at, np.full(len(middles), -np.inf)]),
            np.concatenate([self.filled, filled]),
        )


class OverheadBackground:
    """A person detector for cameras that look straight down.

    Args:
        person_size: a person's width as a share of the picture's width; None: learned from those who walk.
    """

    sure_score = BEGINS_FILLED

    def __init__(self, person_size: float | None = None) -> None:
        self._share = person_size
        self._shape: tuple[int, ...] = ()
        self._at = float("-inf")

    @property
    def person_size(self) -> float | None:
        """A person's width as a share of the picture's: given, learned or, at first, guessed."""
        return self._size.share if self._shape else self._share

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """See `Detector.detect`. A person's `feet` are the middle of what is seen of them."""
        scale = min(1.0, LONGEST_SIDE / max(image.shape[:2]))
        size = (max(16, round(image.shape[1] * scale)), max(16, round(image.shape[0] * scale)))
        small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        if image.shape != self._shape:
            self._begin(image.shape, small)
        seconds, self._at = at - self._at, at
        if not 0 < seconds <= GAP_SECONDS:
            self._discs = _Discs()
        self._look(small, seconds, at)
        return self._report(np.array((image.shape[1] / size[0], image.shape[0] / size[1]), np.float32))

    def _begin(self, shape: tuple[int, ...], small: Image) -> None:
        self._shape, self._at = shape, float("-inf")
        self._background = Background(small)
        self._size = PersonSize(small.shape[1], self._share)
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
        self._discs = _Discs()

    def _look(self, small: Image, seconds: float, at: float) -> None:
        image = self._background.aligned(small)
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        still = np.zeros((*grey.shape, 2), np.float32)
        flow = np.asarray(self._flow.calc(self._grey, grey, still), np.float32)
        before, self._grey = self._grey, grey
        self._background.learn(image, at, self._held(grey.shape, at))
        evidence = self._background.evidence(image)
        if len(self._discs.middles):
            drifts = (
                [_found_again(before, grey, middle, self._radius) for middle in self._discs.middles]
                if seconds > FLOW_SECONDS
                else [_drift(evidence, flow, middle, self._radius) for middle in self._discs.middles]
            )
            self._carry(evidence, np.array(drifts, np.float32), seconds, at)
        self._size.learn(evidence, flow)
        self._discs = self._discs.with_new(*self._newcomers(evidence))
        self._shift = np.array(self._background.shift, np.float32)
        self._follow(self._background.follow(at))

    def _follow(self, step: Step) -> None:
        """Keeps to the floor when it goes where the camera now looks."""
        if step != NO_STEP:
            self._grey = moved(self._grey, step)
            self._discs.middles, self._discs.begun = (
                (places + step).astype(np.float32) for places in (self._discs.middles, self._discs.begun)
            )
            self._shift = self._shift - np.array(step, np.float32)

    def _held(self, shape: tuple[int, ...], at: float) -> NDArray[np.bool_]:
        held = np.zeros(shape[:2], np.uint8)
        for number in np.flatnonzero(at - self._discs.moved_at < HELD_SECONDS):
            _cover(held, self._discs.middles[number], self._radius * REACH * 1.1, 1)
        return held.astype(bool)

    def _carry(self, evidence: Floats, drifts: Floats, seconds: float, at: float) -> None:
        discs, radius = self._discs, self._radius
        discs.middles = discs.middles + drifts
        middles, discs.filled = _shares(evidence, discs.middles, radius)
        discs.middles += (1 - np.exp(-seconds / PULL_SECONDS)) * (middles - discs.middles)
        walked = np.hypot(*(discs.middles - discs.begun).T) > 2 * radius
        discs.moved_at[walked] = at
        discs.begun[walked] = discs.middles[walked]
        inside = (discs.middles > -2) & (discs.middles < np.array(evidence.shape[::-1]) + 2)
        self._discs = _distinct(
            discs.only((discs.filled > STAYS_FILLED) & inside.all(axis=1)), 2 * radius * NEAREST
        )

    def _newcomers(self, evidence: Floats) -> tuple[Floats, Floats]:
        """Greedy: the fullest disc, then the fullest of what it leaves over."""
        left, radius = evidence.copy(), self._radius
        for middle in self._discs.middles:
            _cover(left, middle, radius * REACH, 0)
        disc = np.asarray(
            cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (int(2 * radius) | 1,) * 2), np.float32
        )
        disc /= disc.sum()
        edge = round(radius * FROM_THE_EDGE)
        within = np.zeros(left.shape, np.uint8)
        within[edge:-edge, edge:-edge] = 1
        middles: list[tuple[int, int]] = []
        filled: list[float] = []
        while len(self._discs.middles) + len(middles) < MOST_PEOPLE:
            fullness = cv2.filter2D(left, -1, disc, borderType=cv2.BORDER_CONSTANT)
            _, best, _, place = cv2.minMaxLoc(fullness, within)
            if best < BEGINS_FILLED:
                break
            middles.append((int(place[0]), int(place[1])))
            filled.append(best)
            _cover(left, np.array(place, np.float32), radius * REACH, 0)
        return np.array(middles, np.float32).reshape(-1, 2), np.array(filled, np.float32)

    def _report(self, scale: Floats) -> Detections:
        discs = self._discs
        if not len(discs.middles):
            return NOBODY
        feet = ((discs.middles + self._shift + 0.5) * scale).astype(np.float32)
        half = self._size.pixels * scale * BOX_SIZES / 2
        scores = discs.filled.clip(BEGINS_FILLED, 1).astype(np.float32)
        return Detections(np.hstack([feet - half, feet + half]).astype(np.float32), scores, feet)

    @property
    def _radius(self) -> float:
        return self._size.pixels / 2


def _drift(evidence: Floats, flow: Floats, middle: Floats, radius: float) -> tuple[float, float]:
    """How what a disc covers has moved since the last picture, in pixels."""
    x, y = middle
    rows = slice(max(0, int(y - radius)), max(0, int(y + radius)) + 1)
    columns = slice(max(0, int(x - radius)), max(0, int(x + radius)) + 1)
    moved = flow[rows, columns][evidence[rows, columns] > 0.5]
    if len(moved) < 6:
        return (0.0, 0.0)
    dx, dy = np.median(moved, axis=0)
    return (float(dx), float(dy))


def _found_again(before: Image, now: Image, middle: Floats, radius: float) -> tuple[float, float]:
    """How far away within a person's size the picture is most like what the disc covered, in pixels."""
    reach, half = round(2 * radius), round(radius * 0.8)
    edge = reach + half
    around = [cv2.copyMakeBorder(one, *(edge,) * 4, cv2.BORDER_REPLICATE) for one in (before, now)]
    height, width = before.shape
    x, y = min(max(round(float(middle[0])), 0), width - 1), min(max(round(float(middle[1])), 0), height - 1)
    look = around[0][y + reach : y + reach + 2 * half + 1, x + reach : x + reach + 2 * half + 1]
    field_of_search = around[1][y : y + 2 * edge + 1, x : x + 2 * edge + 1]
    _, _, _, (dx, dy) = cv2.minMaxLoc(cv2.matchTemplate(field_of_search, look, cv2.TM_CCOEFF_NORMED))
    return (float(dx - reach), float(dy - reach))


def _shares(evidence: Floats, middles: Floats, radius: float) -> tuple[Floats, Floats]:
    """Gives each pixel to the nearest disc in reach: the middle of each disc's pixels, how full it is."""
    y, x = np.nonzero(evidence[::2, ::2] > 0.3)
    weights = evidence[2 * y, 2 * x]
    places = np.stack([2 * x, 2 * y], axis=1).astype(np.float32)
    away = ((places[:, None] - middles[None]) ** 2).sum(axis=2)
    owner = away.argmin(axis=1)
    near = away[np.arange(len(owner)), owner] < (radius * REACH) ** 2
    owner, weights, places = owner[near], weights[near], places[near]
    sums = np.bincount(owner, weights, len(middles))
    moments = [np.bincount(owner, weights * places[:, axis], len(middles)) for axis in (0, 1)]
    means = np.stack(moments, axis=1) / np.maximum(sums, 1e-6)[:, None]
    filled = 4 * sums / (np.pi * radius**2)
    return np.where(sums[:, None] > 0, means, middles).astype(np.float32), filled.astype(np.float32)


def _distinct(discs: _Discs, nearest: float) -> _Discs:
    """Those discs of which none is too near to an earlier one."""
    kept: list[int] = []
    for number, middle in enumerate(discs.middles):
        if not (np.hypot(*(discs.middles[kept] - middle).T) < nearest).any():
            kept.append(number)
    return discs.only(kept)


def _cover(picture: Floats | NDArray[np.uint8], middle: Floats, radius: float, value: int) -> None:
    cv2.circle(picture, (round(float(middle[0])), round(float(middle[1]))), round(radius), value, -1)
