"""Whether no roster could keep everything: proved, or only not found in the time.

The relaxed roster says so where counting people and hours does not: where even a mix of the best legal weeks
leaves somebody missing, every whole roster does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from server.staffing.generating import REDUCED, ROUNDS, Columns, first_weeks, price
from server.staffing.master import Master
from server.staffing.solving import Roster, over_budget_price
from server.staffing.terms import Asked, Week
from server.staffing.weeks import Weeks
from server.staffing.working import Clock

_WAGES = 0.2
"""What all wages come to at most, where a missing person-step costs 1: less than one of them, and enough
for a budget to be reckoned with."""
_SURELY = 1e-3
"""Beyond what a linear program is wrong by."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What no roster could keep, each part proved; nothing said is not proved, and may be possible.

    `least`: the least numbers, within the budget. `budget`: it, with every contract.
    """

    least: bool = False
    budget: bool = False


def proof(roster: Roster, clock: Clock, seconds: float) -> Proof:
    """What of that which a roster leaves unkept no other roster could keep either.

    Args:
        seconds: of the clock, for the least numbers; the budget is a matter of milliseconds.
    """
    until = clock() + seconds
    return Proof(
        least=bool(roster.below_least)
        and somebody_is_missing(roster.asked, roster.weeks, lambda: clock() >= until),
        budget=roster.over_budget > 0 and _costs_more(roster.asked),
    )


def somebody_is_missing(asked: Asked, begin: Sequence[Week], is_late: Callable[[], bool]) -> bool:
    """Whether every legal roster within the budget leaves a least number open, as far as the relaxed one
    tells; False where it does not, or time is up.

    Args:
        begin: everybody's week to begin with.
    """
    all_hours = sum(person.cost * person.most for person in asked.people) or 1.0
    only = asked.only_least(_WAGES / all_hours)
    if not only.people:
        return bool(only.needs)
    master = Master(only, over_budget_price(only))
    weeks = [Weeks(person, number, only, 0.0) for number, person in enumerate(only.people)]
    columns = Columns(only)
    first_weeks(master, weeks, columns)
    for number, week in enumerate(begin):
        columns.add(number, week)
    enough = _WAGES + len(weeks) * REDUCED + _SURELY
    for _ in range(ROUNDS):
        solved = master.relaxed(columns.all)
        if solved.value <= enough or is_late():
            return False
        saving, added = price(solved, weeks, columns, range(len(weeks)))
        if solved.value + saving > enough:
            return True
        if not added:
            return False
    return False


def _costs_more(asked: Asked) -> bool:
    """Whether the cheapest weeks that contracts allow cost more than the budget."""
    if asked.budget is None:
        return False
    weeks = (Weeks(person, number, asked, 0.0) for number, person in enumerate(asked.people))
    cheapest = (each.best(np.zeros(asked.steps)) for each in weeks)
    return -sum(found[0] for found in cheapest if found is not None) > asked.budget + _SURELY
