"""Half-open stretches of time, cut along a shop's own clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from server.metrics.retail import NRF_YEAR, RetailYear

T = TypeVar("T")


class Resolution(StrEnum):
    """How finely a range is cut."""

    MINUTE = "minute"
    QUARTER_HOUR = "15min"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    """From Monday (ISO 8601)."""
    MONTH = "month"
    RETAIL_MONTH = "4-5-4"
    """Of the retail year; see `retail`."""


_SECONDS = {Resolution.MINUTE: 60, Resolution.QUARTER_HOUR: 900, Resolution.HOUR: 3600}


@dataclass(frozen=True, slots=True)
class Interval:
    """From `begin`, included, to `end`, excluded; aware datetimes in UTC."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Its length in seconds, 0 where it ends before it begins."""
        return max(0.0, (self.end - self.begin).total_seconds())

    def up_to(self, now: datetime) -> Interval:
        """The part of it that has passed."""
        return Interval(self.begin, max(self.begin, min(self.end, now)))

    def without(self, others: Sequence[Interval]) -> list[Interval]:
        """What is left of it when others, in order of their begins, are taken away."""
        left: list[Interval] = []
        at = self.begin
        first = max(0, bisect_right(others, at, key=lambda other: other.begin) - 1)
        for other in others[first:]:
            if other.begin >= self.end:
                break
            if other.begin > at:
                left.append(Interval(at, other.begin))
            at = max(at, other.end)
        return [*left, Interval(at, self.end)] if at < self.end else left

    def shared_seconds(self, begin: datetime, end: datetime) -> float:
        """Seconds that it has in common with [begin, end)."""
        return max(0.0, (min(self.end, end) - max(self.begin, begin)).total_seconds())


@dataclass(frozen=True, slots=True)
class Calendar:
    """A shop's clock: its IANA time zone, and the local time at which its business day begins."""

    time_zone: ZoneInfo
    day_begins: time = time(0)
    retail_year: RetailYear = NRF_YEAR

    def business_day(self, day: date) -> Interval:
        """The business day that begins on a local date: 23, 24 or 25 hours."""
        return Interval(self._beginning(day), self._beginning(day + timedelta(days=1)))

    def day_of(self, at: datetime) -> date:
        """The business day that an instant belongs to."""
        local = at.astimezone(self.time_zone).date()
        return local if at >= self._beginning(local) else local - timedelta(days=1)

    def edge_after(self, at: datetime, resolution: Resolution) -> datetime:
        """When the local clock next begins a minute, an hour, a business day, week, month, and so on."""
        if resolution not in _SECONDS:
            return self._beginning(self._day_after(self.day_of(at), resolution))
        local = at.astimezone(self.time_zone)
        since_midnight = timedelta(
            hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
        step = timedelta(seconds=_SECONDS[resolution])
        return at + step - since_midnight % step

    def is_edge(self, at: datetime, resolution: Resolution) -> bool:
        """Whether a part of that resolution begins at an instant."""
        return self.edge_after(at - timedelta(microseconds=1), resolution) == at

    def _day_after(self, day: date, resolution: Resolution) -> date:
        if resolution is Resolution.WEEK:
            return day + timedelta(days=7 - day.weekday())
        if resolution is Resolution.MONTH:
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        if resolution is Resolution.RETAIL_MONTH:
            return self.retail_year.month_after(day)
        return day + timedelta(days=1)

    def _beginning(self, day: date) -> datetime:
        return datetime.combine(day, self.day_begins, self.time_zone).astimezone(UTC)


def split(whole: Interval, resolution: Resolution, calendar: Calendar) -> Iterator[Interval]:
    """The parts of a range, cut where the shop's clock turns.

    The first and last part are shorter where the range itself begins or ends between two edges, so the
    parts always make up the whole. The hour that is repeated in autumn gives two parts.
    """
    at = whole.begin
    while at < whole.end:
        upto = min(calendar.edge_after(at, resolution), whole.end)
        yield Interval(at, upto)
        at = upto


def shared_out(rows: Iterable[T], parts: Sequence[Interval], at: Callable[[T], datetime]) -> list[list[T]]:
    """The rows of each part, by the instant that `at` reads from a row.

    `parts` are in order and do not overlap; a row outside all of them is in none.
    """
    begins = [part.begin for part in parts]
    shares: list[list[T]] = [[] for _ in parts]
    for row in rows:
        moment = at(row)
        number = bisect_right(begins, moment) - 1
        if number >= 0 and moment < parts[number].end:
            shares[number].append(row)
    return shares
