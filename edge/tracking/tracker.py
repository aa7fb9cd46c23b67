"""Association by motion, distance and overlap, in two score bands.

Sure detections are matched to all tracks first, doubtful ones only keep alive what the sure ones left
over (after Zhang et al., "ByteTrack", ECCV 2022). The cost is a mix of distance to the predicted place
and overlap, so that fast walkers at 3 frames per second, whose boxes no longer overlap, are matched too.
Whoever is found again after a gap is said to have gone straight in between.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import lap
import numpy as np

from edge.people import Detections, Step, Track
from edge.tracking.boxes import Bools, Floats64, are_cut_off, overlap, worth_following
from edge.tracking.motion import Motion

REFUSED = 1e6

ODD_SIZE = math.log(1.2)
"""A box this much shorter or taller than its person (ratio, as a logarithm) is not trusted at its foot."""

SIZE_SECONDS = 0.5
"""Time constant with which the size of a person follows that of the boxes."""

ODD_WIDTH_DOUBT = 5.0
"""How fast the trust in a box's middle falls with its width differing from its person's (as a logarithm):
two people who pass each other share a wide box, an arm's length from either."""

LEAST_ASPECT = 2.0
"""Somebody seen only in part is taken to be at least this many times as tall as their box is wide."""

DISTANCE_WEIGHT = 0.5
SIZE_WEIGHT = 0.5
"""Weights of the distance, as a share of the farthest allowed, and of the difference in height (as a
logarithm), beside one for lack of overlap."""


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """How persons are followed.

    Attributes:
        patience_seconds: how long somebody unseen is remembered.
        trust: but no longer than this many times as long as they had been followed before.
        confirm_seconds: a track is believed once it has lived that long and was seen twice.
        gate_spreads: how many standard deviations from the predicted place a detection may lie.
        first_reach_heights: and how far at the most, in body heights, while the direction is not known.
        reach_heights: and afterwards, however long somebody was unseen.
        most_growth: how many times taller or shorter than its person a box at the predicted place may be.
        doubtful_overlap: least overlap at which a doubtful detection may continue a track.
        twin_overlap: a detection that overlaps a better one more than this is the same person.
        most_covered: a doubtful detection with more than this share inside a sure one is part of that person.
        most_tracks: bound of what is remembered; the longest unseen go first.
    """

    patience_seconds: float = 1.5
    trust: float = 1.0
    confirm_seconds: float = 0.2
    gate_spreads: float = 2.5
    first_reach_heights: float = 1.5
    reach_heights: float = 0.5
    most_growth: float = 2.2
    doubtful_overlap: float = 0.6
    twin_overlap: float = 0.55
    most_covered: float = 0.8
    most_tracks: int = 500


@dataclass(slots=True)
class _Person:
    id: int
    motion: Motion
    width: float
    drop: float  # from the box's bottom edge down to the feet, pixels; 0 for most networks
    born_at: float
    last: Step
    is_whole: bool = True  # was once seen down to the feet, or at least not cut off by the picture's edge
    times_seen: int = 1
    confirmed: bool = False
    unreported: list[Step] = field(default_factory=list)

    @property
    def seen_at(self) -> float:
        return self.last.at


class Tracker:
    """Follows people through the pictures of one camera.

    Args:
        sure_score: from which score on a detection may begin a track.
        settings: how to follow.
        picture_height: in pixels. Whoever is cut off by its lower edge has their feet beyond it.
    """

    def __init__(
        self,
        sure_score: float,
        settings: TrackerSettings | None = None,
        picture_height: float = math.inf,
    ) -> None:
        self._sure_score = sure_score
        self._settings = settings or TrackerSettings()
        self._picture_height = picture_height
        self._people: list[_Person] = []
        self._next_id = 1
        self._moments: deque[float] = deque()  # of the pictures within patience, and the last two

    def __len__(self) -> int:
        return len(self._people)

    def update(self, detections: Detections, at: float) -> list[Track]:
        """Everybody believed to be there after the picture taken at `at`.

        Args:
            detections: people in the picture, in pixels.
            at: when it was taken, seconds since the epoch, later than the last one.

        Returns:
            Confirmed tracks, also those unseen in this picture but within patience (no steps then, but
            for all pictures of the gap once they are found again).
        """
        self._move_on(at)
        settings = self._settings
        detections = worth_following(
            detections, self._sure_score, settings.twin_overlap, settings.most_covered
        )
        cut_off = are_cut_off(detections, self._picture_height)
        self._begin(detections, self._match(detections, cut_off, at), cut_off, at)
        self._forget(at)
        return [self._report(person) for person in self._people if self._is_believed(person)]

    def _move_on(self, at: float) -> None:
        seconds = at - self._moments[-1] if self._moments else 0.0
        for person in self._people:
            person.motion.predict(seconds)
        self._moments.append(at)
        while len(self._moments) > 2 and self._moments[0] < at - self._settings.patience_seconds:
            self._moments.popleft()

    def _match(self, detections: Detections, cut_off: Bools, at: float) -> list[int]:
        """Gives detections to people; the numbers of the sure ones that nobody took."""
        sure = detections.scores >= self._sure_score
        if not self._people or not len(detections):
            return np.flatnonzero(sure).tolist()
        boxes = detections.boxes.astype(np.float64)
        costs, overlaps = self._costs(boxes, cut_off)
        everybody = list(range(len(self._people)))
        pairs, free = _assign(costs, everybody, sure.nonzero()[0].tolist())
        taken = {row for row, _ in pairs}
        unmatched = [row for row in everybody if row not in taken]
        if unmatched:
            costs[overlaps < self._settings.doubtful_overlap] = REFUSED
            doubtful = (~sure).nonzero()[0].tolist()
            pairs += _assign(costs, unmatched, doubtful)[0]  # doubtful ones never begin a track
        places, drops = boxes.tolist(), (detections.feet[:, 1] - detections.boxes[:, 3]).tolist()
        for row, column in pairs:
            if cut_off[column]:
                self._take_part(self._people[row], places[column], at)
            else:
                self._take(self._people[row], places[column], drops[column], at)
        return free

    def _costs(self, boxes: Floats64, cut_off: Bools) -> tuple[Floats64, Floats64]:
        """What it costs to give each person each box, and how much they overlap: shape (people, boxes)."""
        state = np.array([self._expected(person) for person in self._people])
        x, y, high, gate = state.T[4:, :, None]
        left, top, right, bottom = boxes.T
        middle = (left + right) / 2
        size = np.log(np.maximum(bottom - top, 1.0) / high)
        # A box that the picture's edge cuts off says only how tall somebody is at least.
        size = np.abs(np.where(cut_off, np.maximum(size, 0.0), size))
        off_foot, off_head = np.abs(bottom - y), np.abs(top + high - y)
        # A box much shorter or taller than its person is cut off or holds two: then the head tells more.
        off = np.where((size > ODD_SIZE) | cut_off, np.minimum(off_foot, off_head), off_foot)
        distance = np.hypot(middle - x, off) / gate
        overlaps = overlap(state[:, :4], boxes)
        costs = DISTANCE_WEIGHT * distance + SIZE_WEIGHT * size + (1 - overlaps)
        # The odder its size, the nearer it has to be.
        costs[np.hypot(distance, size / math.log(self._settings.most_growth)) > 1] = REFUSED
        return costs, overlaps

    def _expected(self, person: _Person) -> tuple[float, ...]:
        """The box where somebody should be now, its foot, its height, and how far off it may be."""
        motion, half = person.motion, person.width / 2
        x, y, high = motion.x, motion.y, motion.height
        return x - half, y - high, x + half, y, x, y, high, self._gate(person)

    def _gate(self, person: _Person) -> float:
        """How far from the predicted place somebody may be found, in pixels."""
        settings, motion = self._settings, person.motion
        reach = settings.reach_heights if person.times_seen > 1 else settings.first_reach_heights
        return min(settings.gate_spreads * motion.spread, reach * motion.height)

    def _take(self, person: _Person, box: list[float], drop: float, at: float) -> None:
        """Follows a person on to a box whose feet are `drop` below its lower edge."""
        x0, y0, x1, y1 = box
        motion, tall, wide = person.motion, max(y1 - y0, 1.0), max(x1 - x0, 1.0)
        weight = _weight(person, at)
        if not person.is_whole:
            person.is_whole, motion.height = True, tall
        doubt = 1 + ODD_WIDTH_DOUBT * abs(math.log(wide / person.width))
        odd = abs(math.log(tall / motion.height))
        foot = _foot(motion, y0, y1) if odd > ODD_SIZE else y1
        motion.correct((x0 + x1) / 2, foot, doubt)
        if foot == y1:
            person.drop += weight * (drop - person.drop)
        # A box that is cut off says little of how tall somebody is.
        motion.height += weight / (1 + odd) * (tall - motion.height)
        person.width += weight * (wide - person.width)
        person.times_seen += 1
        self._go(person, Step(at, motion.x, motion.y + person.drop, (x0, y0, x1, y1)))

    def _take_part(self, person: _Person, box: list[float], at: float) -> None:
        """Follows a person on to a box that the picture's lower edge cuts off: the feet are beyond it."""
        x0, y0, x1, y1 = box
        motion, tall, wide = person.motion, y1 - y0, max(x1 - x0, 1.0)
        doubt = 1 + ODD_WIDTH_DOUBT * abs(math.log(wide / person.width))
        person.width += _weight(person, at) * (wide - person.width)
        least = tall if person.is_whole else max(tall, LEAST_ASPECT * person.width)
        motion.height = max(motion.height, least)
        from_head = y0 + motion.height
        # Below somebody whose feet have been seen, a shadow or another person may reach to the edge.
        is_foot = person.is_whole and abs(y1 - motion.y) < abs(from_head - motion.y)
        motion.correct((x0 + x1) / 2, y1 if is_foot else from_head, doubt)
        person.times_seen += 1
        self._go(person, Step(at, motion.x, motion.y + person.drop, (x0, y0, x1, y1)))

    def _go(self, person: _Person, step: Step) -> None:
        """Has a person walk straight from the last step to this one."""
        before = person.last
        if self._moments[-2] > before.at:
            missed = [at for at in self._moments if before.at < at < step.at]
            person.unreported += [_between(before, step, at) for at in missed]
        person.unreported.append(step)
        person.last = step

    def _begin(self, detections: Detections, numbers: Iterable[int], cut_off: Bools, at: float) -> None:
        for number in numbers:
            x0, y0, x1, y1 = detections.boxes[number].tolist()
            tall, wide = max(y1 - y0, 1.0), max(x1 - x0, 1.0)
            drop, is_whole = float(detections.feet[number][1]) - y1, not cut_off[number]
            if not is_whole:
                tall, drop = max(tall, LEAST_ASPECT * wide), 0.0
            motion = Motion((x0 + x1) / 2, y1 if is_whole else y0 + tall, tall)
            step = Step(at, motion.x, motion.y + drop, (x0, y0, x1, y1))
            person = _Person(self._next_id, motion, wide, drop, at, step, is_whole)
            person.unreported.append(step)
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


def _assign(costs: Floats64, rows: list[int], columns: list[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """The cheapest pairs among these rows and columns, and the columns left over."""
    if not rows or not columns:
        return [], columns
    among = costs.take(rows, axis=0).take(columns, axis=1)
    pairs = [(rows[row], columns[place]) for row, place in _cheapest(among)]
    taken = {column for _, column in pairs}
    return pairs, [column for column in columns if column not in taken]


def _cheapest(costs: Floats64) -> list[tuple[int, int]]:
    """Rows and columns that go together."""
    prices = costs.tolist()
    wanted = enumerate(costs.argmin(axis=1).tolist())
    wishes = [(row, column) for row, column in wanted if prices[row][column] < REFUSED]
    if len({column for _, column in wishes}) == len(wishes):
        return wishes  # nobody wants what another wants, so nothing can be cheaper
    _, of_row, _ = lap.lapjv(costs, extend_cost=True, cost_limit=REFUSED / 2)
    return [(row, column) for row, column in enumerate(of_row.tolist()) if column >= 0]


def _weight(person: _Person, at: float) -> float:
    """How much a box seen now says of somebody's size, beside those before it."""
    return 1 - math.exp(-max(at - person.seen_at, 1e-3) / SIZE_SECONDS)


def _foot(motion: Motion, top: float, bottom: float) -> float:
    """Where a box of odd size says that somebody stands: below the head, if it is cut off at the foot."""
    from_head = top + motion.height
    return from_head if abs(from_head - motion.y) < abs(bottom - motion.y) else bottom


def _between(first: Step, second: Step, at: float) -> Step:
    """Where somebody was who walked straight from one step to another."""
    share = (at - first.at) / (second.at - first.at)
    x, y = first.x + share * (second.x - first.x), first.y + share * (second.y - first.y)
    if first.box is None or second.box is None:
        return Step(at, x, y)
    x0, y0, x1, y1 = (a + share * (b - a) for a, b in zip(first.box, second.box, strict=True))
    return Step(at, x, y, (x0, y0, x1, y1))
