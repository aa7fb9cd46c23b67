"""From a request to a roster: column generation, then whole weeks, with a bound that says how good it is.

The relaxed master problem and the best weeks of each person take turns until no week improves it; its value
is then a lower bound for every legal roster. Whole weeks are chosen by mixed-integer programming; where
that leaves a gap, people's weeks are fixed one after another and new weeks made for the rest (diving;
Sadykov and others, "Primal heuristics for branch and price", INFORMS Journal on Computing 31, 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from server.staffing.generating import REDUCED, Columns, column, dive, first_weeks, generate, of_people
from server.staffing.master import Column, Master
from server.staffing.responding import Responding
from server.staffing.terms import Asked, Need, Person, Week
from server.staffing.weeks import Weeks
from server.staffing.working import Clock

_AT_ONCE = 8
"""People whose weeks are made anew together."""
_IN_VAIN = 12
"""Tries that better nothing, after which it is enough."""
_SEED = 1


@dataclass(frozen=True, slots=True)
class LessThanContract:
    """Somebody who cannot reach the contract's least hours, whatever the shop needs."""

    person: Person
    possible: int
    """Paid steps that can be reached at most."""


@dataclass(frozen=True)
class Roster:
    """Each person's week, what is left open, and how far from the best this can be."""

    asked: Asked
    weeks: tuple[Week, ...]
    cost: float
    """Wages, wishes and what is short, in money."""
    bound: float
    """No legal roster costs less."""
    wages: float
    short: dict[Need, float]
    below_least: dict[Need, float]
    over_budget: float
    less_than_contract: tuple[LessThanContract, ...] = ()

    @property
    def gap(self) -> float:
        """By how much of its cost it may be worse than the best, 0 at best."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0

    @property
    def is_feasible(self) -> bool:
        """Whether every rule and every least number is kept."""
        return not (self.below_least or self.less_than_contract or self.over_budget > 1e-6)


@dataclass(frozen=True)
class Limits:
    """How long to look, in seconds of the clock, and when it is good enough, as a share of the cost.

    `on_the_wall`: how long some seconds of the clock take on the wall, which is all that HiGHS can be told.
    """

    seconds: float = 30.0
    gap: float = 0.005
    on_the_wall: Callable[[float], float] = float


DEFAULT_LIMITS = Limits()


def solve(
    asked: Asked, clock: Clock, limits: Limits = DEFAULT_LIMITS, told: Callable[[str], None] = lambda _: None
) -> Roster:
    """The cheapest legal roster that was found, with its bound.

    What cannot be kept (least numbers, contracts, budget) is left open and told in the roster, never bent
    in secret. Rules of shifts, rest and absences hold in every answer.

    Args:
        clock: seconds, only for the limit.
        told: hears what is being done.
    """
    within, unreachable = _reachable(asked)
    if not within.people:
        return _of(Master(within, over_budget_price(within)), [], 0.0, unreachable)
    started = clock()
    master = Master(within, over_budget_price(within))
    weeks = [Weeks(person, number, within, within.prices.wish) for number, person in enumerate(within.people)]
    columns = Columns(within)
    first_weeks(master, weeks, columns)
    bound = generate(
        master, weeks, columns, range(len(weeks)), lambda: clock() - started > limits.seconds / 2, told
    )
    best = _of(master, _whole(master, columns.all, limits, limits.seconds / 8), bound, unreachable)
    if best.gap > limits.gap:
        told(f"{best.gap:.1%} from the bound; people are given better weeks one by one")
        # Where least numbers are missing, this is what finds the people for them.
        share = limits.seconds / (3 if best.below_least else 6)
        best = _responded(master, weeks, columns, best, limits, _until(clock, share))
    if best.gap > limits.gap:
        told(f"{best.gap:.1%} from the bound; more weeks are tried")
        dive(master, weeks, columns, lambda: clock() - started > limits.seconds * 0.75)
        again = _of(master, _whole(master, columns.all, limits, limits.seconds / 8), bound, unreachable)
        best = min(best, again, key=lambda roster: roster.cost)
    chance = Random(_SEED)  # noqa: S311 -- chooses whose weeks to make anew, keeps no secret
    in_vain = 0

    def is_late() -> bool:
        return clock() - started > limits.seconds * 0.95

    enough = min(_IN_VAIN, 3 * len(weeks))
    while best.gap > limits.gap and in_vain < enough and not is_late():
        again = _anew(master, weeks, columns, best, limits, chance, is_late)
        in_vain = 0 if again.cost < best.cost - REDUCED else in_vain + 1
        best = min(best, again, key=lambda roster: roster.cost)
        told(f"{best.gap:.1%} from the bound")
    return best


def _until(clock: Clock, seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have passed from now on."""
    begun = clock()
    return lambda: clock() - begun > seconds


def _responded(
    master: Master,
    weeks: Sequence[Weeks],
    columns: Columns,
    best: Roster,
    limits: Limits,
    is_late: Callable[[], bool],
) -> Roster:
    """The roster bettered person by person; the weeks that were found stay."""
    begin = Responding(
        master.asked, weeks, best.weeks, over_budget_price(master.asked), _wage_price(master, columns)
    )
    if not begin.is_possible:
        return best
    enough = best.bound / (1 - limits.gap)
    found = begin.better(lambda response: response.cost <= enough, is_late)
    for number, week in enumerate(found.weeks):
        columns.add(number, week)
    chosen = [column(master.asked, number, week) for number, week in enumerate(found.weeks)]
    again = _of(master, chosen, best.bound, best.less_than_contract)
    return min(best, again, key=lambda roster: roster.cost)


def _wage_price(master: Master, columns: Columns) -> float:
    """By what share wages count for more because of the budget, as the relaxed roster says."""
    return 0.0 if master.asked.budget is None else master.relaxed(columns.all).wage_price


def _anew(
    master: Master,
    weeks: Sequence[Weeks],
    columns: Columns,
    best: Roster,
    limits: Limits,
    chance: Random,
    is_late: Callable[[], bool],
) -> Roster:
    """The roster with the weeks of a few people made anew around those of the others."""
    # With everybody free it would be the same question again.
    free = sorted(chance.sample(range(len(weeks)), min(_AT_ONCE, max(1, len(weeks) // 2))))
    others = [column(best.asked, n, week) for n, week in enumerate(best.weeks) if n not in free]
    generate(master, weeks, columns, free, is_late, lambda _: None, others)
    offered = [*of_people(columns.all, free), *others]
    return _of(
        master, _whole(master, offered, limits, limits.seconds / 10), best.bound, best.less_than_contract
    )


def over_budget_price(asked: Asked) -> float:
    """The price of one unit of money over the budget: above whatever it could buy."""
    cheapest = min((person.cost for person in asked.people if person.cost > 0), default=1.0)
    return 1.0 + 2.0 * asked.prices.below_least / cheapest


def _reachable(asked: Asked) -> tuple[Asked, tuple[LessThanContract, ...]]:
    """The request with contracts that can be fulfilled, and those that could not."""
    found: list[LessThanContract] = []
    people: list[Person] = []
    for number, person in enumerate(asked.people):
        most = Weeks(replace(person, least=0), number, asked, 0.0).most_paid
        if Weeks(person, number, asked, 0.0).best(np.zeros(asked.steps)) is None:
            found.append(LessThanContract(person, most))
            person = replace(person, least=most)
        people.append(person)
    return replace(asked, people=tuple(people)), tuple(found)


def _whole(master: Master, offered: Sequence[Column], limits: Limits, seconds: float) -> list[Column]:
    """One of the offered weeks for each person; the first of each where no better choice is found in time."""
    chosen = master.whole(offered, limits.on_the_wall(max(1.0, seconds)), limits.gap / 2)
    if chosen is None:
        return list({each.person: each for each in reversed(offered)}.values())
    return [offered[number] for number in chosen]


def _of(
    master: Master, chosen: Sequence[Column], bound: float, unreachable: tuple[LessThanContract, ...]
) -> Roster:
    """A roster out of one column for each person; what it costs is computed anew from the columns."""
    in_order = sorted(chosen, key=lambda each: each.person)
    solved = master.relaxed(in_order)
    return Roster(
        master.asked,
        tuple(each.week for each in in_order),
        solved.value,
        # Nothing costs less than nothing, whatever a bound that was left early says.
        max(0.0, min(bound, solved.value)),
        sum(each.wages for each in in_order),
        solved.short,
        solved.below_least,
        solved.over_budget,
        unreachable,
    )
