"""Whether a day brings far more or fewer people than was forecast; pure.

Errors of hours of one day hang together: who forecasts a day too low does so at noon and in the evening. So
what a range allows beyond chance is taken to be one error of the whole day, and only chance (Poisson)
averages out over the hours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from server.storage.forecasts import ForecastHour

FEWEST_HOURS = 2
_FAR = 2.7
"""So many deviations from the forecast are far, for a day's errors have heavier tails than the normal."""
_FEWEST_PEOPLE = 30.0
"""With fewer expected or come, whichever is more, chance alone looks like much."""
_STAYS = 2.0
"""What was told stays until it is within so many."""
_LEAST_RATIO = math.log(1.25)
"""Less than a quarter more, or a fifth fewer, is not worth a word, however sure it is."""
_TO_DEVIATION = 1.2816
"""Deviations of the normal distribution between the median and the end of a range of four in five."""


@dataclass(frozen=True, slots=True)
class DaySoFar:
    """What came and what was forecast for hours of a day, and how many deviations lie between."""

    hours: int
    came: float
    expected: float
    deviations: float

    @property
    def is_far(self) -> bool:
        """Far enough to be told."""
        return self._is_beyond(_FAR)

    @property
    def is_still_far(self) -> bool:
        """Far enough to go on where it was told."""
        return self._is_beyond(_STAYS)

    def _is_beyond(self, deviations: float) -> bool:
        ratio = abs(math.log((self.came + 0.5) / (self.expected + 0.5)))
        is_enough = max(self.came, self.expected) >= _FEWEST_PEOPLE
        return is_enough and abs(self.deviations) > deviations and ratio > _LEAST_RATIO


def so_far(hours: Sequence[tuple[float, ForecastHour]]) -> DaySoFar:
    """How hours that are over, with what came in each, compare with their forecast as a whole."""
    came = sum(number for number, _ in hours)
    expected = sum(hour.median for _, hour in hours)
    ratio = math.log((came + 0.5) / (expected + 0.5))
    common = sum(hour.median * _common(hour, upward=ratio > 0) for _, hour in hours) / max(expected, 1e-9)
    chance = 1 / max(expected, 1.0)
    return DaySoFar(len(hours), came, expected, ratio / math.sqrt(common**2 + chance))


def _common(hour: ForecastHour, *, upward: bool) -> float:
    """The deviation of the logarithm beyond chance, on the side that is asked for."""
    side = (hour.high + 0.5) / (hour.median + 0.5) if upward else (hour.median + 0.5) / (hour.low + 0.5)
    spread = math.log(max(side, 1.0)) / _TO_DEVIATION
    return math.sqrt(max(0.0, spread**2 - 1 / max(hour.median, 1.0)))


def is_far_for_long(hours: Sequence[tuple[float, ForecastHour]], *, told_already: bool) -> bool:
    """Whether the day is far from its forecast, and was so an hour ago already, to the same side.

    Args:
        hours: from opening on, in order of time, only full ones.
    """
    if len(hours) < FEWEST_HOURS:
        return False
    now = so_far(hours)
    if told_already:
        return now.is_still_far
    if len(hours) == FEWEST_HOURS:
        # An hour ago there was one hour: each of both has to be off to the same side.
        return now.is_far and all((came > hour.median) == (now.deviations > 0) for came, hour in hours)
    before = so_far(hours[:-1])
    return now.is_far and before.is_far and (now.deviations > 0) == (before.deviations > 0)
