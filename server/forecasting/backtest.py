"""How well a model would have done: forecasts from the past, each with what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.errors import HistoryRefused
from server.forecasting.models import Model, Trained
from server.forecasting.profile import mean_of
from server.forecasting.series import DAY, WEEK, Known, Numbers, Panel, flags_of

LEAST_HOURS = 2 * WEEK
"""With less nothing can be tried on the past."""

LONGEST_SPAN = 26 * WEEK
"""What came earlier tells little of how wrong one is now."""

SILENT = 8 * WEEK
"""Of what was not counted for so long no forecast is made: it would read as zeros that are none."""

Rows = npt.NDArray[np.int64]


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
    """Shape (rows, series); NaN where it is not known, or not known yet, or nobody could have forecast it."""

    @property
    def weeks(self) -> float:
        """Over how many weeks it is known what came; 0 where that is known of no hour."""
        rows = self.row[(~np.isnan(self.actual)).any(axis=1)]
        return float((rows.max() - rows.min() + 1) / WEEK) if len(rows) else 0.0

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
    return _asked(trained, history, known, origins, hours)


def tried_since(before: Tried, trained: Trained, taught: int, history: Panel, known: Known) -> Tried:
    """The same of a longer history: what came since, and a forecast for each week since a model was taught.

    `taught` are the hours of the history that the model has seen. What lies too far back is left out.
    """
    hours = int(before.ahead.max()) + 1
    begun = before.row - before.ahead
    earliest = max(int(begun.max()) + 1, history.hours - LONGEST_SPAN)
    new = [at for at in range(taught, history.hours - DAY + 1, WEEK) if at >= earliest]
    found = [before, _asked(trained, history, known, new, hours)] if new else [before]
    ahead, row, expected = (
        np.concatenate([getattr(part, which) for part in found]) for which in ("ahead", "row", "expected")
    )
    late = row - ahead >= history.hours - LONGEST_SPAN
    ahead, row, expected = ahead[late], row[late], expected[late]
    return Tried(ahead, row, expected, _came(history, known, ahead, row))


def _asked(trained: Trained, history: Panel, known: Known, origins: Sequence[int], hours: int) -> Tried:
    parts = []
    foreseen = _foreseen(history, known)
    for origin in origins:
        until = history.until(origin)
        expected = trained.expect(until, known.weather_until((until.end + foreseen).date()), hours)
        parts.append((np.arange(hours), origin + np.arange(hours), expected))
    ahead, row, expected = (np.concatenate([part[which] for part in parts]) for which in range(3))
    return Tried(ahead, row, expected, _came(history, known, ahead, row))


def _foreseen(history: Panel, known: Known) -> timedelta:
    """How far ahead the weather is known now; on the past, too, no more of it may be used."""
    last = max(known.weather, default=history.end.date())
    return max(last + timedelta(days=1) - history.end.date(), timedelta(0))


def _came(history: Panel, known: Known, ahead: Rows, row: Rows) -> Numbers:
    """What came in each row; NaN where that is not known yet, and where no forecast would have been made."""
    found = np.full((len(row), len(history.names)), np.nan)
    over = row < history.hours
    found[over] = _ordinary(history, known)[row[over]]
    for origin in np.unique(row - ahead).tolist():
        silent = np.isnan(history.values[max(0, origin - SILENT) : origin]).all(axis=0)
        found[np.ix_(row - ahead == origin, silent)] = np.nan
    return found


def _ordinary(history: Panel, known: Known) -> Numbers:
    """What came, without days that nobody could have forecast: special ones, and those of a closed shop."""
    row = np.arange(history.hours) + history.start.hour
    flags = flags_of(known, history.start.date(), int(row[-1]) // DAY + 1)
    values = history.values.copy()
    values[(flags.special | flags.closed)[row // DAY]] = np.nan
    return values
