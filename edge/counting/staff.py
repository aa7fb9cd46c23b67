"""Who is staff: by where they come from, by how long they stay, or by their badge.

A camera sees no uniforms. Each way leaves somebody out: who is known late crossed before it was known, so
those crossings are told as soon as it comes out.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from copy import copy

from edge.counting.company import Move, Person
from edge.counting.facts import Crossing, StaffCrossing
from edge.counting.plan import Staff
from edge.geometry import Point, distance, inside
from edge.people import Step

ORIGIN_SECONDS = 3.0
"""Who stays so long where staff come from is staff."""

LATEST_BADGE_SECONDS = 3.0
"""A badge that was read longer ago proves nothing: somebody else may stand there now."""

MOST_CROSSINGS = 100
"""So many of somebody's last crossings can turn out to be staff's."""


class StaffLedger:
    """Marks people as staff, and remembers their crossings until then. Without a plan it marks nobody."""

    def __init__(self, staff: Staff | None) -> None:
        self._staff = staff
        self._long_stay_seconds = math.inf
        if staff and staff.long_stay_seconds is not None:
            self._long_stay_seconds = staff.long_stay_seconds
        self._at_origin_since: dict[Person, float] = {}
        self._crossings: dict[Person, deque[Crossing]] = {}

    def __len__(self) -> int:
        return len(self._at_origin_since) + len(self._crossings)

    def look(self, moves: Iterable[Move]) -> list[StaffCrossing]:
        """Earlier crossings of those whose steps show that they are staff."""
        if self._staff is None:
            return []
        known = [move.person for move in moves if not move.person.is_staff and self._shows_staff(move)]
        return [crossing for person in known for crossing in self._mark(person)]

    def note(self, person: Person, crossing: Crossing) -> list[StaffCrossing]:
        """The staff's crossing beside a crossing, if it is known to be one; else it is remembered."""
        if self._staff is None:
            return []
        if person.is_staff:
            return [_staffs(crossing)]
        self._crossings.setdefault(person, deque(maxlen=MOST_CROSSINGS)).append(crossing)
        return []

    def badge_read(self, people: Iterable[Person], reader: str, at: float, now: float) -> list[StaffCrossing]:
        """Marks who stood at a reader when it read a staff badge; the nearest to its middle if several did.

        A reader that this camera does not have, a message too old, and nobody there change nothing.
        """
        corners = self._staff.readers.get(reader) if self._staff else None
        if corners is None or abs(now - at) > LATEST_BADGE_SECONDS:
            return []
        middle = Point(
            sum(corner.x for corner in corners) / len(corners),
            sum(corner.y for corner in corners) / len(corners),
        )
        there = [
            (distance(place, middle), number, person)
            for number, person in enumerate(people)
            if (place := _place_near(person, at)) and inside(corners, place)
        ]
        if not there:
            return []
        *_, person = min(there)
        return [] if person.is_staff else self._mark(person)

    def forget(self, gone: Iterable[Person]) -> None:
        """Those who will not be seen again."""
        for person in gone:
            self._at_origin_since.pop(person, None)
            self._crossings.pop(person, None)

    def twin(self) -> StaffLedger:
        """A ledger in the same state, to be written in place of this one."""
        twin = copy(self)
        twin._at_origin_since = dict(self._at_origin_since)
        twin._crossings = {
            person: deque(crossings, MOST_CROSSINGS) for person, crossings in self._crossings.items()
        }
        return twin

    def _mark(self, person: Person) -> list[StaffCrossing]:
        person.is_staff = True
        self._at_origin_since.pop(person, None)
        return [_staffs(crossing) for crossing in self._crossings.pop(person, ())]

    def _shows_staff(self, move: Move) -> bool:
        person = move.person
        if person.seen_at - person.began_at >= self._long_stay_seconds:
            return True
        if move.is_new and self._is_at_origin(move.steps[0]):
            return True
        return any(self._has_stayed_at_origin(person, step) for step in move.steps)

    def _has_stayed_at_origin(self, person: Person, step: Step) -> bool:
        if not self._is_at_origin(step):
            self._at_origin_since.pop(person, None)
            return False
        return step.at - self._at_origin_since.setdefault(person, step.at) >= ORIGIN_SECONDS

    def _is_at_origin(self, step: Step) -> bool:
        assert self._staff is not None
        return any(inside(origin, Point(step.x, step.y)) for origin in self._staff.origins)


def _staffs(crossing: Crossing) -> StaffCrossing:
    return StaffCrossing(crossing.line, crossing.direction, crossing.at)


def _place_near(person: Person, at: float) -> Point | None:
    """Where somebody was at a moment; where last seen, if that was only just before."""
    if 0 < at - person.seen_at <= LATEST_BADGE_SECONDS:
        return person.place
    return person.place_at(at)
