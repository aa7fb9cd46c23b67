"""How well a model would have done: forecasts from the past, each with what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.errors import HistoryRefused
from server.forecasting.models import Model
from server.forecasting.profile import mean_of
from server.forecasting.series import DAY, WEEK, Known, Numbers, Panel, flags_of

LEAST_HOURS = 2 * WEEK
"""With less nothing can be tried on the past."""

LONGEST_SPAN = 26 * WEEK
"""What came earlier tells little of how wrong one is now."""


@dataclass(frozen=True, slots=True)
class Tried:
    """All hours that a model forecast from some origins, one row for each."""

    ahead: npt.NDArray[np.int64]
    """Hours from the origin; 0 is the first."""
    row: npt.NDArray[np.int64]
    """Hours from the panel's beginning."""
    expected: Numbers
    """Shape (rows, series)."""
    actual: Numbers
    """Shape (rows, series); NaN where it is not known."""

    def mae(self, below: int = WEEK) -> Numbers:
        """The mean absolute error of each series, in the first hours of each forecast."""
        some = self.ahead < below
        return mean_of(np.abs(self.actual[some] - self.expected[some]), axis=0)


def origins_of(hours: int, most: int = 26) -> tuple[int, ...]:
    """Where to forecast from in a history of so many hours: whole days before its end; none if it is short.

    They lie in the last half year or the last third, whichever is shorter.
    """
    if hours < LEAST_HOURS:
        return ()
    span = min(LONGEST_SPAN, hours // 3)
    count = min(most, span // DAY)
    step = span // count // DAY * DAY
    return tuple(hours - number * step for number in range(count, 0, -1))


def tried(model: Model, history: Panel, known: Known, origins: Sequence[int], hours: int) -> Tried | None:
    """Train before the first origin, then forecast from each; None where too little was known."""
    if not origins or origins[0] < model.least_hours:
        return None
    try:
        trained = model.fit(history.until(origins[0]), known)
    except HistoryRefused:
        return None
    parts = []
    foreseen = _foreseen(history, known)
    for origin in origins:
        reach, until = min(hours, history.hours - origin), history.until(origin)
        expected = trained.expect(until, known.weather_until((until.end + foreseen).date()), reach)
        parts.append((np.arange(reach), origin + np.arange(reach), expected))
    ahead, row, expected = (np.concatenate([part[which] for part in parts]) for which in range(3))
    return Tried(ahead, row, expected, _ordinary(history, known)[row])


def _foreseen(history: Panel, known: Known) -> timedelta:
    """How far ahead the weather is known now; on the past, too, no more of it may be used."""
    last = max(known.weather, default=history.end.date())
    return max(last + timedelta(days=1) - history.end.date(), timedelta(0))


def _ordinary(history: Panel, known: Known) -> Numbers:
    """What came, without days whose reason does not come back: nobody could have forecast them."""
    row = np.arange(history.hours) + history.start.hour
    flags = flags_of(known, history.start.date(), int(row[-1]) // DAY + 1)
    values = history.values.copy()
    values[flags.special[row // DAY]] = np.nan
    return values
