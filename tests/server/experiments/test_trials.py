"""A few whole experiments in a made-up shop; many more are in `tests/bench/experiments.py`."""

from __future__ import annotations

import pytest

from server.experiments.plans import Design
from tests.server.experiments.simulating import World
from tests.server.experiments.trials import plan_of, stores, switchback, thompson

RUNS = 40
SEEDS = range(1, RUNS + 1)
HELPS = World(visits_per_minute=4.0, uplift=0.15)
QUIET = World(visits_per_minute=4.0)


@pytest.mark.parametrize("world", [pytest.param(HELPS, id="helps"), pytest.param(QUIET, id="no effect")])
def test_intervals_of_switchbacks_hold_the_truth_although_one_looked_each_week(world: World) -> None:
    trials = [switchback(world, plan_of(days=28, look_days=14), seed) for seed in SEEDS]
    # With 95 % each, fewer than 34 of 40 happens once in 600 tries; the seeds are fixed.
    assert sum(trial.covers for trial in trials) >= 34


def test_without_an_effect_hardly_any_is_claimed() -> None:
    trials = [switchback(QUIET, plan_of(days=14, look_days=7), seed) for seed in SEEDS]
    assert sum(trial.alarms for trial in trials) <= 6


def test_a_large_effect_is_found_nearly_always() -> None:
    world = World(visits_per_minute=4.0, uplift=0.4)
    trials = [switchback(world, plan_of(days=28, look_days=14), seed) for seed in range(1, 11)]
    assert all(trial.alarms for trial in trials)


def test_an_effect_that_lingers_is_underrated_without_a_wash_out() -> None:
    world = World(visits_per_minute=20.0, uplift=1.0, lingering_minutes=15.0)

    def found(washout_minutes: int) -> float:
        trials = [
            switchback(world, plan_of(days=28, look_days=28, washout_minutes=washout_minutes), seed)
            for seed in range(1, 6)
        ]
        return sum(sum(trial.last) / 2 / trial.truth for trial in trials) / len(trials)

    assert found(0) < 0.8
    assert found(30) > 0.9


def test_chances_that_shift_still_give_an_honest_interval() -> None:
    plan = plan_of(design=Design.THOMPSON, days=14, look_days=14)
    trials = [thompson(HELPS, plan, seed) for seed in SEEDS]
    assert sum(trial.covers for trial in trials) >= 34


def test_stores_that_differ_and_drift_are_compared_honestly() -> None:
    many = tuple(f"s{number}" for number in range(8))
    plan = plan_of(design=Design.STORES, stores=many, days=3, look_days=3)
    trials = [stores(HELPS, plan, seed) for seed in SEEDS]
    assert sum(trial.covers for trial in trials) >= 34
