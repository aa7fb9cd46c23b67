"""A store's hours from its figures, laid out day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from server.figures.hourly import figures_by_hour, was_watched
from server.figures.reading import Source
from server.flow.days import Days, Marks
from server.flow.errors import FlowRefused
from server.metrics.hours import HourFigures
from server.metrics.intervals import Calendar, Interval
from server.storage.counts import stored_days

ENTRIES, TRANSACTIONS, VISITS, DWELL = "entries", "transactions", "visits", "dwell"
"""Series; the last two of a zone, as `visits:tea`."""

_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Past:
    """What a store's past days had, and when it was open."""

    days: Days
    open_parts: Marks
    """Shape (days, hours): the hours that are compared; by the catalogue, else those in which people come."""
    closed_days: frozenset[date]
    """Days on which the shop did not open, by its catalogue: they are left out."""


def past_of(source: Source, weeks: int, now: datetime) -> Past:
    """The business days of a store that are over, so many weeks back; hours watched too little are unknown.

    Raises:
        FlowRefused: nothing was counted yet, or not even one day is over.
    """
    calendar = source.terms.calendar
    whole = _whole(source, weeks, now)
    first = calendar.day_of(whole.begin)
    days = (calendar.day_of(whole.end) - first).days
    names = series_of(source)
    hours = _laid_out(map(_Hour.of, figures_by_hour(source, whole, now)), calendar, first)
    closed = frozenset(first + timedelta(days=n) for n in range(days) if _is_closed(source, first, n))
    values = np.full((days, 24, len(names)), np.nan)
    for (day, part), some in hours.items():
        if first + timedelta(days=day) not in closed:
            values[day, part] = [_per_hour(name, some) for name in names]
    laid = Days(first, names, values, calendar.day_begins.replace(minute=0))
    return Past(laid, _open_parts(laid, hours, closed), closed)


def series_of(source: Source) -> tuple[str, ...]:
    """What is looked at of a store, whether or not anything of it was counted."""
    zones = source.terms.zones
    return (
        ENTRIES,
        TRANSACTIONS,
        *(f"{VISITS}:{zone}" for zone in zones),
        *(f"{DWELL}:{zone}" for zone in zones),
    )


_LaidOut = Mapping[tuple[int, int], "list[_Hour]"]
"""Hours by the number of their day and the part of it, on the shop's clock."""


@dataclass(frozen=True, slots=True)
class _Hour:
    """What one hour had; None where it is not known. `seconds`: at a day's edges it may be shorter."""

    begin: datetime
    seconds: float
    open_hours: float | None
    values: Mapping[str, float | None]

    @classmethod
    def of(cls, figures: HourFigures) -> _Hour:
        """What is used of the figures of an hour."""
        interval = figures.interval
        watched = dict(_values(figures)) if was_watched(figures) else {}
        return cls(interval.begin, interval.seconds, figures.open_hours, watched)


def _values(figures: HourFigures) -> Iterator[tuple[str, float | None]]:
    yield ENTRIES, figures.entries
    yield TRANSACTIONS, figures.transactions
    for zone, of_zone in figures.zones.items():
        yield f"{VISITS}:{zone}", of_zone.visits
        yield f"{DWELL}:{zone}", of_zone.mean_seconds


def _whole(source: Source, weeks: int, now: datetime) -> Interval:
    stored = stored_days(source.db, source.store)
    if stored is None:
        raise FlowRefused(f"nothing was counted in {source.store} yet", "it takes some days first")
    calendar = source.terms.calendar
    today = calendar.day_of(now)
    first = max(calendar.day_of(stored[0]), today - timedelta(weeks=weeks))
    if first >= today:
        raise FlowRefused(f"not even one day of {source.store} is over", "come back tomorrow")
    return Interval(calendar.business_day(first).begin, calendar.business_day(today).begin)


def _laid_out(hours: Iterable[_Hour], calendar: Calendar, first: date) -> _LaidOut:
    found: defaultdict[tuple[int, int], list[_Hour]] = defaultdict(list)
    for hour in hours:
        day = (calendar.day_of(hour.begin) - first).days
        local = hour.begin.astimezone(calendar.time_zone)
        found[day, (local.hour - calendar.day_begins.hour) % 24].append(hour)
    return found


def _per_hour(name: str, hours: Iterable[_Hour]) -> float:
    """What an hour of the clock had; of an hour that comes twice, the mean."""
    known = [(value, hour.seconds) for hour in hours if (value := hour.values.get(name)) is not None]
    if not known:
        return float("nan")
    if name.startswith(DWELL):
        return sum(value * seconds for value, seconds in known) / sum(seconds for _, seconds in known)
    return sum(value for value, _ in known) * _SECONDS / sum(seconds for _, seconds in known)


def _is_closed(source: Source, first: date, number: int) -> bool:
    calendar = source.terms.calendar
    day = calendar.business_day(first + timedelta(days=number))
    return source.terms.opening.open_within(day, calendar) == []


def _open_parts(days: Days, hours: _LaidOut, closed: frozenset[date]) -> Marks:
    """By the catalogue; where it says nothing, the hours of the week in which people came on most days."""
    found = np.zeros((days.days, days.parts), dtype=np.bool_)
    came = days.of(ENTRIES) > 0
    known = ~np.isnan(days.of(ENTRIES))
    for weekday in range(7):
        some = days.weekdays == weekday
        found[some] = came[some].sum(axis=0) * 2 > known[some].sum(axis=0)
    for (day, part), of_part in hours.items():
        told = [hour.open_hours for hour in of_part if hour.open_hours is not None]
        if told:
            found[day, part] = sum(told) > 0
    found[[days.day(number) in closed for number in range(days.days)]] = False
    return found
