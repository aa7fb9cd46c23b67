"""Weeks for the master problem: those of everybody that improve it, until none does (column generation)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from server.staffing.master import Column, Master, Solved
from server.staffing.terms import Asked, Week
from server.staffing.weeks import Weeks

ROUNDS = 400
"""Of new weeks for everybody, at most."""
REDUCED = 1e-6
"""A week must lower the cost by more than this to count as better."""


class Columns:
    """Weeks found so far, each once."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._seen: set[tuple[int, Week]] = set()
        self.all: list[Column] = []

    def add(self, person: int, week: Week) -> bool:
        if (person, week) in self._seen:
            return False
        self._seen.add((person, week))
        self.all.append(column(self._asked, person, week))
        return True


def column(asked: Asked, number: int, week: Week) -> Column:
    """A week with what it costs."""
    person = asked.people[number]
    wages = person.cost * sum(shift.paid(asked.rules) for shift in week)
    unwished = sum(shift.day in person.unwished for shift in week)
    return Column(number, week, wages, asked.prices.wish * unwished)


def first_weeks(master: Master, weeks: Sequence[Weeks], columns: Columns) -> None:
    """A week for everybody, drawn to where people are needed."""
    worth = np.zeros(master.steps)
    for need in master.needs:
        worth[need.step] += need.wanted * master.asked.prices.short
    for number, person in enumerate(weeks):
        found = person.best(worth / max(1, len(weeks)) * (1 + number % 5 / 10))
        assert found is not None  # `_reachable` saw to it
        columns.add(number, found[1])


def generate(
    master: Master,
    weeks: Sequence[Weeks],
    columns: Columns,
    free: Iterable[int],
    is_late: Callable[[], bool],
    told: Callable[[str], None],
    fixed: Sequence[Column] = (),
) -> float:
    """Weeks that improve the relaxed roster until none does, or time is up; a lower bound of its cost."""
    free = list(free)
    best_bound = -np.inf
    for number in range(ROUNDS):
        solved = master.relaxed([*of_people(columns.all, free), *fixed])
        reduced, added = price(solved, weeks, columns, free)
        best_bound = max(best_bound, solved.value + reduced)
        told(f"round {number + 1}: {solved.value:.0f}, at best {best_bound:.0f}, {len(columns.all)} weeks")
        if not added or solved.value - best_bound <= 1e-4 * abs(solved.value) or is_late():
            break
    return float(best_bound)


def of_people(columns: Iterable[Column], people: Sequence[int]) -> list[Column]:
    wanted = set(people)
    return [each for each in columns if each.person in wanted]


def price(solved: Solved, weeks: Sequence[Weeks], columns: Columns, free: Sequence[int]) -> tuple[float, int]:
    """The sum of what better weeks could save at most, and how many were added."""
    saving, added = 0.0, 0
    for number in free:
        person = weeks[number]
        worth = solved.worth[person.person.skills]
        found = person.dearer(solved.wage_price).best(worth)
        assert found is not None  # `_reachable` saw to it
        reduced = -found[0] - float(solved.convexity[number])
        if reduced < -REDUCED:
            saving += reduced
            added += columns.add(number, found[1])
    return saving, added


def dive(master: Master, weeks: Sequence[Weeks], columns: Columns, is_late: Callable[[], bool]) -> None:
    """Fix the surest week, make new weeks for the others, and so on; all weeks found stay."""
    fixed: dict[int, Column] = {}
    while len(fixed) < len(weeks) and not is_late():
        free = [number for number in range(len(weeks)) if number not in fixed]
        offered = [*of_people(columns.all, free), *fixed.values()]
        solved = master.relaxed(offered)
        shares = sorted(zip(solved.shares, offered, strict=True), key=lambda each: -each[0])
        sure = [each for share, each in shares if share > 0.99 and each.person not in fixed]
        unsure = next((each for share, each in shares if each.person not in fixed and share <= 0.99), None)
        for each in [*sure, *([unsure] if unsure else [])]:
            fixed.setdefault(each.person, each)
        rest = [number for number in free if number not in fixed]
        if rest:
            generate(master, weeks, columns, rest, is_late, lambda _: None, list(fixed.values()))
