"""Passers-by: who crossed a passing line, and was seen neither to come in nor to leave."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

from edge.counting.company import Person
from edge.counting.facts import Crossing, Passed
from edge.counting.groups import TOLD_WITHIN_SECONDS
from edge.counting.line import Line

MIND_SECONDS = 60.0
"""Who passes and comes in so soon afterwards did not pass by."""


class PassingCounter:
    """Tells passers-by from customers. Everybody passes at most once, over the first such line they cross."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._passing = {line.id for line in lines if line.kind == "passing"}
        self._pending: dict[Person, Crossing] = {}
        self._decided: set[Person] = set()  # customers, and those who were told

    def __len__(self) -> int:
        return len(self._pending) + len(self._decided)

    def note(self, person: Person, crossing: Crossing) -> None:
        """Takes a crossing that has just been told."""
        if person in self._decided or not self._passing:
            return
        passed = self._pending.get(person)
        if crossing.line in self._passing:
            if passed is None or crossing.at < passed.at:
                self._pending[person] = crossing
        elif passed is None or crossing.at - passed.at <= MIND_SECONDS:
            self._pending.pop(person, None)
            self._decided.add(person)

    def twin(self) -> PassingCounter:
        """A counter in the same state, to be closed in place of this one."""
        twin = copy(self)
        twin._pending, twin._decided = dict(self._pending), set(self._decided)
        return twin

    def told(self, at: float, gone: Iterable[Person]) -> list[Passed]:
        """Those of whom it is certain at `at`: lost for good, or still out there after a minute."""
        certain = [
            person
            for person, crossing in self._pending.items()
            if at - crossing.at > MIND_SECONDS + TOLD_WITHIN_SECONDS
        ]
        self._decided.update(certain)
        certain += [person for person in gone if person in self._pending]
        passed = [
            Passed(crossing.line, crossing.at)
            for person in dict.fromkeys(certain)
            if (crossing := self._pending.pop(person)) and not person.is_staff
        ]
        self._decided.difference_update(gone)
        return passed
