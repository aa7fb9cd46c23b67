"""What a look at an experiment shows: each arm beside control, and whether it can be told from chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.experiments.estimating import Difference, Outcome, difference, without_shape
from server.experiments.plans import CONTROL, LESS_IS_BETTER, Design, Guard, Measure, Plan
from server.experiments.spending import even, levels
from server.experiments.stagewise import final_interval

GUARD_ALPHA = 0.1
"""Two-sided, so that a guard stops an experiment that harms nothing once in twenty."""

Sums = Mapping[Measure, tuple[float, float]]
"""Numerator and denominator of each measure; one that is not known is not in it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one zone in one block, or of one store on one day."""

    store: str
    zone: str
    day: date
    slot: int
    arm: str
    chance: float
    group: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Compared:
    """One arm beside control at a look; `found` is None where too little was measured."""

    arm: str
    found: Difference | None
    low: float | None = None
    high: float | None = None
    beyond_chance: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """One planned look, after so many days."""

    days: int
    is_last: bool
    """The planned end, or the look that decided."""
    arms: tuple[Compared, ...]

    @property
    def decides(self) -> bool:
        """Whether any arm differs from control by more than chance."""
        return any(arm.beyond_chance for arm in self.arms)


@dataclass(frozen=True, slots=True)
class Harm:
    """A guard's figure got worse than it may, by more than chance."""

    guard: Guard
    arm: str
    found: Difference
    days: int


def looks(
    plan: Plan, begins: date, measured: Sequence[Measured], days: int, before: Sequence[Measured] = ()
) -> list[Look]:
    """The planned looks that `days` whole days allow, up to the one that decides.

    Of several arms each may err with its part of alpha only (Bonferroni).
    """
    shares = tuple(after / plan.days for after in plan.look_at_days)
    alpha = plan.alpha / len(plan.tried)
    seen: list[Look] = []
    for number, (after, level) in enumerate(zip(plan.look_at_days, levels(shares, alpha), strict=True)):
        if after > days:
            break
        until = begins + timedelta(days=after)
        found = differences(plan, [one for one in measured if one.day < until], plan.measure, before)
        decided = any(_is_beyond(one, level) for one in found.values())
        is_last = decided or after == plan.days
        arms = (
            _compared(arm, one, level, (shares, number, alpha) if is_last else None)
            for arm, one in found.items()
        )
        seen.append(Look(after, is_last, tuple(arms)))
        if decided:
            break
    return seen


def differences(
    plan: Plan, measured: Iterable[Measured], measure: Measure, before: Iterable[Measured] = ()
) -> Mapping[str, Difference | None]:
    """Each arm that is tried beside control."""
    outcomes = outcomes_of(plan, measured, measure)
    earlier = outcomes_of(plan, before, measure)
    return {arm: difference(outcomes, CONTROL, arm, earlier) for arm in plan.tried}


def outcomes_of(plan: Plan, measured: Iterable[Measured], measure: Measure) -> list[Outcome]:
    """What was measured of one measure, ready to be compared under a plan's design."""
    own = [(one, one.sums[measure]) for one in measured if measure in one.sums]
    if plan.design is Design.STORES:
        return _by_store(own)
    outcomes = [
        Outcome(one.arm, one.group, above, below, one.chance, one.slot) for one, (above, below) in own
    ]
    return without_shape(outcomes) if plan.design is Design.THOMPSON else outcomes


def harms(
    plan: Plan, begins: date, measured: Sequence[Measured], days: int, before: Sequence[Measured] = ()
) -> list[Harm]:
    """The guards that are broken after so many days; looked at every day, from the third on."""
    if days < 3:
        return []
    shares = tuple(after / plan.days for after in range(3, plan.days + 1))
    level = levels(shares, GUARD_ALPHA, even)[min(days, plan.days) - 3]
    until = begins + timedelta(days=days)
    seen = [one for one in measured if one.day < until]
    found: list[Harm] = []
    for guard in plan.guards:
        for arm, one in differences(plan, seen, guard.measure, before).items():
            if one is not None and _is_harm(guard, one, level):
                found.append(Harm(guard, arm, one, days))
    return found


def _is_harm(guard: Guard, found: Difference, level: float) -> bool:
    low, high = found.within(level)
    return low > guard.tolerance if guard.measure in LESS_IS_BETTER else high < -guard.tolerance


def _is_beyond(found: Difference | None, level: float) -> bool:
    return found is not None and found.error > 0 and found.p < level


def _compared(
    arm: str, found: Difference | None, level: float, final: tuple[Sequence[float], int, float] | None
) -> Compared:
    if found is None or not found.error:
        return Compared(arm, None)
    low, high = final_interval(found, *final) if final else found.within(level)
    return Compared(arm, found, low, high, _is_beyond(found, level))


def _by_store(own: Iterable[tuple[Measured, tuple[float, float]]]) -> list[Outcome]:
    sums: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one, (above, below) in own:
        total = sums[one.store, one.arm, one.group]
        total[0] += above
        total[1] += below
    return [Outcome(arm, group, above, below) for (_, arm, group), (above, below) in sums.items()]
