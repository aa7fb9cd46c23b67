"""How sure one has to be at each look, so that all looks together are wrong as seldom as one would be."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_POINTS = 161
"""Of Simpson's rule; odd. With 161 the bounds of published tables come out to three decimals."""

_FARTHEST = 8.0
"""No bound is farther out, for nothing measured is: 8 standard errors are 1 in 10¹⁵."""

Density = tuple[tuple[float, float], ...]
"""Places with their probability mass."""

Spending = Callable[[float, float], float]
"""What may have been spent of a one-sided error rate when a share of all information is in."""


def cautious(share: float, alpha: float) -> float:
    """Almost nothing early, almost everything at the end, in the manner of O'Brien and Fleming.

    Source: K. K. G. Lan and D. L. DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 70
    (1983), 659-663: 2 - 2 Φ(z(α/2) / √t).
    """
    return min(alpha, 2 - 2 * _NORMAL.cdf(_NORMAL.inv_cdf(1 - alpha / 2) / math.sqrt(share)))


def even(share: float, alpha: float) -> float:
    """About as much at every look, in the manner of Pocock: for harm, which should be found soon.

    Source: as above: α ln(1 + (e - 1) t).
    """
    return min(alpha, alpha * math.log(1 + (math.e - 1) * share))


def levels(shares: Sequence[float], alpha: float, spending: Spending = cautious) -> tuple[float, ...]:
    """The two-sided significance level of each look, at growing shares of information in (0, 1].

    Used with Student's t as they are (C. Jennison and B. W. Turnbull, "Group Sequential Methods", 2000,
    section 3.8), they also widen the intervals shown so that all of them together cover with 1 - alpha:
    repeated confidence intervals (the same, chapter 9).
    """
    return tuple(2 * (1 - _NORMAL.cdf(bound)) for bound in bounds(tuple(shares), alpha, spending))


@dataclass(frozen=True, slots=True)
class Stage:
    """One look: where the score stands among the cases that went on before it, and its bound."""

    share: float
    before: float
    """The share of the look before it."""
    arriving: Density
    """Places of the score at the look before, with their probability mass when there is no effect."""
    bound: float
    """In standard errors, the same on both sides."""


def bounds(shares: tuple[float, ...], alpha: float, spending: Spending = cautious) -> tuple[float, ...]:
    """The bound of each look in standard errors, the same on both sides."""
    return tuple(stage.bound for stage in stages(shares, alpha, spending))


@lru_cache(maxsize=64)
def stages(shares: tuple[float, ...], alpha: float, spending: Spending = cautious) -> tuple[Stage, ...]:
    """All looks, each with its bound.

    The sum of scores up to a share t is a Brownian motion at time t. Its density among the cases that have
    crossed no bound yet is carried from look to look (P. Armitage, C. K. McPherson and B. C. Rowe, "Repeated
    significance tests on accumulating data", Journal of the Royal Statistical Society A 132 (1969), 235-244).
    """
    found: list[Stage] = []
    spent, before = 0.0, 0.0
    density: Density = ((0.0, 1.0),)
    for share in shares:
        to_spend = max(0.0, spending(share, alpha / 2) - spent)
        spent += to_spend
        step = math.sqrt(share - before)
        bound = _bound(density, step, to_spend, _FARTHEST * math.sqrt(share))
        found.append(Stage(share, before, density, bound / math.sqrt(share)))
        density = _carried(density, step, bound)
        before = share
    return tuple(found)


def _bound(density: Density, step: float, to_spend: float, farthest: float) -> float:
    low, high = 0.0, farthest
    while high - low > 1e-9:
        middle = (low + high) / 2
        beyond = sum(weight * _NORMAL.cdf((at - middle) / step) for at, weight in density)
        low, high = (middle, high) if beyond > to_spend else (low, middle)
    return high


def _carried(density: Density, step: float, bound: float) -> Density:
    """Places within the bounds with their probability mass after one more step."""
    width = 2 * bound / (_POINTS - 1)
    scale = width / 3 / (step * math.sqrt(2 * math.pi))
    after = []
    for number in range(_POINTS):
        at = -bound + number * width
        mass = sum(weight * math.exp(-((at - place) ** 2) / (2 * step**2)) for place, weight in density)
        after.append((at, mass * scale * _simpson(number)))
    return tuple(after)


def _simpson(number: int) -> int:
    if number in {0, _POINTS - 1}:
        return 1
    return 4 if number % 2 else 2
