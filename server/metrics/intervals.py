"""Half-open stretches of time, cut along a shop's own clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")


class Resolution(StrEnum):
    """How finely a range is cut."""

    MINUTE = "minute"
    QUARTER_HOUR = "15min"
    HOUR = "hour"
    DAY = "day"


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

    def shared_seconds(self, begin: datetime, end: datetime) -> float:
        """Seconds that it has in common with [begin, end)."""
        return max(0.0, (min(self.end, end) - max(self.begin, begin)).total_seconds())


@dataclass(frozen=True, slots=True)
class Calendar:
    """A shop's clock: its IANA time zone, and the local time at which its business day begins."""

    time_zone: ZoneInfo
    day_begins: time = time(0)

    def business_day(self, day: date) -> Interval:
        """The business day that begins on a local date: 23, 24 or 25 hours."""
        return Interval(self._beginning(day), self._beginning(day + timedelta(days=1)))

    def day_of(self, at: datetime) -> date:
        """The business day that an instant belongs to."""
        local = at.astimezone(self.time_zone).date()
        return local if at >= self._beginning(local) else local - timedelta(days=1)

    def edge_after(self, at: datetime, resolution: Resolution) -> datetime:
        """When the local clock next begins a minute, quarter hour, hour or business day."""
        if resolution is Resolution.DAY:
            return self.business_day(self.day_of(at)).end
        local = at.astimezone(self.time_zone)
        since_midnight = timedelta(
            hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
        step = timedelta(seconds=_SECONDS[resolution])
        return at + step - since_midnight % step

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
