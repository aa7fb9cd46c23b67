"""Quiet hours, opening hours and usual hours by a shop's own clock, over midnight and changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.triggering.hours import Opening, closes_at, is_within, opening_of, quiet_at, usual_hours

BERLIN = ZoneInfo("Europe/Berlin")
clocks = st.times().map(lambda clock: clock.replace(microsecond=0, tzinfo=None))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001 -- the zone comes next
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("begin", "end", "now", "expected"),
    [
        pytest.param("20:00", "08:00", "2026-03-03T12:00", "2026-03-03T20:00", id="this evening"),
        pytest.param("20:00", "08:00", "2026-03-03T23:00", "2026-03-03T23:00", id="it is the night"),
        pytest.param("20:00", "08:00", "2026-03-03T07:59", "2026-03-03T07:59", id="and the early morning"),
        pytest.param("12:00", "14:00", "2026-03-03T14:00", "2026-03-04T12:00", id="over, tomorrow again"),
        pytest.param("12:00", "14:00", "2026-03-03T12:00", "2026-03-03T12:00", id="its first moment"),
    ],
)
def test_quiet_hours(begin: str, end: str, now: str, expected: str) -> None:
    found = quiet_at(time.fromisoformat(begin), time.fromisoformat(end), BERLIN, local(now))
    assert found == local(expected)


@given(clocks, clocks, moments)
def test_quiet_hours_begin_now_exactly_where_they_are(begin: time, end: time, now: datetime) -> None:
    if begin == end:
        return
    found = quiet_at(begin, end, BERLIN, now)
    assert (found == now) or found > now - timedelta(hours=1)
    assert (found == now) == is_within(now.astimezone(BERLIN).time(), begin, end)


OPENING = opening_of(
    [(2, "09:00", "13:00"), (2, "14:00", "18:00"), (5, "18:00", "02:00")],
    [("2026-03-10", "Stocktaking", None, None), ("2026-03-17", "Late opening", "12:00", "20:00")],
)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-03-03T12:59", "2026-03-03T13:00", id="until lunch"),
        pytest.param("2026-03-03T13:30", "2026-03-03T13:30", id="closed over lunch"),
        pytest.param("2026-03-07T01:00", "2026-03-07T02:00", id="open past midnight"),
        pytest.param("2026-03-04T12:00", "2026-03-04T12:00", id="a day without hours"),
        pytest.param("2026-03-10T12:00", "2026-03-10T12:00", id="shut on a holiday"),
        pytest.param("2026-03-17T19:00", "2026-03-17T20:00", id="hours of a special day"),
    ],
)
def test_opening_hours(now: str, expected: str) -> None:
    assert closes_at(OPENING, BERLIN, local(now)) == local(expected)


def test_a_store_that_says_no_hours_is_never_taken_for_closed() -> None:
    assert closes_at(Opening(), BERLIN, local("2026-03-03T03:00")) is None


def test_usual_hours_are_the_same_by_the_local_clock_over_a_change_of_clocks() -> None:
    found = usual_hours(local("2026-04-07T12:30"), 2, BERLIN)
    assert [hour.begin for hour in found] == [local("2026-03-31T12:00"), local("2026-03-24T12:00")]
    assert [hour.seconds for hour in found] == [3600, 3600]


def test_an_hour_that_a_change_of_clocks_left_out_is_left_out() -> None:
    found = usual_hours(local("2026-04-05T02:30"), 2, BERLIN)
    assert [hour.begin for hour in found] == [local("2026-03-22T02:00")]
