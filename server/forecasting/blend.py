"""The mean of two models: where few weeks are known it often misses less than either of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from server.forecasting.backtest import Tried
from server.forecasting.models import Model, Trained
from server.forecasting.series import Known, Numbers, Panel


@dataclass(frozen=True, slots=True)
class Blend:
    """The mean of what some models expect."""

    parts: tuple[Model, ...]
    name: str = "blend"

    @property
    def least_hours(self) -> int:
        """With a shorter history one of them is not asked."""
        return max(part.least_hours for part in self.parts)

    def fit(self, history: Panel, known: Known) -> Trained:
        """Each learns by itself."""
        return _Blended([part.fit(history, known) for part in self.parts])


@dataclass(frozen=True, slots=True)
class _Blended:
    parts: Sequence[Trained]

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:
        return _mean([part.expect(history, known, hours) for part in self.parts])


def blended(tries: Sequence[Tried]) -> Tried:
    """How the mean of some models would have done, from what each of them did from the same origins."""
    return replace(tries[0], expected=_mean([each.expected for each in tries]))


def _mean(expected: Sequence[Numbers]) -> Numbers:
    return np.asarray(np.mean(expected, axis=0), dtype=np.float64)
