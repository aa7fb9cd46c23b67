"""Whole experiments in a made-up shop, from the first throw to the last look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from server.experiments.assigning import Assignment, Experiment, Odds, Place, assign
from server.experiments.looking import Look, Measured, looks, outcomes_of
from server.experiments.plans import CONTROL, Design, Measure, Plan
from server.experiments.shifting import shares_from
from tests.server.experiments.simulating import (
    CALENDAR,
    FIRST,
    HOURS,
    Days,
    World,
    bought,
    days_of,
    instant,
)

ZONE = "tea"
MEASURE = Measure.ZONE_CONVERSION


@dataclass(frozen=True)
class Trial:
    """What came of one experiment, and what was true in it."""

    truth: float
    looks: Sequence[Look]

    @property
    def last(self) -> tuple[float, float]:
        """The interval of the look at which it was over."""
        arm = self.looks[-1].arms[0]
        assert arm.low is not None
        assert arm.high is not None
        return arm.low, arm.high

    @property
    def covers(self) -> bool:
        """Whether that interval holds the truth."""
        return self.last[0] <= self.truth <= self.last[1]

    @property
    def covers_always(self) -> bool:
        """Whether the intervals of all looks do."""
        arms = [look.arms[0] for look in self.looks]
        return all(arm.low <= self.truth <= arm.high for arm in arms if arm.low is not None is not arm.high)

    @property
    def alarms(self) -> bool:
        """Whether an effect was claimed at any look."""
        return any(look.decides for look in self.looks)


def plan_of(**values: object) -> Plan:
    given = {"name": "trial", "stores": ("s",), "zones": (ZONE,), "least_effect": 0.005, **values}
    return Plan.model_validate(given)


def experiment_of(plan: Plan, seed: int, store: str = "s") -> Experiment:
    return Experiment(plan, seed.to_bytes(16, "big"), store, CALENDAR, FIRST)


def switchback(world: World, plan: Plan, seed: int) -> Trial:
    """Blocks in random order; the schedule is the product's own."""
    random = np.random.default_rng(seed)
    shop, experiment = days_of(world, plan.days, random), experiment_of(plan, seed)
    drawn = _drawn(experiment, range(plan.days))
    measured, truth = _measured(shop, drawn, plan, random)
    return Trial(truth, looks(plan, FIRST, measured, plan.days))


def thompson(world: World, plan: Plan, seed: int) -> Trial:
    """Chances that shift each night by what was measured up to then."""
    random = np.random.default_rng(seed)
    shop, experiment = days_of(world, plan.days, random), experiment_of(plan, seed)
    measured: list[Measured] = []
    raised = 0.0
    for day in range(plan.days):
        today = FIRST + timedelta(days=day)
        # Tonight yesterday's day is measured, and tomorrow's chances are set.
        known = [one for one in measured if one.day < today - timedelta(days=1)]
        shares = shares_from(plan, outcomes_of(plan, known, MEASURE), today.isoformat().encode())
        experiment = replace(experiment, odds=(*experiment.odds, Odds(today, shares)))
        drawn = _drawn(experiment, [day])
        one = Days(shop.visits[day : day + 1], shop.chance[day : day + 1], world)
        of_day, truth = _measured(one, drawn, plan, random, first=day)
        measured += of_day
        raised += truth * one.visits[:, :, plan.washout_minutes :].sum()
    return Trial(
        raised / shop.visits[:, :, plan.washout_minutes :].sum(), looks(plan, FIRST, measured, plan.days)
    )


def stores(world: World, plan: Plan, seed: int, apart: float = 0.3, drifting: float = 0.05) -> Trial:
    """Pairs of stores that differ from each other and drift apart; compared with as long a time before."""
    random = np.random.default_rng(seed)
    before: list[Measured] = []
    measured: list[Measured] = []
    raised, visits = 0.0, 0
    for number, store in enumerate(plan.stores):
        own = replace(
            world,
            visits_per_minute=world.visits_per_minute * np.exp(random.normal(0, apart)),
            conversion=world.conversion * np.exp(random.normal(0, apart)),
        )
        now = replace(own, conversion=own.conversion * np.exp(random.normal(0, drifting)))
        heads = np.random.default_rng((seed, number // 2)).random() < 0.5
        place = Place(plan.arms[int(heads) ^ (number & 1)], number // 2)
        for which, into, shown in ((own, before, False), (now, measured, place.arm != CONTROL)):
            shop = days_of(which, plan.days, random)
            sold, truth = bought(shop, np.full(shop.visits.shape, shown), random)
            into += [
                _of_store(store, place, day, shop.visits[day].sum(), sold[day].sum())
                for day in range(plan.days)
            ]
        raised, visits = raised + (truth * shop.visits).sum(), visits + int(shop.visits.sum())
    return Trial(raised / visits, looks(plan, FIRST, measured, plan.days, before))


def _of_store(store: str, place: Place, day: int, visits: int, sold: int) -> Measured:
    sums = {MEASURE: (float(sold), float(visits))}
    when = FIRST + timedelta(days=day)
    return Measured(store, ZONE, when, 0, place.arm, 1.0, str(place.group), sums)


Drawn = Mapping[datetime, Assignment]


def _drawn(experiment: Experiment, days: Sequence[int]) -> Drawn:
    """The assignment of each block in the opening hours, by its beginning after the wash-out."""
    block = experiment.plan.block_minutes
    moments = [
        instant(day, minute // 60, minute % 60) for day in days for minute in range(0, HOURS * 60, block)
    ]
    drawn = {at: assign(experiment, ZONE, at) for at in moments}
    return {at: found for at, found in drawn.items() if found is not None}


def _measured(
    shop: Days, drawn: Drawn, plan: Plan, random: np.random.Generator, first: int = 0
) -> tuple[list[Measured], float]:
    """What a schedule gives: sums of blocks without wash-out, and by how much conversion was raised."""
    block, skipped = plan.block_minutes, plan.washout_minutes
    days, blocks = len(shop.visits), HOURS * 60 // block
    found = list(drawn.values())
    shown = np.array([one.arm != CONTROL for one in found]).reshape(days, blocks)
    sold, raised = bought(shop, np.repeat(shown, block, axis=1).reshape(shop.visits.shape), random)
    parts = [part.reshape(days, blocks, block)[:, :, skipped:] for part in (shop.visits, sold, raised)]
    visits, sold_in = parts[0].sum(2), parts[1].sum(2)
    measured = []
    for number, one in enumerate(found):
        day, slot = divmod(number, blocks)
        sums = {MEASURE: (float(sold_in[day, slot]), float(visits[day, slot]))}
        when = FIRST + timedelta(days=first + day)
        chance = one.chance if plan.design is Design.THOMPSON else 1.0
        measured.append(Measured("s", ZONE, when, slot, one.arm, chance, one.group, sums))
    return measured, float((parts[2] * parts[0]).sum() / visits.sum())
