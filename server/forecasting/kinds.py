"""Kinds of days by how far forecasts of them miss: ordinary ones, those near a holiday, and holidays."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.series import DAY, Known, Numbers, Panel, flags_of

ORDINARY, NEAR, HOLIDAY = range(3)

_REACH = 2
"""So many days before and after a holiday are near it: bridges, and the day on which people are back."""

_USUALLY = (1.0, 1.3, 1.6)
"""How many times as far as on ordinary days forecasts miss on each kind, where none was seen yet.
From street sensors of 2022 and 2023."""

_AS_SEEN = 3.0
"""So many days stand for that."""

_LEAST, _MOST = 0.5, 3.0
"""One odd holiday says no more than this about those to come."""


def kinds_of(known: Known, panel: Panel, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The kind of the day that each row of a panel lies on, or a row after its end."""
    day = days_of(panel, rows)
    first = panel.start.date() - timedelta(days=_REACH)
    holiday = flags_of(known, first, int(day.max(initial=0)) + 1 + 2 * _REACH).holiday
    near = np.convolve(holiday, np.ones(2 * _REACH + 1), "valid") > 0
    within = holiday[_REACH : len(holiday) - _REACH]
    return np.where(within, HOLIDAY, np.where(near, NEAR, ORDINARY))[day]


def days_of(panel: Panel, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The number of each row's day, from the panel's first."""
    found: npt.NDArray[np.int64] = (rows + panel.start.hour) // DAY
    return found


def stretch_of(missed: Numbers, kind: npt.NDArray[np.int64], day: npt.NDArray[np.int64]) -> Numbers:
    """How many times as far as on ordinary days forecasts miss, by kind; shape (3,), the first is 1.

    `missed` are sizes of errors in units of what is usual, shape (rows, series), NaN where not known. A day
    counts once, from however many origins it was forecast and by however many doors people came.
    """
    found = np.array(_USUALLY)
    ordinary = _mean(missed[kind == ORDINARY])
    if not ordinary > 0:
        return found
    for number in (NEAR, HOLIDAY):
        among = np.unique(day[kind == number])
        each = np.array([_mean(missed[(day == one) & (kind == number)]) for one in among]) / ordinary
        each = each[~np.isnan(each)]
        found[number] = (each.sum() + _AS_SEEN * _USUALLY[number]) / (len(each) + _AS_SEEN)
    found[1:] = np.clip(found[1:], _LEAST, _MOST)
    return found


def _mean(values: Numbers) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
