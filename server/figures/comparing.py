"""A store's day beside the same weekday of the weeks before, each up to the same time of day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from server.figures.reading import Source, rows_for
from server.metrics.comparing import Comparison, comparisons
from server.metrics.intervals import Interval, Resolution, split
from server.metrics.report import Figures, report


def same_weekday(source: Source, day: date, weeks: int, now: datetime) -> tuple[Comparison, ...]:
    """The figures of a business day beside those of the same weekday of the `weeks` before.

    A day that still runs is compared up to the last full hour, and so are the others.
    """
    whole = source.terms.calendar.business_day(day)
    hours = _hours_over(source, whole, now)
    before = [
        _first_hours(source, source.terms.calendar.business_day(day - timedelta(weeks=back)), hours, now)
        for back in range(1, weeks + 1)
        if not _was_closed(source, day - timedelta(weeks=back))
    ]
    return comparisons(_first_hours(source, whole, hours, now), before)


def _was_closed(source: Source, day: date) -> bool:
    """Whether the shop had no open hour on a business day: such a day is not what is usual."""
    calendar = source.terms.calendar
    return source.terms.opening.open_within(calendar.business_day(day), calendar) == []


def _hours_over(source: Source, whole: Interval, now: datetime) -> int | None:
    """How many hours of a day are over; None where all of it is."""
    if whole.end <= now:
        return None
    return sum(hour.end <= now for hour in split(whole, Resolution.HOUR, source.terms.calendar))


def _first_hours(source: Source, day: Interval, hours: int | None, now: datetime) -> Figures:
    parts = [day] if hours is None else list(split(day, Resolution.HOUR, source.terms.calendar))[:hours]
    whole = Interval(day.begin, parts[-1].end if parts else day.begin)
    return report(rows_for(source, whole, parts, now), source.terms, whole, parts, now).totals
