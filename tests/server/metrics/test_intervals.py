from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.metrics.intervals import Calendar, Interval, Resolution, shared_out, split

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 28), time(0), 24, id="day before spring forward"),
        pytest.param("Europe/Berlin", date(2026, 3, 29), time(0), 23, id="spring forward"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), time(0), 25, id="fall back"),
        pytest.param("Europe/Berlin", date(2026, 3, 28), time(6), 23, id="spring falls into the day before"),
        pytest.param("Europe/Berlin", date(2026, 3, 29), time(6), 24, id="begins after the change"),
        pytest.param(NEW_YORK, date(2026, 3, 8), time(0), 23, id="spring forward in New York"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), time(0), 24.5, id="half an hour back"),
        pytest.param("Asia/Kolkata", date(2026, 3, 29), time(0), 24, id="no summer time"),
    ],
)
def test_a_business_day_is_as_long_as_the_local_clock_makes_it(
    zone: str, day: date, begins: time, hours: float
) -> None:
    calendar = Calendar(ZoneInfo(zone), begins)
    whole = calendar.business_day(day)
    assert whole.seconds == hours * 3600
    assert calendar.day_of(whole.begin) == day
    assert calendar.day_of(whole.end - timedelta(microseconds=1)) == day
    assert calendar.day_of(whole.end) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "local_hours"),
    [
        pytest.param(date(2026, 3, 29), [0, 1, *range(3, 24)], id="23 hours without 2 o'clock"),
        pytest.param(date(2026, 10, 25), [0, 1, 2, 2, *range(3, 24)], id="25 hours with 2 o'clock twice"),
        pytest.param(date(2026, 6, 1), list(range(24)), id="24 hours"),
    ],
)
def test_hours_are_those_that_the_local_clock_shows(day: date, local_hours: list[int]) -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"))
    parts = list(split(calendar.business_day(day), Resolution.HOUR, calendar))
    assert [part.begin.astimezone(calendar.time_zone).hour for part in parts] == local_hours
    assert {part.seconds for part in parts} == {3600}


def test_hours_follow_a_zone_that_is_half_an_hour_off() -> None:
    calendar = Calendar(ZoneInfo("Asia/Kolkata"))
    whole = Interval(datetime(2026, 3, 3, 4, 0, tzinfo=UTC), datetime(2026, 3, 3, 6, 0, tzinfo=UTC))
    parts = list(split(whole, Resolution.HOUR, calendar))
    assert [(part.begin.minute, part.seconds) for part in parts] == [(0, 1800), (30, 3600), (30, 1800)]


def test_days_are_cut_where_the_business_day_begins() -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"), time(4))
    whole = Interval(datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC))
    parts = list(split(whole, Resolution.DAY, calendar))
    local = [part.begin.astimezone(calendar.time_zone).strftime("%d %H:%M") for part in parts]
    assert local == ["27 13:00", "28 04:00", "29 04:00", "30 04:00"]
    assert [part.seconds / 3600 for part in parts] == [15, 23, 24, 10]


def test_an_empty_range_has_no_parts() -> None:
    now = datetime(2026, 3, 3, tzinfo=UTC)
    assert list(split(Interval(now, now), Resolution.HOUR, Calendar(ZoneInfo("UTC")))) == []


@given(
    begin_minute=st.integers(0, 3 * 365 * 24 * 60),
    minutes=st.integers(1, 3 * 24 * 60),
    resolution=st.sampled_from([Resolution.QUARTER_HOUR, Resolution.HOUR, Resolution.DAY]),
    zone=st.sampled_from(["Europe/Berlin", NEW_YORK, "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_parts_always_make_up_the_whole(
    begin_minute: int, minutes: int, resolution: Resolution, zone: str
) -> None:
    begin = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=begin_minute)
    whole = Interval(begin, begin + timedelta(minutes=minutes))
    parts = list(split(whole, resolution, Calendar(ZoneInfo(zone), time(5))))
    assert parts[0].begin == whole.begin
    assert parts[-1].end == whole.end
    assert all(part.begin < part.end for part in parts)
    assert [part.end for part in parts[:-1]] == [part.begin for part in parts[1:]]


def test_a_row_is_shared_out_to_the_part_that_holds_it_and_to_no_other() -> None:
    hour = datetime(2026, 3, 3, 10, tzinfo=UTC)
    first = Interval(hour, hour + timedelta(hours=1))
    later = Interval(hour + timedelta(hours=2), hour + timedelta(hours=3))
    moments = [hour + timedelta(minutes=minute) for minute in (-1, 0, 59, 60, 119, 120, 180)]
    shares = shared_out(moments, [first, later], lambda moment: moment)
    assert shares == [[moments[1], moments[2]], [moments[5]]]
