from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.metrics.intervals import Interval, Resolution, split
from server.metrics.retail import RetailYear
from tests.server.metrics.rows_for_tests import BERLIN


@pytest.mark.parametrize(
    ("year", "begin"),
    [
        # As published by the National Retail Federation.
        pytest.param(2017, date(2017, 1, 29), id="53 weeks"),
        pytest.param(2018, date(2018, 2, 4), id="after 53 weeks"),
        pytest.param(2023, date(2023, 1, 29), id="53 weeks again"),
        pytest.param(2024, date(2024, 2, 4), id="after them"),
        pytest.param(2025, date(2025, 2, 2), id="2025"),
        pytest.param(2026, date(2026, 2, 1), id="on the day itself"),
    ],
)
def test_a_retail_year_begins_on_the_sunday_nearest_to_the_first_of_february(year: int, begin: date) -> None:
    assert RetailYear().begin(year) == begin


def test_months_of_a_retail_year_have_four_five_and_four_weeks_and_a_53rd_belongs_to_the_last() -> None:
    weeks, day = [], date(2023, 1, 29)
    while day < date(2024, 2, 4):
        after = RetailYear().month_after(day)
        weeks.append((after - day).days / 7)
        day = after
    assert weeks == [4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5]


@given(
    day=st.dates(date(1971, 1, 1), date(2099, 1, 1)),
    month=st.integers(1, 12),
    anchor=st.integers(1, 28),
    weekday=st.integers(0, 6),
)
def test_every_day_lies_within_one_retail_year(day: date, month: int, anchor: int, weekday: int) -> None:
    laid = RetailYear(month, anchor, weekday)
    year = laid.year_of(day)
    assert laid.begin(year) <= day < laid.begin(year + 1)
    assert laid.begin(year).weekday() == weekday
    assert abs(laid.begin(year) - date(year, month, anchor)) <= timedelta(days=3)
    assert day < laid.month_after(day) <= day + timedelta(weeks=5)


@pytest.mark.parametrize(
    ("resolution", "begins"),
    [
        pytest.param(Resolution.WEEK, [date(2026, 2, 25), date(2026, 3, 2), date(2026, 3, 9)], id="week"),
        pytest.param(Resolution.MONTH, [date(2026, 2, 25), date(2026, 3, 1)], id="month"),
        pytest.param(Resolution.RETAIL_MONTH, [date(2026, 2, 25), date(2026, 3, 1)], id="retail month"),
    ],
)
def test_a_range_is_cut_where_weeks_and_months_begin(resolution: Resolution, begins: list[date]) -> None:
    whole = Interval(
        BERLIN.business_day(date(2026, 2, 25)).begin, BERLIN.business_day(date(2026, 3, 11)).begin
    )
    parts = list(split(whole, resolution, BERLIN))
    assert [BERLIN.day_of(part.begin) for part in parts] == begins
    assert [BERLIN.is_edge(part.begin, resolution) for part in parts] == [False, *[True] * (len(begins) - 1)]


def test_a_week_in_which_the_clocks_go_forward_has_an_hour_less() -> None:
    whole = Interval(datetime(2026, 3, 22, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))
    assert list(split(whole, Resolution.WEEK, BERLIN)) == [whole]
    assert whole.seconds == (7 * 24 - 1) * 3600
