"""What is said to be impossible is so; what is only not found is told as that."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from server.staffing.planning import Plan, plan
from server.staffing.proving import somebody_is_missing
from server.staffing.solving import Limits
from server.staffing.terms import Asked
from server.staffing.words import NONE_COULD, NOT_FOUND
from tests.server.staffing.requests import asked, person
from tests.server.staffing.shops import small_shop
from tests.server.staffing.test_planning import BERLIN, planned
from tests.server.staffing.test_relaxing import can_be_kept

EARLY_AND_LATE = {day: {"opens": "08:00", "closes": "20:00"} for day in ("monday", "tuesday", "wednesday")}


def only_some(asked: Asked, most: int) -> Asked:
    """The request with the first so many of its least numbers, and contracts that promise nothing."""
    team = tuple(replace(person, least=0) for person in asked.people)
    kept = [need for need in asked.needs if need.least][:most]
    return replace(
        asked, people=team, needs=tuple(replace(n, least=n.least if n in kept else 0) for n in asked.needs)
    )


@pytest.mark.parametrize(
    ("most", "possible"), [pytest.param(1, 5, id="one least number"), pytest.param(20, 0, id="all of them")]
)
def test_what_is_proved_impossible_no_roster_of_all_there_are_keeps(most: int, possible: int) -> None:
    shops = [only_some(small_shop(random.Random(seed), people=2, days=2), most) for seed in range(12)]
    proved = [somebody_is_missing(each, [], lambda: False) for each in shops]
    kept = [can_be_kept(each) for each in shops]
    assert sum(kept) == possible
    assert not any(of and can for of, can in zip(proved, kept, strict=True))
    assert sum(proved) == 12 - possible


def test_a_budget_below_the_contracts_is_proved_to_be_too_small_and_one_above_them_is_not() -> None:
    ann = person("Ann", least_hours=6)
    assert planned(people=[ann], budget=60).is_impossible
    assert not planned(people=[ann], budget=90).is_impossible


def in_no_time(**changes: Any) -> Plan:
    """The plan of a machine that is so slow that no time is left for anything."""
    ticks = count()
    return plan(asked(**changes), BERLIN, lambda: 100.0 * next(ticks), Limits(10.0))


def test_what_is_only_not_found_in_the_time_is_not_told_as_impossible() -> None:
    request = {
        "days": 3,
        "hours": EARLY_AND_LATE,
        "people": [person(name, most_hours=16) for name in ("Ann", "Bob", "Cem")],
        "needs": [{"begin": "08:00", "end": "20:00", "skill": "till", "least": 1}],
    }
    hurried = in_no_time(**request)
    assert (hurried.is_feasible, hurried.is_impossible) == (False, False)
    assert hurried.problems[-1] == NOT_FOUND
    assert plan(asked(**request), BERLIN, time.process_time, Limits(60.0, 0.5)).is_feasible


def test_what_counting_people_and_hours_does_not_show_is_proved_by_the_relaxed_roster() -> None:
    """Both could be there at ten, and work enough hours; but then nobody is left for the evening."""
    found = planned(
        people=[person("Ann"), person("Bob")],
        hours={"monday": {"opens": "08:00", "closes": "20:00"}},
        rules={"longest_hours": 8, "break_minutes": 0, "start_every_minutes": 240},
        needs=[
            {"begin": "08:00", "end": "16:00", "skill": "till", "least": 1},
            {"begin": "10:00", "end": "11:00", "skill": "till", "least": 2},
            {"begin": "19:00", "end": "20:00", "skill": "till", "least": 1},
        ],
    )
    assert (found.is_feasible, found.is_impossible) == (False, True)
    assert found.problems[-1] == NONE_COULD
