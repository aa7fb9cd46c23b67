"""Models that learn how hours differ from their usual level: boosting, a forest, support vectors."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from server.errors import LibraryMissing
from server.forecasting.drawing import Drawn, drawn
from server.forecasting.errors import HistoryRefused
from server.forecasting.features import CATEGORIES, LAST_YEAR, Features, design
from server.forecasting.grid import grid_of
from server.forecasting.models import Trained, checked_hours, not_negative
from server.forecasting.naive import MeanWeek
from server.forecasting.series import WEEK, Known, Numbers, Panel


class Regressor(Protocol):
    """What scikit-learn calls an estimator."""

    def fit(self, x: Features, y: Numbers, sample_weight: Numbers) -> object:
        """Learn."""

    def predict(self, x: Features) -> Numbers:
        """Answer."""


@dataclass(frozen=True, slots=True)
class Learned:
    """One regressor over all series, on the logarithm of the ratio to the hour's usual level."""

    name: str
    regressor: Callable[[Sequence[int]], Regressor]
    """Made for features of which some, by their places, are categories."""
    most_rows: int
    """So many hours are drawn to learn from."""
    hidden: tuple[frozenset[int], ...] = (frozenset(),)
    """One regressor for each, on its part of the hours and without these features; their mean is expected."""
    least_hours: int = 9 * WEEK
    farthest_back: int = 230 * WEEK
    """Hours before the end that are still learnt from."""
    seed: int = 7

    def fit(self, history: Panel, known: Known) -> Trained:
        """Learn from origins all over the history what came after them."""
        hours = drawn(grid_of(history, known), self.most_rows, self.farthest_back, self.seed)
        if not len(hours.target):
            raise HistoryRefused(f"no hour in {history.hours} could be learnt from", "more weeks are needed")
        parts = [hours.part(number, len(self.hidden)) for number in range(len(self.hidden))]
        return _Learnt([self._seeing(part, hidden) for part, hidden in zip(parts, self.hidden, strict=True)])

    def _seeing(self, hours: Drawn, hidden: frozenset[int]) -> _View:
        columns = [at for at in _telling(hours.features) if at not in hidden]
        regressor = self.regressor([at for at, of in enumerate(columns) if of in CATEGORIES])
        regressor.fit(hours.features[:, columns], hours.target, sample_weight=hours.weight)
        return _View(regressor, columns)


@dataclass(frozen=True, slots=True)
class _View:
    """One regressor and the features that it sees."""

    regressor: Regressor
    columns: Sequence[int]

    def change(self, features: Features) -> Numbers:
        return self.regressor.predict(features[:, self.columns])


@dataclass(frozen=True, slots=True)
class _Learnt:
    views: Sequence[_View]

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:
        grid = grid_of(history, known)
        rows = np.arange(grid.last_row, grid.last_row + checked_hours(hours))
        seen = design(grid, grid.last_row, rows)
        usual = np.where(np.isnan(seen.base), MeanWeek().expect(history, known, hours), seen.base)
        flat = seen.features.reshape(-1, seen.features.shape[-1])
        change = np.mean([view.change(flat) for view in self.views], axis=0).reshape(usual.shape)
        expected: Numbers = not_negative(np.expm1(np.log1p(usual) + change))
        return np.where(usual > 0, expected, 0.0)


def _telling(features: Features) -> Sequence[int]:
    """The features that differ: trees cannot cut those of which nothing is known, such as the weather."""
    low, high = np.fmin.reduce(features, axis=0), np.fmax.reduce(features, axis=0)
    return [int(at) for at in np.flatnonzero(low < high)]


def boosting() -> Learned:
    """Gradient boosting on histograms, the median by absolute error: the mean of two, one without last year.

    Two err less than one, and where last year was unlike others, the second one does not follow it.
    """
    return Learned("boosting", _boosted, most_rows=120_000, hidden=(frozenset(), LAST_YEAR))


def forest() -> Learned:
    """A random forest."""
    return Learned("forest", _forest, most_rows=30_000)


def support_vectors() -> Learned:
    """Support-vector regression with a radial kernel; few rows, because its time grows with their square."""
    return Learned("support-vectors", _support_vectors, most_rows=3_000)


def _boosted(categories: Sequence[int]) -> Regressor:
    _wait_without_work()
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor
    except ModuleNotFoundError as error:
        raise LibraryMissing("making forecasts", error.name) from error
    made: Regressor = HistGradientBoostingRegressor(
        loss="absolute_error",
        max_iter=150,
        learning_rate=0.08,
        max_leaf_nodes=15,
        min_samples_leaf=150,
        l2_regularization=1.0,
        categorical_features=list(categories),
        random_state=0,
        early_stopping=False,
    )
    return made


def _wait_without_work() -> None:
    """Let threads that wait for each other leave the processor to others, where nobody said otherwise.

    OpenMP reads it once, when scikit-learn is loaded. On a busy machine waiting took more than learning.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def _forest(_: Sequence[int]) -> Regressor:
    try:
        from sklearn.ensemble import RandomForestRegressor
    except ModuleNotFoundError as error:
        raise LibraryMissing("making forecasts", error.name) from error
    made: Regressor = RandomForestRegressor(
        n_estimators=60, min_samples_leaf=10, max_features=0.4, n_jobs=1, random_state=0
    )
    return made


def _support_vectors(_: Sequence[int]) -> Regressor:
    try:
        from sklearn.svm import SVR
    except ModuleNotFoundError as error:
        raise LibraryMissing("making forecasts", error.name) from error
    return _Scaled(SVR(C=0.5, epsilon=0.05, gamma="scale", cache_size=100))


class _Scaled:
    """A regressor that wants features of one size and none missing: an unknown one is as the mean."""

    def __init__(self, inner: Regressor) -> None:
        self._inner = inner
        self._mean: Numbers | None = None
        self._spread: Numbers | None = None

    def fit(self, x: Features, y: Numbers, sample_weight: Numbers) -> object:
        """Learn, and remember each feature's mean and spread."""
        known = x.astype(np.float64)
        self._mean = np.nanmean(known, axis=0)
        spread = np.nanstd(known, axis=0)
        self._spread = np.where(spread > 0, spread, 1.0)
        return self._inner.fit(self._of_one_size(x), y, sample_weight=sample_weight)

    def predict(self, x: Features) -> Numbers:
        """Answer."""
        return np.asarray(self._inner.predict(self._of_one_size(x)), dtype=np.float64)

    def _of_one_size(self, x: Features) -> Features:
        if self._mean is None or self._spread is None:
            raise RuntimeError("asked before it learnt")
        return np.nan_to_num((x - self._mean) / self._spread).astype(np.float32)
