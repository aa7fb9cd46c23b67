"""What one hour more or less of somebody's shift would change: every legal change, weighed exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.staffing.generating import column
from server.staffing.legal import broken
from server.staffing.master import Column, Master, Skills
from server.staffing.solving import Roster
from server.staffing.terms import Asked, Shift


@dataclass(frozen=True, slots=True)
class Change:
    """One shift made longer or shorter by an hour.

    `served` is what less is left open, `wages` what more is paid, both in money and both negative for the
    opposite.
    """

    person: int
    before: Shift
    after: Shift
    served: float
    wages: float

    @property
    def gain(self) -> float:
        """What it wins in all."""
        return self.served - self.wages


@dataclass(frozen=True)
class Changes:
    """The best hours to add, of those that serve anybody, and those that are missed least; best first.

    `untried`: people whose shifts were not looked at, because time was up.
    """

    longer: tuple[Change, ...]
    shorter: tuple[Change, ...]
    untried: int = 0


def changes(
    master: Master,
    roster: Roster,
    hour: int,
    most: int = 5,
    is_late: Callable[[], bool] = lambda: False,
) -> Changes:
    """What an hour more or less would change at best.

    Args:
        hour: steps in an hour.
        most: how many changes of each kind to tell, one for each person and day.
        is_late: whether time is up, asked before each person.
    """
    columns = [column(roster.asked, number, week) for number, week in enumerate(roster.weeks)]
    gains, tried = _Gains(master, columns), 0
    found: list[Change] = []
    for number in range(len(columns)):
        if is_late():
            break
        found += _of_a_person(roster, number, hour, gains)
        tried += 1
    found.sort(key=lambda each: -each.gain)
    # An hour in which nobody is missed serves nobody.
    longer = [each for each in found if _length(each.after) > _length(each.before) and each.served > _NOTHING]
    shorter = [each for each in found if _length(each.after) < _length(each.before)]
    return Changes(
        tuple(_first_of_each(longer, most)), tuple(_first_of_each(shorter, most)), len(columns) - tried
    )


_NOTHING = 0.005
"""Money that is told as 0.00."""


class _Gains:
    """What is saved by one person more in a step, and lost by one fewer, by group."""

    def __init__(self, master: Master, columns: Sequence[Column]) -> None:
        self._master, self._columns = master, columns
        self._now = master.open_cost(columns)
        self._of: dict[Skills, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def served(self, group: Skills, added: set[int], removed: set[int]) -> float:
        if group not in self._of:
            self._of[group] = (
                self._now - self._master.open_cost(self._columns, group, 1),
                self._master.open_cost(self._columns, group, -1) - self._now,
            )
        more, fewer = self._of[group]
        return _sum(more, added) - _sum(fewer, removed)


def _sum(values: NDArray[np.float64], steps: set[int]) -> float:
    return float(sum(values[step] for step in steps if step < len(values)))


def _of_a_person(roster: Roster, number: int, hour: int, gains: _Gains) -> Iterator[Change]:
    rules, person, week = roster.asked.rules, roster.asked.people[number], roster.weeks[number]
    for place, before in enumerate(week):
        for after in _changed(before, hour, roster.asked):
            if not any(broken(roster.asked, person, (*week[:place], after, *week[place + 1 :]))):
                old, new = set(before.at_work(rules)), set(after.at_work(rules))
                served = gains.served(person.skills, new - old, old - new)
                wages = (after.paid(rules) - before.paid(rules)) * person.cost
                yield Change(number, before, after, served, wages)


def _changed(shift: Shift, hour: int, asked: Asked) -> Iterator[Shift]:
    """The shift with an hour more or less at either end, with each break that it may have then."""
    rules = asked.rules
    for begin, end in (
        (shift.begin - hour, shift.end),
        (shift.begin, shift.end + hour),
        (shift.begin + hour, shift.end),
        (shift.begin, shift.end - hour),
    ):
        if end - begin < rules.break_from:
            yield Shift(shift.day, begin, end)
        else:
            last = end - rules.break_margin - rules.break_length
            for at in range(begin + rules.break_margin, last + 1):
                yield Shift(shift.day, begin, end, at)


def _length(shift: Shift) -> int:
    return shift.end - shift.begin


def _first_of_each(found: Sequence[Change], most: int) -> Iterator[Change]:
    seen: set[tuple[int, int]] = set()
    for each in found:
        key = each.person, each.before.day
        if key not in seen and len(seen) < most:
            seen.add(key)
            yield each
