"""Stored forecasts against what came: by their age, beside last week's hour, and in sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.forecasting.ageing import FEWEST_HOURS, Aged, Compared, accuracy, aged, verdicts
from server.storage.forecasts import ForecastHour, SaidBefore

BERLIN = ZoneInfo("Europe/Berlin")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime(2026, 3, 1, 23, tzinfo=UTC)
"""Midnight of Monday, March 2, in Berlin."""


def _compared(
    n: int, came: float, median: float, reach: float = 2, naive: float | None = None
) -> list[Compared]:
    return [
        Compared(NOW - HOUR * number, 1, came, median, median - reach, median + reach, naive)
        for number in range(1, n + 1)
    ]


def _said(days: int, ahead: int, median: float, reach: float = 2.0) -> list[SaidBefore]:
    """One issue a day at half past two, of which the hours of one day ahead stand here."""
    hours = []
    for day in range(days):
        issued = NOW - (day + ahead) * DAY + timedelta(minutes=30)
        first = issued.replace(minute=0) + (ahead - 1) * DAY
        hours += [
            SaidBefore(
                issued, ForecastHour(first + n * HOUR, median, max(0.0, median - reach), median + reach)
            )
            for n in range(24)
        ]
    return hours


def _came(days: int, value: float) -> dict[datetime, float | None]:
    return {NOW - HOUR * n: value for n in range(1, days * 24 + 1)}


def test_error_bias_coverage_and_the_multiple_of_last_weeks_hour_are_means_over_hours() -> None:
    found = accuracy([*_compared(30, 10, 11, naive=14), *_compared(30, 10, 5, naive=None)])
    assert found is not None
    assert (found.hours, found.mae, found.bias, found.coverage) == (60, 3, -2, 0.5)
    assert (found.naive_mae, found.mase) == (4, 0.25)


def test_of_too_few_hours_nothing_is_said() -> None:
    assert accuracy(_compared(FEWEST_HOURS - 1, 10, 11)) is None
    assert accuracy(_compared(FEWEST_HOURS, 10, 11)) is not None


@pytest.mark.parametrize("age", [1, 7, 28])
def test_each_hour_stands_with_the_age_at_which_it_was_said(age: int) -> None:
    found = aged(_said(14, age, 12), _came(80, 10), BERLIN, NOW)
    hours = {one.age: one.recent.hours if one.recent else 0 for one in found}
    assert hours == {1: 0, 7: 0, 28: 0} | {age: 14 * 24}


def test_beside_a_forecast_of_28_days_stands_the_hour_of_four_weeks_before() -> None:
    came = {at: 10.0 if at >= NOW - 21 * DAY else 4.0 for at in _came(80, 0)}
    found = aged(_said(7, 28, 10), came, BERLIN, NOW)[2].recent
    assert found is not None
    assert found.naive_mae == 6


def test_last_weeks_hour_is_that_of_the_clock_on_the_wall() -> None:
    summer = datetime(2026, 4, 1, 22, tzinfo=UTC)
    said = [SaidBefore(summer - DAY, ForecastHour(summer - DAY + n * HOUR, 5, 0, 9)) for n in range(24)]
    came: dict[datetime, float | None] = {}
    for number in range(24 * 14):
        at = summer - HOUR * (number + 1)
        came[at] = float(at.astimezone(BERLIN).hour)
    found = aged(said, came, BERLIN, summer)[0].recent
    assert found is not None
    assert found.naive_mae == 0


def test_hours_that_are_not_known_and_closed_ones_are_left_out() -> None:
    said = _said(3, 1, 0, reach=0) + _said(6, 1, 12)[72:]
    came = {at: (0.0 if at >= NOW - 3 * DAY else None if at.hour < 12 else 9.0) for at in _came(6, 0)}
    found = aged(said, came, BERLIN, NOW)[0].recent
    assert found is not None
    assert found.hours == 36


def test_weeks_are_told_oldest_first() -> None:
    weeks = aged(_said(21, 1, 12), _came(40, 10), BERLIN, NOW)[0].weeks
    assert [begin for begin, _ in weeks] == [NOW - n * 7 * DAY for n in (3, 2, 1)]
    assert {found.hours for _, found in weeks} == {7 * 24}


def _verdict(compared: list[Compared]) -> tuple[str, ...]:
    return verdicts([Aged(7, accuracy(compared), ())])


def test_a_range_that_no_longer_covers_and_a_forecast_worse_than_last_week_are_told() -> None:
    (covers_no_more,) = _verdict([*_compared(60, 10, 10), *_compared(60, 10, 13)])
    assert "only 50 % of hours came within the range that was said 7 days ahead" in covers_no_more
    (worse,) = _verdict(_compared(120, 10, 11.5, naive=11))
    assert "forecasts made 7 days ahead missed 50 % more than last week's hour" in worse


def test_of_a_forecast_that_holds_and_of_one_that_is_new_nothing_is_told() -> None:
    assert _verdict(_compared(120, 10, 11, naive=14)) == ()
    assert _verdict(_compared(60, 10, 13)) == ()
