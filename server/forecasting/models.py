"""What a model of what comes must be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from server.forecasting.errors import HorizonRefused
from server.forecasting.series import LONGEST, Known, Numbers, Panel


class Trained(Protocol):
    """A model that has learnt, and may be asked again as hours go by."""

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:
        """The median of each hour after the history's end, shape (hours, series); never below zero.

        `history` begins where that of the training began and may go on further; nothing after its end and
        only the days of `known` are used.
        """


class Model(Protocol):
    """A way to learn from hours; one training for all series of a panel."""

    @property
    def name(self) -> str:
        """As reports call it."""

    @property
    def least_hours(self) -> int:
        """With a shorter history it is not asked."""

    def fit(self, history: Panel, known: Known) -> Trained:
        """Learn from a history."""


def checked_hours(hours: int) -> int:
    """How many hours ahead; refused where it is none or more than six weeks."""
    if not 1 <= hours <= LONGEST:
        raise HorizonRefused(f"{hours} hours ahead cannot be forecast", f"ask for 1 to {LONGEST} hours")
    return hours


def named(models: Sequence[Model]) -> dict[str, Model]:
    """Models by name."""
    return {model.name: model for model in models}


def not_negative(values: Numbers) -> Numbers:
    """Counts are never below zero."""
    return np.maximum(values, 0.0)
