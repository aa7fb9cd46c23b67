"""How long an experiment has to be, by how the store's own days went so far."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from server.experiments.estimating import Difference
from server.experiments.looking import Measured, differences
from server.experiments.plans import Plan
from server.experiments.spending import bounds

TRIALS = 20
"""So many schedules are laid over the past, for the error of one depends on its throws."""

LEAST_DAYS = 7


@dataclass(frozen=True, slots=True)
class Size:
    """What the past says of a plan. Errors and effects are in the unit of the measure."""

    days_of_history: int
    level: float
    """The measure, with nothing shown."""
    detectable: float
    """The smallest effect that is found with the plan's power in the plan's days."""
    days_needed: int
    """For the plan's least effect; where stores are compared more days help little, see `stores_needed`."""
    stores_needed: int | None = None


def size(
    plan: Plan, days: int, schedules: Sequence[Callable[[], tuple[Sequence[Measured], Sequence[Measured]]]]
) -> Size | None:
    """What the past says; None where it is too short or holds too little.

    Args:
        plan: what is planned.
        days: how many days of history there are.
        schedules: each gives the past as if the plan had run over it by throws of its own, with nothing
            shown: what was measured, and what was measured before it (of stores).
    """
    if days < LEAST_DAYS:
        return None
    found = [one for schedule in schedules for one in _without_effect(plan, *schedule()) if one is not None]
    if not found:
        return None
    variance = sum(one.error**2 for one in found) / len(found)
    if not variance:
        # Nobody bought, or everybody: of what never varies nothing follows.
        return None
    level = sum((one.control + one.tried) / 2 for one in found) / len(found)
    reach = _reach(plan)
    if plan.stores[1:]:
        smallest = reach * math.sqrt(variance)
        more = (smallest / plan.least_effect) ** 2
        return Size(days, level, smallest, plan.days, math.ceil(len(plan.stores) * more))
    smallest = reach * math.sqrt(variance * days / plan.days)
    return Size(days, level, smallest, math.ceil(variance * days * (reach / plan.least_effect) ** 2))


def _without_effect(
    plan: Plan, during: Sequence[Measured], before: Sequence[Measured]
) -> Sequence[Difference | None]:
    return list(differences(plan, during, plan.measure, before).values())


def _reach(plan: Plan) -> float:
    """How many standard errors an effect must have: the last look's bound, and what power adds."""
    shares = tuple(after / plan.days for after in plan.look_at_days)
    return bounds(shares, plan.alpha / len(plan.tried))[-1] + NormalDist().inv_cdf(plan.power)
