"""Chances of the arms for the next day: towards what works, with a share that control always keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from statistics import NormalDist

from server.experiments.estimating import Outcome, ratio_of, without_shape
from server.experiments.plans import CONTROL, LEAST_SHARE, LESS_IS_BETTER, Plan

DRAWS = 2000
"""So many draws decide which of several arms is likely the best: right to about a hundredth."""

LEAST_BLOCKS = 8
"""Before each arm has been measured so often, all are as likely."""


Known = Mapping[str, tuple[float, float]]
"""Arms with their ratios and standard errors."""


def shares_from(plan: Plan, outcomes: Sequence[Outcome], key: bytes) -> Mapping[str, float]:
    """Each arm's chance: its floor, and of the rest as much as it is likely to be the best.

    `outcomes` are those of the whole days that are over, `key` makes the draws the same each time. An arm's
    ratio is taken to be normal with the standard error that its blocks show.

    Source: W. R. Thompson, "On the likelihood that one unknown probability exceeds another in view of the
    evidence of two samples", Biometrika 25 (1933), 285-294, in daily batches.
    """
    floors = {arm: plan.control_share if arm == CONTROL else LEAST_SHARE for arm in plan.arms}
    best = _chances_to_be_best(plan, without_shape(outcomes), key)
    if best is None:
        best = dict.fromkeys(plan.arms, 1 / len(plan.arms))
    left = 1 - sum(floors.values())
    return {arm: floors[arm] + left * best[arm] for arm in plan.arms}


def _chances_to_be_best(plan: Plan, outcomes: Sequence[Outcome], key: bytes) -> Mapping[str, float] | None:
    known: dict[str, tuple[float, float]] = {}
    for arm in plan.arms:
        own = [one for one in outcomes if one.arm == arm and one.denominator > 0]
        if len(own) < LEAST_BLOCKS:
            return None
        ratio, variance = ratio_of(own, arm)
        known[arm] = ratio, math.sqrt(variance)
    if len(known) == 2:
        return _better_of_two(known, plan.measure in LESS_IS_BETTER)
    return _drawn_best(known, plan.measure in LESS_IS_BETTER, key)


def _better_of_two(known: Known, less_is_better: bool) -> Mapping[str, float]:
    (first, (one, error)), (second, (other, other_error)) = known.items()
    apart = math.hypot(error, other_error)
    ahead = NormalDist().cdf((one - other) / apart) if apart else 0.5
    return {first: 1 - ahead, second: ahead} if less_is_better else {first: ahead, second: 1 - ahead}


def _drawn_best(known: Known, less_is_better: bool, key: bytes) -> Mapping[str, float]:
    random = Random(key)  # noqa: S311 -- the same draws again whenever it is asked
    choose = min if less_is_better else max
    won = dict.fromkeys(known, 0)
    for _ in range(DRAWS):
        drawn = {arm: random.gauss(ratio, error) for arm, (ratio, error) in known.items()}
        won[choose(drawn, key=drawn.__getitem__)] += 1
    return {arm: times / DRAWS for arm, times in won.items()}
