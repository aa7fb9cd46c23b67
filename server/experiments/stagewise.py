"""The interval of an experiment that is over, where it may have been ended by what a look showed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from server.experiments.estimating import Difference
from server.experiments.spending import Stage, stages
from server.experiments.student import half_width

_NORMAL = NormalDist()


def final_interval(
    found: Difference, shares: Sequence[float], number: int, alpha: float
) -> tuple[float, float]:
    """The interval with coverage 1 - alpha of a difference at which an experiment ended.

    Intervals of single looks have to hold at all looks, so they are too wide for the one at which it is
    over; plain ones are too narrow, and lie too far out. Here an outcome is the more extreme the earlier its
    bound was crossed, then by its value; the ends are the differences under which an outcome at least as
    extreme has a chance of alpha / 2.

    Args:
        found: the difference at the last look.
        shares: shares of information of all planned looks.
        number: which look was the last, from 0.
        alpha: two-sided.

    Source: A. A. Tsiatis, G. L. Rosner and C. R. Mehta, "Exact confidence intervals following a group
    sequential test", Biometrika 40 (1984), 797-803. A standard error is stretched by as much as Student's t
    is wider than the normal: at the planned end there where the bound is, so that 0 is outside exactly where
    the last look decides.
    """
    every = stages(tuple(shares), alpha)
    reached, is_end = every[: number + 1], number == len(every) - 1
    bound = reached[-1].bound if is_end else _NORMAL.inv_cdf(1 - alpha / 2)
    stretched = found.error * half_width(2 * (1 - _NORMAL.cdf(bound)), found.degrees) / bound
    root = math.sqrt(reached[-1].share)
    low, high = (
        _drift(reached, found.value / stretched, chance) * root * stretched
        for chance in (alpha / 2, 1 - alpha / 2)
    )
    return low, high


def _drift(reached: Sequence[Stage], z: float, chance: float) -> float:
    """The drift under which an outcome is at least as extreme with that chance; found by bisection."""
    root = math.sqrt(reached[-1].share)
    low, high = (z - 12) / root, (z + 12) / root
    while high - low > 1e-6:
        at = (low + high) / 2
        low, high = (at, high) if _beyond(reached, z, at) < chance else (low, at)
    return (low + high) / 2


def _beyond(reached: Sequence[Stage], z: float, drift: float) -> float:
    """The chance of crossing upwards before the last look, or of more than `z` there."""
    *earlier, last = reached
    limits = [*(stage.bound for stage in earlier), z]
    return sum(_upwards(stage, limit, drift) for stage, limit in zip([*earlier, last], limits, strict=True))


def _upwards(stage: Stage, limit: float, drift: float) -> float:
    """The chance of going on to a look and being above a limit there, in standard errors, under a drift."""
    step = stage.share - stage.before
    to_go, deviation = limit * math.sqrt(stage.share) - drift * step, math.sqrt(step)
    # The density under a drift is that without one, times the likelihood ratio of the two.
    return sum(
        mass * math.exp(drift * at - drift**2 * stage.before / 2) * _NORMAL.cdf((at - to_go) / deviation)
        for at, mass in stage.arriving
    )
