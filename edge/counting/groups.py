"""Groups: who came in, or left, together.

Two people are together who cross the same line the same way within a time, and of whom the first is still
near when the other crosses. A group is everybody so connected, so a family in single file is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from edge.counting.company import Person
from edge.counting.facts import Crossing, Direction, Group
from edge.counting.handover import Reach
from edge.counting.line import Line
from edge.counting.plan import Groups
from edge.floor import Floor
from edge.geometry import Point

TOLD_WITHIN_SECONDS = 4.0
"""Nearly every crossing is told so soon after it happened and could no longer be undone."""

PACE_SECONDS = 1.0
"""The pace of somebody who is out of sight is that of so long before."""

MOST_TOGETHER = 20
"""More than so many are a crowd; the next one begins another group."""


@dataclass(frozen=True, slots=True)
class _Member:
    person: Person
    at: float
    place: Point
    height: float


@dataclass(frozen=True, slots=True)
class _Party:
    line: str
    direction: Direction
    members: tuple[_Member, ...]

    @property
    def first_at(self) -> float:
        return min(member.at for member in self.members)

    @property
    def last_at(self) -> float:
        return max(member.at for member in self.members)


class GroupCounter:
    """Joins the crossings of a camera's entrance lines to groups; each stands in exactly one."""

    def __init__(self, groups: Groups, lines: Iterable[Line], floor: Floor | None = None) -> None:
        self._seconds = groups.seconds
        self._reach = Reach(groups.metres, groups.heights, floor)
        self._patience = {
            line.id: groups.seconds + line.recross_seconds + TOLD_WITHIN_SECONDS
            for line in lines
            if line.kind == "entrance"
        }
        self._parties: list[_Party] = []

    def __len__(self) -> int:
        return sum(len(party.members) for party in self._parties)

    def note(self, person: Person, crossing: Crossing) -> None:
        """Takes a crossing that has just been told; those of passing lines are nobody's."""
        if crossing.line not in self._patience:
            return
        assert crossing.place is not None
        assert crossing.height is not None
        member = _Member(person, crossing.at, crossing.place, crossing.height)
        party = _Party(crossing.line, crossing.direction, (member,))
        for other in [other for other in self._parties if self._are_together(other, party)]:
            if len(other.members) + len(party.members) <= MOST_TOGETHER:
                self._parties.remove(other)
                party = _Party(party.line, party.direction, (*other.members, *party.members))
        self._parties.append(party)

    def told(self, at: float) -> list[Group]:
        """Groups that can no longer grow at `at`."""
        over = [party for party in self._parties if at - party.last_at > self._patience[party.line]]
        self._parties = [party for party in self._parties if party not in over]
        return _told(over)

    def close(self) -> list[Group]:
        """All that are left."""
        over, self._parties = self._parties, []
        return _told(over)

    def twin(self) -> GroupCounter:
        """A counter in the same state, to be closed in place of this one."""
        twin = copy(self)
        twin._parties = list(self._parties)
        return twin

    def _are_together(self, party: _Party, newcomer: _Party) -> bool:
        (new,) = newcomer.members
        return (
            party.line == newcomer.line
            and party.direction is newcomer.direction
            and any(self._belong(*sorted((member, new), key=_when)) for member in party.members)
        )

    def _belong(self, earlier: _Member, later: _Member) -> bool:
        if earlier.person is later.person or later.at - earlier.at > self._seconds:
            return False  # who goes in twice does not accompany themselves
        height = max(earlier.height, later.height)
        place = earlier.person.place_at(later.at)
        if place:
            return self._reach.share(place, later.place, height) <= 1
        walked = self._pace(earlier.person, height) * (later.at - earlier.at)
        return self._reach.share(earlier.place, later.place, height) + walked <= 1

    def _pace(self, person: Person, height: float) -> float:
        """Shares of the reach per second, as last seen."""
        last, since = person.path[-1], max(person.path[0].at, person.seen_at - PACE_SECONDS)
        before = person.place_at(since)
        if before is None or since >= last.at:
            return 0.0
        return self._reach.share(before, person.place, height) / (last.at - since)


def _when(member: _Member) -> float:
    return member.at


def _told(parties: Iterable[_Party]) -> list[Group]:
    """Who turned out to be staff meanwhile does not stand in them."""
    groups = []
    for party in parties:
        customers = [member for member in party.members if not member.person.is_staff]
        if customers:
            first_at = min(member.at for member in customers)
            groups.append(Group(party.line, party.direction, first_at, len(customers)))
    return sorted(groups, key=lambda group: group.at)
