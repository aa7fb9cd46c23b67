"""What traffic is expected where forecasts are stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.figures.reading import Source
from server.figures.terms import terms_of
from server.staffing.expecting import Expected
from server.staffing.forecast_traffic import FRESH, FromForecast, at_share
from server.staffing.request import TrafficAsked
from server.storage.database import open_database, writing
from server.storage.forecasts import ForecastHour, keep_forecast
from tests.server.filling import NOON, STORE, settings_for

DAY = NOON.date() + timedelta(days=1)
NIGHT = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC) - timedelta(hours=1)  # midnight in Berlin
HOUR = timedelta(hours=1)


class Usual:
    """Five entries and two customers each hour."""

    def traffic(self, days: Sequence[date]) -> Expected:
        hours = [datetime.combine(day, time(hour)) for day in days for hour in range(24)]
        rows = tuple(TrafficAsked(begin=hour, entries=5, transactions=2) for hour in hours)
        return Expected(rows, "it is as usual")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    settings = settings_for(tmp_path)
    with open_database(settings.database) as db:
        yield Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))


def forecast(source: Source, what: str, hours: int, at: datetime = NOON) -> None:
    """Each hour of tomorrow is expected to bring its number, at most twice that."""
    told = [ForecastHour(NIGHT + n * HOUR, float(n), n / 2, 2.0 * n) for n in range(hours)]
    with writing(source.db):
        keep_forecast(source.db, STORE, what, at, "seasonal naive", told)


def test_hours_are_expected_as_forecast_and_it_is_told_since_when(source: Source) -> None:
    forecast(source, "entries", 24)
    forecast(source, "transactions", 24)
    found = FromForecast(source, NOON, Usual()).traffic([DAY])
    assert [row.begin.hour for row in found.rows] == list(range(24))
    assert [row.entries for row in found.rows] == pytest.approx(list(range(24)))
    assert [row.transactions for row in found.rows] == pytest.approx(list(range(24)))
    assert found.said == "traffic is expected as forecast on 2026-03-03 12:00"


def test_hours_without_a_forecast_are_expected_as_in_the_last_weeks(source: Source) -> None:
    forecast(source, "entries", 20)
    found = FromForecast(source, NOON, Usual()).traffic([DAY])
    assert [(row.entries, row.transactions) for row in found.rows[18:21]] == [
        (pytest.approx(18), 2),
        (pytest.approx(19), 2),
        (5, 2),
    ]
    assert found.said.endswith("; what that does not tell: it is as usual")


def test_an_old_forecast_is_not_used(source: Source) -> None:
    forecast(source, "entries", 24, NOON - FRESH - HOUR)
    assert FromForecast(source, NOON, Usual()).traffic([DAY]).said == "it is as usual"


def test_a_careful_planner_gets_the_upper_end_of_the_range(source: Source) -> None:
    forecast(source, "entries", 24)
    found = FromForecast(source, NOON, Usual(), share=0.9).traffic([DAY])
    assert found.rows[12].entries == pytest.approx(24)
    assert "in 90% of cases no more come in an hour than is planned for" in found.said


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0.5, 0.9), st.floats(0.5, 0.9))
def test_the_more_careful_the_more_is_expected(median: float, more: float, one: float, other: float) -> None:
    hour = ForecastHour(NOON, median, 0.0, median + more)
    low, high = at_share(hour, min(one, other)), at_share(hour, max(one, other))
    assert hour.median <= low * (1 + 1e-9) + 1e-9
    assert low <= high * (1 + 1e-9) + 1e-9
    assert high <= hour.high * (1 + 1e-9) + 1e-9
