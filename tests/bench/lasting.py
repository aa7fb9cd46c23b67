"""Chance that lasts: made-up faults that stay for a while, as those of a real detector do.

Both kinds forget with the same law: what is there is there `seconds` later with a correlation of
exp(−seconds / lasts), however often somebody looks.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tests.bench.walkers import Floats, Random


class Drifting:
    """Normal numbers that wander: mean 0, spread 1, an autoregressive process of the first order.

    Args:
        shape: how many.
        lasts: time constant in seconds.
    """

    def __init__(self, shape: tuple[int, ...], lasts: float, random: Random) -> None:
        self._lasts = lasts
        self._random = random
        self.values: Floats = random.normal(size=shape)

    def go_on(self, seconds: float) -> None:
        """Wanders on for so long."""
        kept = math.exp(-seconds / self._lasts)
        self.values *= kept
        self.values += math.sqrt(1 - kept**2) * self._random.normal(size=self.values.shape)


class Held:
    """Rows of numbers that stay as they are until they are drawn anew, each row at its own moment.

    Args:
        number: of rows.
        lasts: how long one stays on average, seconds.
        draw: so many new rows, shape (number, …).
    """

    def __init__(self, number: int, lasts: float, draw: Callable[[int], Floats], random: Random) -> None:
        self._lasts = lasts
        self._draw = draw
        self._random = random
        self.values: Floats = draw(number)

    def go_on(self, seconds: float) -> None:
        """Has so much time pass."""
        over = self._random.random(len(self.values)) > math.exp(-seconds / self._lasts)
        self.values[over] = self._draw(int(over.sum()))
