"""Between the store's clock and steps: clock changes, midnight, closed days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.staffing.grid import asked_of, days_of, grid_of
from server.staffing.terms import Day
from tests.server.staffing.requests import asked, person

BERLIN = ZoneInfo("Europe/Berlin")


def hours_of(day: date, opens: str, closes: str) -> tuple[float, str, str]:
    """Hours of work on one day, and the first and last edge as the store's clock shows them."""
    request = asked(first_day=day, hours={day: {"opens": opens, "closes": closes}})
    grid = grid_of(request, BERLIN)
    (span,) = days_of(request, grid)
    length = (span.closes - span.opens) / 2
    return length, f"{grid.at(span.opens):%d %H:%M}", f"{grid.at(span.closes):%d %H:%M}"


@pytest.mark.parametrize(
    ("day", "opens", "closes", "expected"),
    [
        pytest.param(date(2026, 3, 2), "08:00", "20:00", (12, "02 08:00", "02 20:00"), id="any day"),
        pytest.param(date(2026, 3, 29), "00:00", "00:00", (23, "29 00:00", "30 00:00"), id="clock forward"),
        pytest.param(
            date(2026, 3, 29), "01:00", "06:00", (4, "29 01:00", "29 06:00"), id="over the lost hour"
        ),
        pytest.param(
            date(2026, 3, 29), "08:00", "20:00", (12, "29 08:00", "29 20:00"), id="after the lost hour"
        ),
        pytest.param(date(2026, 10, 25), "00:00", "00:00", (25, "25 00:00", "26 00:00"), id="clock back"),
        pytest.param(
            date(2026, 10, 25),
            "01:00",
            "06:00",
            (6, "25 01:00", "25 06:00"),
            id="over the hour that comes twice",
        ),
        pytest.param(
            date(2026, 3, 2), "16:00", "00:00", (8, "02 16:00", "03 00:00"), id="closes at midnight"
        ),
        pytest.param(
            date(2026, 3, 2),
            "08:10",
            "15:50",
            (7, "02 08:30", "02 15:30"),
            id="between steps, rounded inwards",
        ),
    ],
)
def test_a_day_has_the_steps_that_really_pass(
    day: date, opens: str, closes: str, expected: tuple[float, str, str]
) -> None:
    assert hours_of(day, opens, closes) == expected


def test_a_date_goes_before_its_weekday_and_a_day_without_hours_is_closed() -> None:
    hours = {
        "monday": {"opens": "08:00", "closes": "16:00"},
        "2026-03-09": {"opens": "10:00", "closes": "12:00"},
    }
    request = asked(days=8, hours=hours)
    days = days_of(request, grid_of(request, BERLIN))
    assert days[0] == Day(16, 32)
    assert set(days[1:7]) == {Day(0, 0)}
    assert days[7] == Day(7 * 48 + 20, 7 * 48 + 24)


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        pytest.param({"begin": "2026-03-02"}, (0, 48), id="a day"),
        pytest.param({"begin": "2026-03-02", "end": "2026-03-03"}, (0, 96), id="two days, the last included"),
        pytest.param(
            {"begin": "2026-03-02T09:10", "end": "2026-03-02T10:10"}, (18, 21), id="rounded outwards"
        ),
        pytest.param({"begin": "2026-02-20", "end": "2026-03-01"}, (-480, 0), id="over before it begins"),
        pytest.param({"begin": "2026-03-02T12:00"}, (24, 48), id="from noon on"),
    ],
)
def test_absences_never_leave_a_step_in_which_somebody_is_away(
    away: dict[str, Any], expected: tuple[int, int]
) -> None:
    request = asked(people=[person("Ann", away=[away])])
    (ann,) = asked_of(request, grid_of(request, BERLIN), ()).people
    assert ann.away == (expected,)


def test_the_rest_after_the_last_shift_before_the_range_is_kept() -> None:
    request = asked(people=[person("Ann", last_end=datetime(2026, 3, 1, 22, 0))])  # noqa: DTZ001 -- local
    (ann,) = asked_of(request, grid_of(request, BERLIN), ()).people
    assert ann.free_from == 18  # 11 hours later it is 9 o'clock
