"""Hours for which fewer people are on record than the expected entries ask for; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.metrics.rows import LabourRow
from server.staffing.needed import people_for
from server.staffing.request import FloorTarget, Targets
from server.storage.forecasts import ForecastHour

_HOUR = timedelta(hours=1)
_SLACK = 0.25
"""People who may be missing before it is told: a forecast is no measurement."""


@dataclass(frozen=True, slots=True)
class TooFewPeople:
    """One hour with more entries to each person than the target allows."""

    begin: datetime
    entries: float
    people: float
    needed: int


def understaffed(
    forecast: Iterable[ForecastHour], shifts: Sequence[LabourRow], entries_per_person: float
) -> Iterator[TooFewPeople]:
    """Hours of the forecast in which shifts on record are too few, in order of time.

    Args:
        entries_per_person: entries in an hour that one person on the sales floor can serve (STAR).
    """
    targets = Targets(floor=FloorTarget(entries_per_hour=entries_per_person, least=0))
    for hour in forecast:
        people = _people(shifts, hour.begin)
        if hour.median >= 1 and hour.median > (people + _SLACK) * entries_per_person:
            ((_, needed, _),) = people_for(hour.median, 0.0, targets)
            yield TooFewPeople(hour.begin, hour.median, people, needed)


def _people(shifts: Sequence[LabourRow], begin: datetime) -> float:
    """People at work in an hour, part-time in proportion."""
    seconds = sum(
        float(shift.people)
        * max(0.0, (min(shift.end, begin + _HOUR) - max(shift.begin, begin)).total_seconds())
        for shift in shifts
    )
    return seconds / 3600
