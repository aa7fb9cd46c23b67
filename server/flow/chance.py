"""How far counts lie from their mean by luck alone: the negative binomial in its two usual forms.

A. C. Cameron, P. K. Trivedi, "Regression Analysis of Count Data", 2nd ed. 2013, 3.3: NB1 and NB2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from server.flow.days import Numbers

_SIZES = {False: (0.02, 1000.0), True: (0.001, 2.0)}
"""The bounds of `Spread.size` by whether it is of the square."""
_EXACTNESS = 0.02
"""Of the logarithm of a size: two parts in a hundred."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The variance of a count: mean + `size` × mean, or `of_square` mean + `size` × mean²."""

    size: float
    of_square: bool = False

    def variance(self, mean: Numbers) -> Numbers:
        """The variance of counts with these means."""
        found: Numbers = mean + self.size * (mean * mean if self.of_square else mean)
        return found

    def shape(self, mean: Numbers) -> Numbers:
        """The negative binomial's first parameter, often called r or n."""
        found: Numbers = np.full(mean.shape, 1 / self.size) if self.of_square else mean / self.size
        return found

    def log_chance(self, counts: Numbers, mean: Numbers) -> Numbers:
        """The logarithm of each count's chance, but for what no mean and no spread changes; means above 0."""
        r = self.shape(mean)
        found: Numbers = (
            gammaln(counts + r) - gammaln(r) + r * np.log(r / (r + mean)) + counts * np.log(mean / (r + mean))
        )
        return found

    def drawn(self, mean: Numbers, chance: np.random.Generator) -> Numbers:
        """Counts by luck."""
        r = self.shape(mean)
        return chance.negative_binomial(r, r / (r + mean)).astype(np.float64)


def spread_of(counts: Numbers, mean: Numbers, weights: Numbers) -> Spread:
    """The spread under which weighted counts are likeliest; the form, too, is the likelier one."""
    some = weights > 0
    counts, mean, weights = counts[some], mean[some], weights[some]
    found = [_likeliest(counts, mean, weights, of_square=of_square) for of_square in _SIZES]
    return min(found, key=lambda each: each[0])[1]


def _likeliest(counts: Numbers, mean: Numbers, weights: Numbers, *, of_square: bool) -> tuple[float, Spread]:
    """The likeliest spread of a form, after how unlikely it is."""

    def unlikely(log_size: float) -> float:
        return -float((weights * Spread(np.exp(log_size), of_square).log_chance(counts, mean)).sum())

    low, high = np.log(_SIZES[of_square])
    best = minimize_scalar(unlikely, bounds=(low, high), method="bounded", options={"xatol": _EXACTNESS})
    return float(best.fun), Spread(float(np.exp(best.x)), of_square)
