"""Days that are alike because a holiday of the same name lies on them, or as many days before or after."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.series import Known

REACH = 5
"""So many days before and after a holiday are still seen beside it."""

REMEMBERED = 3
"""Of the days of one name the newest count."""


@dataclass(frozen=True, slots=True)
class Twins:
    """The earlier days that are like each day of a span."""

    near: npt.NDArray[np.bool_]
    """Whether a holiday with a name is near, shape (days,)."""
    day: npt.NDArray[np.int64]
    """Numbers of earlier days of the span, newest first, shape (days, REMEMBERED); -1 where there is none."""


def twins_of(known: Known, first: date, days: int) -> Twins:
    """Find the twins of each day of a span; only days of the span are found."""
    named = {day: name for day, name in known.names.items() if day in known.holidays}
    dates = _by_name(named)
    near, found = np.zeros(days, dtype=np.bool_), np.full((days, REMEMBERED), -1, dtype=np.int64)
    for number in range(days):
        day = first + timedelta(days=number)
        if (holiday := _nearest(named, day)) is None:
            continue
        near[number] = True
        apart = day - holiday
        earlier = [(other + apart - first).days for other in _before(dates[named[holiday]], holiday)]
        for at, twin in enumerate(twin for twin in earlier if twin >= 0):
            found[number, at] = twin
    return Twins(near, found)


def _by_name(named: Mapping[date, str]) -> Mapping[str, list[date]]:
    dates: defaultdict[str, list[date]] = defaultdict(list)
    for day in sorted(named):
        dates[named[day]].append(day)
    return dates


def _nearest(named: Mapping[date, str], day: date) -> date | None:
    """The nearest holiday; of two that are as near the one to come."""
    apart = sorted(range(-REACH, REACH + 1), key=lambda days: (abs(days), -days))
    among = (day + timedelta(days=days) for days in apart)
    return next((each for each in among if each in named), None)


def _before(dates: Sequence[date], day: date) -> Sequence[date]:
    """The newest days before a day, newest first."""
    return dates[: bisect_left(dates, day)][::-1][:REMEMBERED]
