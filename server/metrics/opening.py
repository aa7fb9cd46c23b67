"""When a shop is open, by the hours and holidays of its catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from server.metrics.intervals import Calendar, Interval, Resolution, split

Span = tuple[time, time]
"""Opens and closes on the shop's clock; one that closes earlier than it opens closes on the next day."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """A shop's hours: spans by weekday (Monday = 1), and by day where a holiday has its own or none.

    Without any span of any weekday nothing is known but the holidays.
    """

    weekly: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    holidays: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    @property
    def is_told(self) -> bool:
        """Whether anybody said anything."""
        return bool(self.weekly or self.holidays)

    def open_within(self, interval: Interval, calendar: Calendar) -> list[Interval] | None:
        """The stretches of an interval in which the shop is open, in order; None where nobody said.

        A span belongs to the day on which it opens, so a holiday closes the night that would begin on it.
        Clocks are those of the shop: a span over a change of the clock is an hour shorter or longer.
        """
        if not self.is_told:
            return None
        days = list(_days_of(interval, calendar))
        if not self.weekly and not all(day in self.holidays for day in days[1:]):
            return None
        spans = (span for day in days for span in self._spans_of(day, calendar))
        cut = (Interval(max(span.begin, interval.begin), min(span.end, interval.end)) for span in spans)
        return _joined(span for span in cut if span.seconds)

    def hours_within(self, interval: Interval, calendar: Calendar) -> float | None:
        """How many hours of an interval the shop is open; None where nobody said."""
        spans = self.open_within(interval, calendar)
        return None if spans is None else sum(span.seconds for span in spans) / 3600

    def stretches(self, interval: Interval, calendar: Calendar) -> list[Interval]:
        """The open stretches of an interval, cut where business days begin; none where nobody said."""
        if not self.is_told:
            return []
        pieces = split(interval, Resolution.DAY, calendar)
        return [span for piece in pieces for span in self.open_within(piece, calendar) or ()]

    def _spans_of(self, day: date, calendar: Calendar) -> Iterator[Interval]:
        spans = self.holidays.get(day, self.weekly.get(day.isoweekday(), ()))
        for opens, closes in spans:
            closing_day = day if opens < closes else day + _DAY
            yield Interval(_instant(day, opens, calendar), _instant(closing_day, closes, calendar))


def _days_of(interval: Interval, calendar: Calendar) -> Iterator[date]:
    """The local days of an interval, and the one before, whose last span may reach into it."""
    first = interval.begin.astimezone(calendar.time_zone).date() - _DAY
    last = (interval.end - timedelta(microseconds=1)).astimezone(calendar.time_zone).date()
    for number in range((last - first).days + 1):
        yield first + number * _DAY


def _instant(day: date, at: time, calendar: Calendar) -> datetime:
    return datetime.combine(day, at, calendar.time_zone).astimezone(UTC)


def _joined(spans: Iterable[Interval]) -> list[Interval]:
    """Spans in order, those that touch or overlap made one."""
    found: list[Interval] = []
    for span in sorted(spans, key=lambda each: each.begin):
        if found and span.begin <= found[-1].end:
            found[-1] = Interval(found[-1].begin, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
