"""How often intervals of experiments are right, in shops whose truth is known; by hand.

    python -m tests.bench.experiments --runs 500

Hours and weekdays with a shape, luck that lasts over hours and days, over-dispersed visits, and effects that
linger are all in it (see `tests/server/experiments/simulating.py`). Prints a table and, with --json, JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence

from server.experiments.plans import Design, Plan
from tests.server.experiments.simulating import World
from tests.server.experiments.trials import Trial, plan_of, stores, switchback, thompson

Run = Callable[[World, Plan, int], Trial]

QUIET = World(visits_per_minute=4.0)
HELPS = World(visits_per_minute=4.0, uplift=0.15)


def cases() -> Mapping[str, tuple[Run, World, Plan]]:
    """Each case: how it runs, in which shop, under which plan."""
    found: dict[str, tuple[Run, World, Plan]] = {}
    for name, world in (("no effect", QUIET), ("+15 %", HELPS)):
        for days, look in ((28, 28), (28, 7), (21, 3), (14, 1)):
            plan = plan_of(days=days, look_days=look)
            found[f"switchback, {name}, {days} days, look every {look}"] = (switchback, world, plan)
        plan = plan_of(days=28, look_days=7, block_minutes=30, washout_minutes=10)
        found[f"switchback, {name}, 28 days, look every 7, blocks of 30 min"] = (switchback, world, plan)
        for days, look in ((28, 28), (28, 7)):
            plan = plan_of(design=Design.THOMPSON, days=days, look_days=look)
            found[f"thompson, {name}, {days} days, look every {look}"] = (thompson, world, plan)
        for number in (4, 6, 8, 10, 20, 40):
            some = tuple(f"s{which}" for which in range(number))
            plan = plan_of(design=Design.STORES, stores=some, days=14, look_days=14)
            found[f"stores, {name}, {number} of them, 14 days"] = (stores, world, plan)
        some = tuple(f"s{which}" for which in range(20))
        plan = plan_of(design=Design.STORES, stores=some, days=28, look_days=7)
        found[f"stores, {name}, 20 of them, 28 days, look every 7"] = (stores, world, plan)
    return found


def counted(run: Run, world: World, plan: Plan, runs: int) -> Mapping[str, float | None]:
    """How often, over some runs, intervals covered and effects were claimed."""
    began = time.monotonic()
    trials = [run(world, plan, seed) for seed in range(1, runs + 1)]
    told = [one for one in trials if one.looks[-1].arms[0].found is not None]
    widths = sorted(one.last[1] - one.last[0] for one in told)
    return {
        "said": len(told) / runs,
        "covered": _share([one.covers for one in told]),
        "covered at all looks": _share([one.covers_always for one in told]),
        "claimed": _share([one.alarms for one in told]),
        "median width, points": 100 * widths[len(widths) // 2] if widths else None,
        "truth, points": 100 * sum(one.truth for one in trials) / runs,
        "mean days": sum(one.looks[-1].days for one in trials) / runs,
        "seconds": time.monotonic() - began,
    }


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None


def main() -> None:
    """Run all cases, or those whose name holds a word."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--runs", type=int, default=500)
    reading.add_argument("--only", default="")
    reading.add_argument("--json", action="store_true")
    asked = reading.parse_args()
    for name, (run, world, plan) in cases().items():
        if asked.only not in name:
            continue
        figures = counted(run, world, plan, asked.runs)
        if asked.json:
            print(json.dumps({"case": name, **figures}), flush=True)
        else:
            print(name, {key: value and round(value, 3) for key, value in figures.items()}, flush=True)


if __name__ == "__main__":
    main()
