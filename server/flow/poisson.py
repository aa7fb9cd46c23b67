"""A Poisson regression whose intervals hold where days vary more than chance and hang together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student
from sklearn.linear_model import PoissonRegressor

from server.flow.sales_days import Numbers

MOST_ALIKE = 0.9
"""Neighbouring days are never taken to hang together more closely than so."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learnt: sales are expected to be exp(matrix @ weights)."""

    weights: Numbers
    """Shape (columns,)."""
    covariance: tuple[Numbers, ...]
    """Estimates of it, each of shape (columns, columns); the one that says most counts."""
    freedom: int

    def interval(self, contrast: Numbers, level: float = 0.95) -> tuple[float, float, float]:
        """What a combination of the weights is, and the ends of its interval."""
        middle = float(contrast @ self.weights)
        variance = max(float(contrast @ each @ contrast) for each in self.covariance)
        reach = float(student.ppf((1 + level) / 2, self.freedom)) * np.sqrt(max(variance, 0.0))
        return middle, middle - reach, middle + reach


def weights_of(matrix: Numbers, sales: Numbers, shrink: float = 0.0) -> Numbers:
    """Maximum likelihood of sales that are Poisson about exp(matrix @ weights); right for amounts, too.

    Only the mean has to be right (Gourieroux, Monfort and Trognon 1984). `shrink` keeps weights finite of
    which the days say nothing.
    """
    scale = max(float(sales.mean()), 1e-12)
    model = PoissonRegressor(
        alpha=shrink, fit_intercept=False, solver="newton-cholesky", tol=1e-9, max_iter=200
    )
    weights: Numbers = model.fit(matrix, sales / scale).coef_.astype(np.float64)
    # The first column is 1 throughout, so that its weight takes the scale.
    weights[0] += np.log(scale)
    return weights


def fitted(matrix: Numbers, sales: Numbers, at_day: Numbers) -> Fit:
    """Weights and how sure they are. `at_day` counts the days, with gaps.

    Two estimates of the covariance, of which the wider counts for each effect. The first lets each day vary
    as it will, with leverage taken out (HC3) and neighbours together (Newey and West 1987). It is too narrow
    for what holds in one stretch only, such as a campaign; so the second takes all days to vary alike and to
    hang together less the farther they are apart.
    """
    weights = weights_of(matrix, sales)
    expected = np.exp(matrix @ weights)
    inverse = np.linalg.inv(matrix.T @ (matrix * expected[:, None])).astype(np.float64)
    meats = (
        _neighbours(matrix, sales, expected, inverse, at_day),
        _alike(matrix, sales, expected, at_day),
    )
    days, columns = matrix.shape
    return Fit(weights, tuple(inverse @ meat @ inverse for meat in meats), days - columns)


def _neighbours(
    matrix: Numbers, sales: Numbers, expected: Numbers, inverse: Numbers, at_day: Numbers
) -> Numbers:
    leverage = expected * np.einsum("ij,jk,ik->i", matrix, inverse, matrix)
    scores = matrix * ((sales - expected) / np.maximum(1 - leverage, 0.05))[:, None]
    lags = int(0.75 * len(sales) ** (1 / 3))
    together = np.maximum(0.0, 1 - _apart(at_day) / (lags + 1))
    return _sandwiched(scores, together)


def _alike(matrix: Numbers, sales: Numbers, expected: Numbers, at_day: Numbers) -> Numbers:
    days, columns = matrix.shape
    errors = (sales - expected) / np.sqrt(expected)
    dispersion = float(errors @ errors) / (days - columns)
    next_day = np.flatnonzero(np.diff(at_day) == 1)
    pairs = max(float(errors @ errors) * len(next_day) / days, 1e-12)
    found = float(errors[next_day] @ errors[next_day + 1]) / pairs
    # Fitting takes some of the likeness of neighbours away.
    likeness = min(max(found + columns / days * (1 + found), 0.0), MOST_ALIKE)
    return _sandwiched(matrix * np.sqrt(dispersion * expected)[:, None], likeness ** _apart(at_day))


def _sandwiched(scores: Numbers, together: Numbers) -> Numbers:
    found: Numbers = scores.T @ together @ scores
    return found


def _apart(at_day: Numbers) -> Numbers:
    return np.abs(np.subtract.outer(at_day, at_day))
