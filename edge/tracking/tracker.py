"""Association by motion, distance and overlap, in two score bands.

Sure detections are matched to all tracks first, doubtful ones only keep alive what the sure ones left
over (after Zhang et al., "ByteTrack", ECCV 2022). The cost is a mix of distance to the predicted place
and overlap, so that fast walkers at 3 frames per second, whose boxes no longer overlap, are matched too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import lap
import numpy as np
from numpy.typing import NDArray

from edge.people import Detections, Floats, Step, Track
from edge.tracking.motion import Motion

REFUSED = 1e6

ODD_SIZE = math.log(1.2)
"""A box this much shorter or taller than its person (ratio, as a logarithm) is not trusted at its foot."""

SIZE_SECONDS = 0.5
"""Time constant with which the size of a person follows that of the boxes."""


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """How persons are followed.

    Attributes:
        patience_seconds: how long somebody unseen is remembered.
        trust: but no longer than this many times as long as they had been followed before.
        confirm_seconds: a track is believed once it has lived that long and was seen twice.
        gate_spreads: how many standard deviations from the predicted place a detection may lie.
        reach_heights: and how far at the most, in body heights.
        doubtful_overlap: least overlap at which a doubtful detection may continue a track.
        twin_overlap: a detection that overlaps a better one more than this is the same person.
        most_tracks: bound of what is remembered; the longest unseen go first.
    """

    patience_seconds: float = 1.5
    trust: float = 1.0
    confirm_seconds: float = 0.2
    gate_spreads: float = 3.5
    reach_heights: float = 1.5
    doubtful_overlap: float = 0.4
    twin_overlap: float = 0.55
    most_tracks: int = 500


@dataclass(slots=True)
class _Person:
    id: int
    motion: Motion
    width: float
    drop: float  # from the box's bottom edge down to the feet, pixels; 0 for most networks
    born_at: float
    seen_at: float
    times_seen: int = 1
    confirmed: bool = False
    unreported: list[Step] = field(default_factory=list)


class Tracker:
    """Follows people through the pictures of one camera."""

    def __init__(self, sure_score: float, settings: TrackerSettings | None = None) -> None:
        self._sure_score = sure_score
        self._settings = settings or TrackerSettings()
        self._people: list[_Person] = []
        self._next_id = 1
        self._at: float | None = None

    def __len__(self) -> int:
        return len(self._people)

    def update(self, detections: Detections, at: float) -> list[Track]:
        """Everybody believed to be there after the picture taken at `at`.

        Args:
            detections: people in the picture, in pixels.
            at: when it was taken, seconds since the epoch, later than the last one.

        Returns:
            Confirmed tracks, also those unseen in this picture but within patience (no steps then).
        """
        self._move_on(at)
        detections = _without_twins(detections, self._settings.twin_overlap)
        sure = detections.scores >= self._sure_score
        free = self._match(self._people, detections, np.flatnonzero(sure), at, 0.0)
        unmatched = [person for person in self._people if person.seen_at < at]
        left = self._match(unmatched, detections, np.flatnonzero(~sure), at, self._settings.doubtful_overlap)
        del left  # doubtful detections never begin a track
        self._begin(detections, free, at)
        self._forget(at)
        return [self._report(person) for person in self._people if self._is_believed(person)]

    def _move_on(self, at: float) -> None:
        seconds = 0.0 if self._at is None else at - self._at
        self._at = at
        for person in self._people:
            person.motion.predict(seconds)

    def _match(
        self,
        people: list[_Person],
        detections: Detections,
        numbers: NDArray[np.intp],
        at: float,
        least_overlap: float,
    ) -> list[int]:
        """Gives detections to people; the numbers of those that nobody took."""
        if not people or not len(numbers):
            return [int(number) for number in numbers]
        costs = self._costs(people, detections.boxes[numbers], least_overlap)
        _, of_person, of_detection = lap.lapjv(costs, extend_cost=True, cost_limit=REFUSED / 2)
        for person, column in zip(people, of_person, strict=True):
            if column >= 0:
                self._take(person, detections, int(numbers[column]), at)
        return [int(number) for number, row in zip(numbers, of_detection, strict=True) if row < 0]

    def _costs(self, people: list[_Person], boxes: Floats, least_overlap: float) -> NDArray[np.float64]:
        settings = self._settings
        state = np.array(
            [(p.motion.x, p.motion.y, p.width, p.motion.height, p.motion.spread) for p in people]
        )
        x, y, wide, high, spread = state.T[:, :, None]
        boxes64 = boxes.astype(np.float64)
        middle, top, bottom = (boxes64[:, 0] + boxes64[:, 2]) / 2, boxes64[:, 1], boxes64[:, 3]
        tall = np.maximum(boxes64[:, 3] - boxes64[:, 1], 1.0)
        # A box much shorter or taller than its person is cut off or holds two: then the head tells more.
        foot = np.where(
            (np.abs(np.log(tall / high)) > ODD_SIZE) & (np.abs(top + high - y) < np.abs(bottom - y)),
            top + high,
            bottom,
        )
        distance = np.hypot(middle - x, foot - y)
        gate = np.minimum(settings.gate_spreads * spread, settings.reach_heights * high)
        expected = np.hstack([x - wide / 2, y - high, x + wide / 2, y])
        overlap = _overlap(expected, boxes64)
        size = np.abs(np.log(tall / high))
        costs = distance / gate + (1 - overlap) + 0.5 * size
        costs[(distance > gate) | (overlap < least_overlap) | (size > math.log(2.2))] = REFUSED
        return np.asarray(costs)

    def _take(self, person: _Person, detections: Detections, number: int, at: float) -> None:
        x0, y0, x1, y1 = (float(value) for value in detections.boxes[number])
        weight = 1 - math.exp(-max(at - person.seen_at, 1e-3) / SIZE_SECONDS)
        motion, tall = person.motion, max(y1 - y0, 1.0)
        from_head = y0 + motion.height
        if abs(math.log(tall / motion.height)) > ODD_SIZE and abs(from_head - motion.y) < abs(y1 - motion.y):
            motion.correct((x0 + x1) / 2, from_head)
        else:
            motion.correct((x0 + x1) / 2, y1)
            person.drop += weight * (float(detections.feet[number][1]) - y1 - person.drop)
        motion.height += weight * (tall - motion.height)
        person.width += weight * (x1 - x0 - person.width)
        person.seen_at = at
        person.times_seen += 1
        person.unreported.append(Step(at, person.motion.x, person.motion.y + person.drop))

    def _begin(self, detections: Detections, numbers: Iterable[int], at: float) -> None:
        for number in numbers:
            x0, y0, x1, y1 = (float(value) for value in detections.boxes[number])
            drop = float(detections.feet[number][1]) - y1
            motion = Motion((x0 + x1) / 2, y1, max(y1 - y0, 1.0))
            person = _Person(self._next_id, motion, x1 - x0, drop, at, at)
            person.unreported.append(Step(at, motion.x, motion.y + drop))
            self._people.append(person)
            self._next_id += 1

    def _forget(self, at: float) -> None:
        settings = self._settings
        self._people = [person for person in self._people if at - person.seen_at <= self._patience(person)]
        if len(self._people) > settings.most_tracks:
            self._people.sort(key=lambda person: -person.seen_at)
            del self._people[settings.most_tracks :]

    def _patience(self, person: _Person) -> float:
        settings = self._settings
        followed = settings.trust * (person.seen_at - person.born_at)
        return min(settings.patience_seconds, max(2 * settings.confirm_seconds, followed))

    def _is_believed(self, person: _Person) -> bool:
        lived = person.seen_at - person.born_at
        person.confirmed = person.confirmed or (
            person.times_seen >= 2 and lived >= self._settings.confirm_seconds - 1e-6
        )
        return person.confirmed

    def _report(self, person: _Person) -> Track:
        steps = tuple(person.unreported)
        person.unreported.clear()
        return Track(person.id, steps, person.motion.height, person.seen_at)


def _without_twins(detections: Detections, most_overlap: float) -> Detections:
    """Detections of which none overlaps a better one by more than `most_overlap`."""
    if len(detections) < 2:
        return detections
    best_first = np.argsort(-detections.scores, kind="stable")
    boxes = detections.boxes[best_first].astype(np.float64)
    overlaps = _overlap(boxes, boxes)
    kept: list[int] = []
    for number in range(len(boxes)):
        if not (overlaps[number, kept] > most_overlap).any():
            kept.append(number)
    chosen = best_first[kept]
    return Detections(detections.boxes[chosen], detections.scores[chosen], detections.feet[chosen])


def _overlap(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of boxes (m, 4) with boxes (n, 4): shape (m, n)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = (high - low).clip(0).prod(axis=2)
    areas = _areas(first)[:, None] + _areas(second)[None, :]
    return np.asarray(shared / np.maximum(areas - shared, 1e-9))


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
