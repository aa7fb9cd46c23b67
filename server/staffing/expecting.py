"""What traffic to expect where a request brings none: as it was in the last weeks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        """The mean of the weeks in which an hour is known."""
        hours: dict[tuple[int, int], list[Figures]] = {}
        zone = self.source.terms.calendar.time_zone
        for part in self._parts():
            begin = part.interval.begin.astimezone(zone)
            if part.entries is not None or part.transactions is not None:
                hours.setdefault((begin.weekday(), begin.hour), []).append(part)
        rows = tuple(_rows(hours, days))
        return Expected(
            rows,
            f"traffic is expected to be as the same weekday and hour were on average in the {WEEKS} weeks "
            f"before {self._today():%Y-%m-%d}; holidays and events are not told apart"
            if rows
            else f"nothing is known of the {WEEKS} weeks before {self._today():%Y-%m-%d}, so that no "
            "traffic is expected",
        )

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


def _rows(hours: dict[tuple[int, int], list[Figures]], days: Sequence[date]) -> Iterator[TrafficAsked]:
    for day in days:
        for hour in range(24):
            if known := hours.get((day.weekday(), hour)):
                yield TrafficAsked(
                    begin=datetime.combine(day, time(hour)),
                    entries=_mean([part.entries for part in known]),
                    transactions=_mean([part.transactions for part in known]),
                )


def _mean(values: Sequence[int | None]) -> float:
    known = [max(0, value) for value in values if value is not None]
    return fmean(known) if known else 0.0


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
