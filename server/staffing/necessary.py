"""Least numbers that nobody could keep, named at once: too few people, too few hours.

Each is proved by counting, without looking for a roster: of the people with a skill not enough can be there
in a step, on a day, or for the whole range, whatever shifts they are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.staffing.terms import Asked, Person
from server.staffing.weeks import Weeks


@dataclass(frozen=True, slots=True)
class TooFew:
    """Steps [begin, end) in which fewer people could be there than the least number asks for.

    `away` are those with the skill who are away then, `cannot` those whose shifts cannot lie so.
    """

    skill: str
    begin: int
    end: int
    least: int
    people: int
    away: tuple[str, ...]
    cannot: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TooLittle:
    """A day (None: the whole range) for which those who have a skill can work less than it asks for, both in
    person-steps."""

    skill: str
    day: int | None
    asked: int
    possible: int


def too_few(asked: Asked, weeks: Sequence[Weeks]) -> Iterator[TooFew]:
    """Where people are too few, steps that are alike put together, in order of skill and time."""
    could = [each.could_work() for each in weeks]
    open_: TooFew | None = None
    for need in sorted(asked.needs, key=lambda each: (each.skill, each.step)):
        found = _too_few(asked, could, need.skill, need.step, need.least)
        if (
            open_
            and found
            and open_.end == found.begin
            and replace(open_, begin=0, end=0) == replace(found, begin=0, end=0)
        ):
            open_ = replace(open_, end=found.end)
            continue
        if open_:
            yield open_
        open_ = found
    if open_:
        yield open_


def _too_few(
    asked: Asked, could: Sequence[frozenset[int]], skill: str, step: int, least: int
) -> TooFew | None:
    able = [
        (person, step in at) for person, at in zip(asked.people, could, strict=True) if skill in person.skills
    ]
    there = sum(is_there for _, is_there in able)
    if there >= least:
        return None
    gone = [person for person, is_there in able if not is_there]
    away = tuple(person.name for person in gone if _is_away(person, step))
    return TooFew(
        skill, step, step + 1, least, there, away, tuple(p.name for p in gone if not _is_away(p, step))
    )


def _is_away(person: Person, step: int) -> bool:
    return any(begin <= step < end for begin, end in person.away)


def too_little(asked: Asked, weeks: Sequence[Weeks]) -> Iterator[TooLittle]:
    """Skills that ask for more on a day than those who have them can work; where there is none, in all."""
    least: dict[tuple[str, int], int] = defaultdict(int)
    for need in asked.needs:
        least[need.skill, _day_of(asked, need.step)] += need.least
    for skill in sorted({skill for skill, _ in least}):
        able = [each for each in weeks if skill in each.person.skills]
        by_day = [
            TooLittle(skill, day, least[skill, day], possible)
            for day in range(len(asked.days))
            if least[skill, day] > (possible := sum(each.most_at_work(day) for each in able))
        ]
        yield from by_day
        in_all = sum(least[skill, day] for day in range(len(asked.days)))
        if not by_day and in_all > (possible := sum(_most(each) for each in able)):
            yield TooLittle(skill, None, in_all, possible)


def _most(weeks: Weeks) -> int:
    return min(weeks.most_paid, sum(weeks.most_at_work(day) for day in range(weeks.days)))


def _day_of(asked: Asked, step: int) -> int:
    return next((number for number, day in enumerate(asked.days) if step < day.closes), len(asked.days) - 1)
