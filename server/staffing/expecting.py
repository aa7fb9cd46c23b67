"""What traffic to expect where a request brings none: as it was in the last weeks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import fmean
from typing import Protocol

from server.figures.reading import Source, rows_for
from server.metrics.intervals import Interval, Resolution, split
from server.metrics.report import Figures, report
from server.staffing.request import RosterRequest, TrafficAsked

WEEKS = 4
"""So far back the same weekday and hour are looked at."""


_Hours = dict[tuple[int, int], list[int]]
"""What was counted, by weekday and hour."""


@dataclass(frozen=True)
class Expected:
    """Traffic by the hour, and in a sentence where it is from."""

    rows: tuple[TrafficAsked, ...]
    said: str


class Expecting(Protocol):
    """Whoever knows what traffic to expect."""

    def traffic(self, days: Sequence[date]) -> Expected:
        """What is expected on some days of the store's clock, hours of which nothing is known left out."""


@dataclass(frozen=True)
class LastWeeks:
    """Expects each hour to be as the same weekday and hour of the last weeks were on average."""

    source: Source
    now: datetime

    def traffic(self, days: Sequence[date]) -> Expected:
        """The mean of the weeks in which an hour is known and something came that day at all."""
        parts = self._parts()
        entries = self._by_hour(parts, lambda part: part.entries)
        sold = self._by_hour(parts, lambda part: part.transactions)
        rows = tuple(_rows(entries, sold, days))
        return Expected(
            rows,
            f"traffic is expected to be as the same weekday and hour were on average in the {WEEKS} weeks "
            f"before {self._today():%Y-%m-%d}; holidays and events are not told apart"
            if rows
            else f"nothing is known of the {WEEKS} weeks before {self._today():%Y-%m-%d}, so that no "
            "traffic is expected",
        )

    def _by_hour(self, parts: Sequence[Figures], read: Callable[[Figures], int | None]) -> _Hours:
        """What was counted, by weekday and hour; a day on which nothing came was closed, or not counted."""
        zone = self.source.terms.calendar.time_zone
        by_day: dict[date, list[tuple[int, int]]] = {}
        for part in parts:
            if (value := read(part)) is not None:
                begin = part.interval.begin.astimezone(zone)
                by_day.setdefault(begin.date(), []).append((begin.hour, max(0, value)))
        found: _Hours = {}
        for day, hours in by_day.items():
            for hour, value in hours if any(value for _, value in hours) else ():
                found.setdefault((day.weekday(), hour), []).append(value)
        return found

    def _today(self) -> date:
        return self.source.terms.calendar.day_of(self.now)

    def _parts(self) -> Sequence[Figures]:
        whole = last_weeks(self.source, self.now)
        parts = list(split(whole, Resolution.HOUR, self.source.terms.calendar))
        rows = rows_for(self.source, whole, parts, self.now)
        return report(rows, self.source.terms, whole, parts, self.now).parts


def last_weeks(source: Source, now: datetime) -> Interval:
    """The last weeks of business days that are over."""
    calendar = source.terms.calendar
    today = calendar.day_of(now)
    first = calendar.business_day(today - timedelta(weeks=WEEKS))
    return Interval(first.begin, calendar.business_day(today).begin)


def _rows(entries: _Hours, sold: _Hours, days: Sequence[date]) -> Iterator[TrafficAsked]:
    for day in days:
        for hour in range(24):
            came, paid = entries.get((day.weekday(), hour)), sold.get((day.weekday(), hour))
            if came or paid:
                yield TrafficAsked(
                    begin=datetime.combine(day, time(hour)),
                    entries=fmean(came) if came else 0.0,
                    transactions=fmean(paid) if paid else 0.0,
                )


def needs_expected(request: RosterRequest) -> bool:
    """Whether a request has targets and brings no traffic for them."""
    return not request.traffic and bool(request.targets.floor or request.targets.till)


def with_expected(request: RosterRequest, expecting: Expecting) -> tuple[RosterRequest, tuple[str, ...]]:
    """The request with traffic where it has targets and brings none; and what is to be said of that."""
    if not needs_expected(request):
        return request, ()
    days = [request.first_day + timedelta(days=number) for number in range(request.days)]
    expected = expecting.traffic(days)
    return request.model_copy(update={"traffic": expected.rows}), (expected.said,)
