"""Weeks, months and retail months: every day belongs to one, and they follow each other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.figures.earlier import weeks_of
from server.metrics.intervals import Calendar
from server.metrics.periods import Period, PeriodKind, period_of
from server.metrics.retail import NRF_YEAR

KINDS: tuple[PeriodKind, ...] = ("day", "week", "month", "4-5-4")
days = st.dates(date(2001, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("kind", "first", "after", "weeks"),
    [
        ("day", date(2026, 3, 3), date(2026, 3, 4), 1),
        ("week", date(2026, 3, 2), date(2026, 3, 9), 1),
        ("month", date(2026, 3, 1), date(2026, 4, 1), 5),
        # The retail year 2026 begins on Sunday, 1 February; its second month has five weeks.
        ("4-5-4", date(2026, 3, 1), date(2026, 4, 5), 5),
    ],
)
def test_a_day_belongs_to_its_period(kind: PeriodKind, first: date, after: date, weeks: int) -> None:
    found = period_of(date(2026, 3, 3), kind, NRF_YEAR)
    assert (found, weeks_of(found)) == (Period(kind, first, after), weeks)


@given(day=days, kind=st.sampled_from(KINDS))
def test_periods_follow_each_other_without_gap_or_overlap(day: date, kind: PeriodKind) -> None:
    found = period_of(day, kind, NRF_YEAR)
    assert found.first <= day < found.after
    assert period_of(found.after, kind, NRF_YEAR).first == found.after
    assert period_of(found.first - timedelta(days=1), kind, NRF_YEAR).after == found.first
    assert all(period_of(found.first + timedelta(days=n), kind, NRF_YEAR) == found for n in range(found.days))


@given(day=days, kind=st.sampled_from(KINDS))
def test_moved_by_its_weeks_a_period_has_the_same_weekdays_and_no_day_twice(
    day: date, kind: PeriodKind
) -> None:
    found = period_of(day, kind, NRF_YEAR)
    moved = found.first - timedelta(weeks=weeks_of(found))
    assert moved.weekday() == found.first.weekday()
    assert moved + timedelta(days=found.days) <= found.first


def test_a_week_with_a_change_of_the_clock_has_an_hour_less() -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"))
    week = period_of(date(2026, 3, 29), "week", NRF_YEAR).interval(calendar)
    assert week.begin == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert week.seconds == (7 * 24 - 1) * 3600
