"""The best legal week, beside every week there is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from server.staffing.legal import broken
from server.staffing.terms import Asked, Person, Shift, Week
from server.staffing.weeks import Weeks
from tests.server.staffing.shops import small_shop


def every_week(asked: Asked, person: Person) -> Iterator[Week]:
    """All combinations of all shifts of all days that break no rule, found without any cleverness."""
    options = []
    for number, day in enumerate(asked.days):
        shifts: list[Shift | None] = [None]
        for begin in range(day.opens, day.closes):
            for end in range(begin + 1, day.closes + 1):
                shifts += [
                    Shift(number, begin, end),
                    *(Shift(number, begin, end, at) for at in range(begin, end)),
                ]
        options.append([s for s in shifts if s is None or not any(_breaks_by_itself(asked, person, s))])
    for chosen in product(*options):
        week = tuple(shift for shift in chosen if shift is not None)
        if not any(broken(asked, person, week)):
            yield week


def _breaks_by_itself(asked: Asked, person: Person, shift: Shift) -> Iterator[str]:
    return (each for each in broken(asked, person, (shift,)) if f"day {shift.day}" in each)


def worth_of(asked: Asked, person: Person, week: Week, being_there: np.ndarray) -> float:
    """What a week is worth less wages and wishes, added up step by step."""
    worth = sum(float(being_there[step]) for shift in week for step in shift.at_work(asked.rules))
    wages = person.cost * sum(shift.paid(asked.rules) for shift in week)
    return worth - wages - asked.prices.wish * sum(shift.day in person.unwished for shift in week)


@pytest.mark.parametrize("seed", range(40))
def test_the_best_week_is_the_best_of_all_legal_weeks(seed: int) -> None:
    chance = random.Random(seed)
    asked = small_shop(chance, people=1)
    person = asked.people[0]
    being_there = np.array([chance.uniform(-1, 4) for _ in range(asked.days[-1].closes + 1)])
    found = Weeks(person, 0, asked, asked.prices.wish).best(being_there)
    listed = [worth_of(asked, person, week, being_there) for week in every_week(asked, person)]
    if found is None:
        assert not listed
    else:
        assert not list(broken(asked, person, found[1]))
        assert found[0] == pytest.approx(max(listed))
        assert worth_of(asked, person, found[1], being_there) == pytest.approx(found[0])


@pytest.mark.parametrize("seed", range(10))
def test_the_most_paid_steps_are_those_of_the_longest_legal_week(seed: int) -> None:
    asked = small_shop(random.Random(seed), people=1)
    person = asked.people[0]
    longest = max(
        (sum(shift.paid(asked.rules) for shift in week) for week in every_week(asked, person)), default=None
    )
    if longest is not None:
        assert Weeks(person, 0, asked, 0.0).most_paid == longest
