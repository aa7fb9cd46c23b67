"""A period beside the same weekdays some weeks earlier, both as far as the period has gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.figures.reading import Source, rows_for
from server.metrics.intervals import Interval
from server.metrics.periods import Period
from server.metrics.report import Figures, report


@dataclass(frozen=True, slots=True)
class Beside:
    """The figures of so many whole business days, and of as many with the same weekdays `weeks` earlier."""

    days: int
    weeks: int
    now: Figures
    before: Figures


def weeks_of(period: Period) -> int:
    """The fewest whole weeks by which a period has to be moved so that it no longer overlaps with itself."""
    return -(-period.days // 7)


def beside_earlier(source: Source, period: Period, weeks: int, now: datetime) -> Beside | None:
    """A period beside the same weekdays of so many weeks earlier; None while not even its first day is over.

    Whole weeks, for a Saturday sells otherwise than a Tuesday; Σ over all days, never a mean of days.
    """
    calendar = source.terms.calendar
    over = [
        n for n in range(period.days) if calendar.business_day(period.first + timedelta(days=n)).end <= now
    ]
    if not over:
        return None
    days, earlier = len(over), period.first - timedelta(weeks=weeks)
    return Beside(
        days, weeks, _figures(source, period.first, days, now), _figures(source, earlier, days, now)
    )


def _figures(source: Source, first: date, days: int, now: datetime) -> Figures:
    calendar = source.terms.calendar
    begin, end = (calendar.business_day(first + timedelta(days=n)).begin for n in (0, days))
    whole = Interval(begin, end)
    return report(rows_for(source, whole, [whole], now), source.terms, whole, [whole], now).totals
