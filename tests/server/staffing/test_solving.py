"""Rosters beside brute force, beside their bound, and rule by rule."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from server.staffing.changing import changes
from server.staffing.legal import broken
from server.staffing.master import Master
from server.staffing.solving import Limits, Roster, solve
from server.staffing.terms import Asked, Day, Need, Person, Prices, Week
from tests.server.staffing.shops import HALF_HOURS, big_shop, small_shop
from tests.server.staffing.test_weeks import every_week


def left_open(asked: Asked, weeks: tuple[Week, ...]) -> float:
    """What is left open costs, each step by itself, by a little linear program that the product does not
    have."""
    total = 0.0
    for step in sorted({need.step for need in asked.needs}):
        needs = [need for need in asked.needs if need.step == step]
        there = [
            person
            for person, week in zip(asked.people, weeks, strict=True)
            if any(step in shift.at_work(asked.rules) for shift in week)
        ]
        total += _step_cost(asked.prices, tuple(needs), tuple(there))
    return total


@cache
def _step_cost(prices: Prices, needs: tuple[Need, ...], there: tuple[Person, ...]) -> float:
    pairs = [
        (p, n)
        for p, person in enumerate(there)
        for n, need in enumerate(needs)
        if need.skill in person.skills
    ]
    count = len(needs)
    cost = np.array([0.0] * len(pairs) + [prices.short] * count + [prices.below_least] * count)
    rows = np.zeros((count + len(there), len(cost)))
    right = np.concatenate([[-max(n.wanted, n.least) for n in needs], np.ones(len(there))])
    for column, (person, need) in enumerate(pairs):
        rows[need, column], rows[count + person, column] = -1, 1
    for number in range(count):
        rows[number, len(pairs) + number] = rows[number, len(pairs) + count + number] = -1
    most = [None] * len(pairs) + [max(n.wanted - n.least, 0) for n in needs] + [None] * count
    done = linprog(cost, rows, right, bounds=[(0, each) for each in most])
    assert done.fun is not None
    return float(done.fun)


ENOUGH_SECONDS = 900.0
"""Never reached."""


def wages_of(asked: Asked, weeks: tuple[Week, ...]) -> float:
    pairs = zip(asked.people, weeks, strict=True)
    return sum(person.cost * shift.paid(asked.rules) for person, week in pairs for shift in week)


def cost_of(asked: Asked, weeks: tuple[Week, ...]) -> float:
    """Wages, wishes and what is left open."""
    own = 0.0
    for person, week in zip(asked.people, weeks, strict=True):
        own += person.cost * sum(shift.paid(asked.rules) for shift in week)
        own += asked.prices.wish * sum(shift.day in person.unwished for shift in week)
    return own + left_open(asked, weeks)


def standing_still() -> float:
    """A clock on which no time passes: what is found must not depend on how busy a machine is."""
    return 0.0


def solved(asked: Asked, gap: float = 0.03) -> Roster:
    return solve(asked, standing_still, Limits(ENOUGH_SECONDS, gap))


@pytest.mark.parametrize("seed", range(6))
def test_a_small_roster_costs_no_more_than_the_best_of_all_rosters(seed: int) -> None:
    asked = small_shop(random.Random(seed), people=2, days=2)
    listed = [list(every_week(asked, person)) for person in asked.people]
    roster = solved(asked, gap=1e-9)
    if not all(listed):
        assert roster.less_than_contract
        return
    best = min(cost_of(asked, weeks) for weeks in product(*listed))
    assert roster.cost == pytest.approx(best)
    assert cost_of(asked, roster.weeks) == pytest.approx(roster.cost)
    assert roster.bound <= best + 1e-6


@pytest.mark.parametrize("seed", [0, 2])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_small_roster_within_a_budget_costs_no_more_than_the_best_of_those_there_are(
    seed: int, share: float
) -> None:
    free = small_shop(random.Random(seed), people=2, days=2)
    team = tuple(replace(person, least=0) for person in free.people)
    most = sum(person.most * person.cost for person in team)
    asked = _with_budget(replace(free, people=team), share * most)
    listed = [list(every_week(asked, person)) for person in asked.people]
    affordable = [weeks for weeks in product(*listed) if wages_of(asked, weeks) <= share * most + 1e-9]
    roster = solved(asked, gap=1e-9)
    assert roster.over_budget == pytest.approx(0.0)
    assert roster.cost == pytest.approx(min(cost_of(asked, weeks) for weeks in affordable))


def test_thirty_people_in_seven_days_of_half_hours_are_near_the_bound_and_every_shift_is_legal() -> None:
    asked = big_shop(5)
    roster = solved(asked, gap=0.01)
    assert roster.gap <= 0.01
    assert cost_of(asked, roster.weeks) == pytest.approx(roster.cost)
    for person, week in zip(asked.people, roster.weeks, strict=True):
        assert not list(broken(asked, person, week))


@pytest.mark.parametrize("budget", [60.0, 155.0, 290.0])
def test_a_budget_is_kept_although_more_hours_would_serve_more(budget: float) -> None:
    """A price on money alone gives one person all hours or none, whatever the budget lies between."""
    days = tuple(Day(day * 48 + 18, day * 48 + 42) for day in range(4))
    needs = tuple(Need(step, "till", 2.0, 1) for day in days for step in range(day.opens, day.closes))
    ann = Person("Ann", frozenset({"till"}), 0, 76, 7.75)
    roster = solved(Asked(days, (ann,), needs, HALF_HOURS, Prices(15.5, 775, 20), budget))
    assert roster.over_budget == pytest.approx(0.0)
    assert budget - 8 * 7.75 < roster.wages <= budget


def test_a_budget_is_kept_where_contracts_allow_it() -> None:
    asked = big_shop(2, people=8)
    free = solved(asked, gap=0.1)
    least = sum(person.least * person.cost for person in asked.people)
    budget = (free.wages + least) / 2
    roster = solved(_with_budget(asked, budget), gap=0.1)
    assert roster.wages <= budget + 1e-6
    assert roster.is_feasible
    assert roster.cost >= free.bound


def _with_budget(asked: Asked, budget: float) -> Asked:
    return Asked(asked.days, asked.people, asked.needs, asked.rules, asked.prices, budget)


def one_evening(*people: Person) -> Asked:
    """One day of 8 hours on which two people have to be at the till throughout."""
    needs = tuple(Need(step, "till", 2.0, 2) for step in range(16, 32))
    return Asked((Day(16, 32),), people, needs, HALF_HOURS, Prices(20, 1000, 20))


def test_a_contract_that_cannot_be_reached_is_told_with_what_can() -> None:
    ann = Person("Ann", frozenset({"till"}), 40, 80, 7.0)
    roster = solved(one_evening(ann))
    assert [(each.person.name, each.possible) for each in roster.less_than_contract] == [("Ann", 15)]


def test_where_no_time_is_left_it_is_told_whose_hours_were_not_tried() -> None:
    roster = solved(one_evening(Person("Ann", frozenset({"till"}), 0, 80, 7.0)))
    told = changes(Master(roster.asked, 1.0), roster, 2, is_late=lambda: True)
    assert (told.longer, told.shorter, told.untried) == ((), (), 1)


@pytest.mark.long
def test_an_hour_more_is_worth_what_the_roster_with_it_costs_less() -> None:
    asked = big_shop(1, people=6)
    roster = solved(asked)
    told = changes(Master(roster.asked, 1.0), roster, 2)
    assert told.longer
    for change in (*told.longer, *told.shorter):
        weeks = list(roster.weeks)
        weeks[change.person] = tuple(
            change.after if shift == change.before else shift for shift in weeks[change.person]
        )
        assert not list(broken(asked, asked.people[change.person], weeks[change.person]))
        assert cost_of(asked, roster.weeks) - cost_of(asked, tuple(weeks)) == pytest.approx(change.gain)


def test_without_people_everything_is_left_open() -> None:
    roster = solved(one_evening())
    assert roster.weeks == ()
    assert sum(roster.below_least.values()) == 32
