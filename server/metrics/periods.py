"""Whole business days, weeks, months and retail months, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from server.metrics.intervals import Calendar, Interval, Resolution
from server.metrics.retail import RetailYear

PeriodKind = Literal["day", "week", "month", "4-5-4"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From its first business day up to before another."""

    kind: PeriodKind
    first: date
    after: date

    @property
    def days(self) -> int:
        """How many business days it has."""
        return (self.after - self.first).days

    @property
    def parts(self) -> Resolution:
        """How finely it is shown: a day by hours, all else by days."""
        return Resolution.HOUR if self.kind == "day" else Resolution.DAY

    @property
    def neighbours(self) -> tuple[date, date]:
        """The last day of the period before, and the first of the one after."""
        return self.first - _DAY, self.after

    def interval(self, calendar: Calendar) -> Interval:
        """Its time on the shop's clock."""
        return Interval(calendar.business_day(self.first).begin, calendar.business_day(self.after).begin)


def period_of(day: date, kind: PeriodKind, retail_year: RetailYear) -> Period:
    """The period of a kind that a business day belongs to."""
    match kind:
        case "day":
            return Period(kind, day, day + _DAY)
        case "week":
            monday = day - day.weekday() * _DAY
            return Period(kind, monday, monday + 7 * _DAY)
        case "month":
            first = day.replace(day=1)
            return Period(kind, first, (first + 32 * _DAY).replace(day=1))
        case "4-5-4":
            first = retail_year.begin(retail_year.year_of(day))
            while (after := retail_year.month_after(first)) <= day:
                first = after
            return Period(kind, first, after)
