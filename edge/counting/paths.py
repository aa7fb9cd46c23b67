"""Paths: from which zone or line people went to which next. Only the sums ever leave the device.

A stop is a zone that somebody visited, or an entrance line that they crossed, one way or the other. A leg
leads from each stop to the one that they came to next, in order of coming, if it was soon enough. It
belongs to the moment in which the first stop was left, so of no stop do more legs begin in a minute than
visits ended or crossings were made there.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from edge.counting.company import Person
from edge.counting.facts import Crossing, Leg, Stop, Visit
from edge.counting.plan import Plan
from edge.counting.zones import UnderWay

TOLD_WITHIN_SECONDS = 5.0
"""Everything that somebody did is known so soon after, but for what waits for a zone or line itself."""

MOST_STOPS = 100
"""Of one person, while what came next is not certain; beyond, the oldest have no next."""


@dataclass(slots=True, eq=False)
class _Stopover:
    """One person at one stop."""

    stop: Stop
    came_at: float
    left_at: float | None = None  # None: still there, for all that is known
    is_done: bool = False  # its leg was told, or it has none


class PathLedger:
    """Remembers where people in view came last, and tells their legs. Without a time to go by, nobody's."""

    def __init__(self, plan: Plan) -> None:
        self._within_seconds = plan.paths_within_seconds
        self._entrances = {line.id for line in plan.lines if line.kind == "entrance"}
        # A stop can turn out to have come before another that is known already, but for no longer than this.
        waits = [line.recross_seconds for line in plan.lines]
        waits += [zone.minimum_stay_seconds for zone in plan.zones]
        self._settle_seconds = TOLD_WITHIN_SECONDS + max(waits, default=0.0)
        self._ways: dict[Person, list[_Stopover]] = {}
        self._visits: dict[tuple[str, int], _Stopover] = {}
        self._gone: set[Person] = set()

    def __len__(self) -> int:
        return sum(len(way) for way in self._ways.values()) + len(self._visits) + len(self._gone)

    @property
    def asks(self) -> bool:
        """Whether anybody asks for paths."""
        return self._within_seconds is not None

    def crossed(self, person: Person, crossing: Crossing) -> None:
        """Takes a crossing that has just been told; only those of entrances are stops."""
        if self.asks and crossing.line in self._entrances:
            stop = f"{crossing.direction.value}:{crossing.line}"
            self._put(person, _Stopover(stop, crossing.at, crossing.at))

    def is_in(self, person: Person, visit: UnderWay) -> None:
        """Takes that somebody's visit to a zone is under way."""
        stopover = self._visits.setdefault((visit.zone, visit.stay), _Stopover(visit.zone, visit.entered_at))
        if stopover not in self._ways.get(person, ()):
            self._put(person, stopover)

    def left(self, person: Person | None, visit: Visit) -> None:
        """Takes a visit that has ended; person: whose it was, as far as that is still known."""
        if not self.asks or visit.stay is None:
            return
        stopover = self._visits.pop((visit.zone, visit.stay), None)
        if stopover is None:
            stopover = _Stopover(visit.zone, visit.entered_at)
            if person:
                self._put(person, stopover)
        stopover.left_at, stopover.is_done = visit.left_at, visit.is_staff

    def told(self, at: float, gone: Iterable[Person]) -> list[Leg]:
        """Legs that are certain at `at`; those in `gone` will not be seen again."""
        if not self.asks:
            return []
        self._gone.update(person for person in gone if person in self._ways)
        legs: list[Leg] = []
        for person in list(self._ways):
            settled = at if person in self._gone else at - self._settle_seconds
            legs += self._certain(person, settled)
            self._shorten(person, settled)
        return legs

    def close(self) -> list[Leg]:
        """All that are left, once every visit has ended; forgets everybody."""
        legs = [leg for person in self._ways for leg in self._certain(person, float("inf"))]
        self._ways, self._visits, self._gone = {}, {}, set()
        return legs

    def twin(self) -> PathLedger:
        """A ledger in the same state whose closing leaves this one alone."""
        twin = copy(self)
        ways = (stopover for way in self._ways.values() for stopover in way)
        copies = {stopover: copy(stopover) for stopover in (*ways, *self._visits.values())}
        twin._ways = {person: [copies[one] for one in way] for person, way in self._ways.items()}
        twin._visits = {stay: copies[one] for stay, one in self._visits.items()}
        twin._gone = set(self._gone)
        return twin

    def _put(self, person: Person, stopover: _Stopover) -> None:
        way = self._ways.setdefault(person, [])
        way.append(stopover)
        way.sort(key=attrgetter("came_at"))
        del way[:-MOST_STOPS]

    def _certain(self, person: Person, settled: float) -> list[Leg]:
        """Legs to stops that nothing can come before any more; what they began from is done with."""
        assert self._within_seconds is not None
        way, legs = self._ways[person], []
        for stopover, after in pairwise(way):
            if after.came_at > settled or stopover.left_at is None or stopover.is_done:
                continue
            stopover.is_done = True
            if not person.is_staff and after.came_at - stopover.left_at <= self._within_seconds:
                legs.append(Leg(stopover.stop, after.stop, stopover.left_at))
        return legs

    def _shorten(self, person: Person, settled: float) -> None:
        """Forgets stops that nothing more can come of, and people without any."""
        assert self._within_seconds is not None
        way = self._ways[person]
        way[:-1] = [one for one in way[:-1] if not one.is_done]
        left_at = way[-1].left_at
        if len(way) > 1 or left_at is None:
            return
        if person in self._gone or settled - left_at > self._within_seconds:
            del self._ways[person]
            self._gone.discard(person)
