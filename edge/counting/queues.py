"""Queues: who joined, whose turn came after what wait, who gave up.

Somebody joins who stays in the queue, or in its place of service, for the least time, and at the moment
they came in. Their turn comes when they step into the place of service. At every moment, joined = served +
abandoned + lost + still waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from edge.counting.facts import QueueEnd, QueueJoined, QueueLeft
from edge.counting.handover import Reach, whom_it_goes_on_for
from edge.counting.plan import Queue
from edge.floor import Floor
from edge.geometry import Point, inside
from edge.people import Step, Track

QueueFact = QueueJoined | QueueLeft

NOBODY: frozenset[int] = frozenset()

SLACK_SECONDS = 1e-3
"""Sums of times since the epoch are exact to less than this."""


class Waiting(NamedTuple):
    """How a queue is now; no wait if nobody waits."""

    length: int
    longest_wait_seconds: float | None


class _Place(Enum):
    QUEUE = auto()
    SERVICE = auto()
    ELSEWHERE = auto()


@dataclass(slots=True)
class _Customer:
    entered_at: float
    place: Point
    height: float
    seen_at: float
    inside_at: float  # last seen in one of the two places
    is_inside: bool = False
    inside_seconds: float = 0.0
    turn_at: float | None = None  # came into the place of service
    service_at: float | None = None  # last seen there
    has_joined: bool = False

    @property
    def is_served(self) -> bool:
        return self.has_joined and self.turn_at is not None

    @property
    def is_waiting(self) -> bool:
        return self.has_joined and self.turn_at is None

    def take(self, step: Step, height: float, place: _Place) -> None:
        """Goes on to a step."""
        if place is not _Place.ELSEWHERE:
            if self.is_inside:
                self.inside_seconds += step.at - self.inside_at
            self.inside_at = step.at
        if place is _Place.SERVICE:
            self.turn_at = step.at if self.turn_at is None else self.turn_at
            self.service_at = step.at
        elif place is _Place.QUEUE and not self.has_joined:
            self.turn_at = None  # came through the place of service to the queue's end
        self.is_inside = place is not _Place.ELSEWHERE
        self.place, self.height, self.seen_at = Point(step.x, step.y), height, step.at

    def begin_anew(self, at: float) -> None:
        """Waits, or may wait, from `at` on."""
        self.entered_at = self.inside_at = at
        self.inside_seconds, self.turn_at, self.has_joined = 0.0, None, False


class QueueCounter:
    """Counts who waits in one queue."""

    def __init__(self, queue: Queue, floor: Floor | None = None) -> None:
        self._queue = queue
        self._nearby = Reach(floor=floor)
        self._customers: dict[int, _Customer] = {}
        self._given: set[int] = set()
        self._seen: set[int] = set()

    def __len__(self) -> int:
        return len(self._customers)

    def waiting(self, at: float) -> Waiting:
        """How many have joined and wait now, and how long the first of them."""
        waits = [at - customer.entered_at for customer in self._customers.values() if customer.is_waiting]
        return Waiting(len(waits), max(waits, default=None))

    def update(self, tracks: Sequence[Track], at: float, staff: Collection[int] = NOBODY) -> list[QueueFact]:
        """Who joined, was served or left, as far as it is certain by `at`.

        Tracks not given are lost. Those in `staff` never wait; who turns out to be staff only after joining
        is told as lost, so that the sum holds and no wait of theirs stands among the customers'.
        """
        self._seen = {track.id for track in tracks if track.steps}
        facts: list[QueueFact] = []
        for track in tracks:
            if track.id in staff:
                facts += self._left(self._customers.pop(track.id, None), QueueEnd.LOST)
            else:
                facts += (fact for step in track.steps for fact in self._follow(track, step))
        self._given = {track.id for track in tracks}
        return [*facts, *self._given_up(at)]

    def end_day(self, at: float) -> list[QueueFact]:
        """Tells everybody who waits as lost, when last seen there; who is still there begins anew at `at`."""
        facts = [fact for one in self._customers.values() for fact in self._left(one, QueueEnd.LOST)]
        self._customers = {
            track_id: one
            for track_id, one in self._customers.items()
            if one.is_served or (one.is_inside and track_id in self._given)
        }
        for one in self._customers.values():
            if not one.is_served:
                one.begin_anew(at)
        return facts

    def close(self) -> list[QueueFact]:
        """Tells everybody who waits as lost, when last seen there, whatever the end; forgets everybody."""
        facts = [fact for one in self._customers.values() for fact in self._left(one, QueueEnd.LOST)]
        self._customers, self._given = {}, set()
        return facts

    def _follow(self, track: Track, step: Step) -> Iterator[QueueFact]:
        yield from self._expired(track.id, step.at)
        place = self._where(step)
        customer = self._customers.get(track.id) or self._found_again(track.id, step)
        if customer is None:
            if place is _Place.ELSEWHERE:
                return
            customer = _Customer(step.at, Point(step.x, step.y), track.height, step.at, step.at)
        self._customers[track.id] = customer
        was_waiting = customer.is_waiting
        customer.take(step, track.height, place)
        if was_waiting and customer.is_served:
            yield self._served(customer)
        elif not customer.has_joined and self._has_stayed(customer):
            customer.has_joined = True
            yield QueueJoined(self._queue.id, customer.entered_at)
            if customer.is_served:
                yield self._served(customer)

    def _expired(self, track_id: int, at: float) -> list[QueueFact]:
        """Ends what was over by `at`, before the next step begins something new."""
        customer = self._customers.get(track_id)
        if customer is None or not self._is_over(customer, at):
            return []
        return self._left(self._customers.pop(track_id), QueueEnd.ABANDONED)

    def _is_over(self, customer: _Customer, at: float) -> bool:
        if customer.is_served and customer.service_at is not None:
            return at - customer.service_at > self._queue.rejoin_seconds
        return not customer.is_inside and at - customer.inside_at > self._queue.gap_seconds

    def _where(self, step: Step) -> _Place:
        place = Point(step.x, step.y)
        if inside(self._queue.service, place):
            return _Place.SERVICE
        return _Place.QUEUE if inside(self._queue.corners, place) else _Place.ELSEWHERE

    def _has_stayed(self, customer: _Customer) -> bool:
        return (
            customer.is_inside and customer.inside_seconds >= self._queue.minimum_stay_seconds - SLACK_SECONDS
        )

    def _found_again(self, track_id: int, step: Step) -> _Customer | None:
        if track_id in self._given:
            return None  # was seen elsewhere before, so it did not begin here
        missing = {
            number: customer for number, customer in self._customers.items() if number not in self._seen
        }
        found = whom_it_goes_on_for(step, missing.values(), self._nearby, self._queue.gap_seconds)
        for number in [number for number, customer in missing.items() if customer is found]:
            del self._customers[number]
        return found

    def _given_up(self, at: float) -> list[QueueFact]:
        facts: list[QueueFact] = []
        for track_id, customer in list(self._customers.items()):
            is_lost = track_id not in self._given and at - customer.seen_at > self._queue.gap_seconds
            if is_lost or self._is_over(customer, at):
                end = QueueEnd.LOST if customer.is_inside else QueueEnd.ABANDONED
                facts += self._left(self._customers.pop(track_id), end)
        return facts

    def _served(self, customer: _Customer) -> QueueLeft:
        assert customer.turn_at is not None
        return QueueLeft(self._queue.id, customer.entered_at, customer.turn_at, QueueEnd.SERVED)

    def _left(self, customer: _Customer | None, end: QueueEnd) -> list[QueueFact]:
        if customer is None or not customer.is_waiting:
            return []
        return [QueueLeft(self._queue.id, customer.entered_at, customer.inside_at, end)]
