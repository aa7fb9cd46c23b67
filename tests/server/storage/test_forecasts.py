"""Forecasts as they were said come back: the newest for each hour, and the old ones that are judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from server.storage.database import migrate, open_database, writing
from server.storage.forecasts import (
    KEPT_DAYS,
    ForecastDay,
    ForecastHour,
    forecast_series,
    forget_forecasts,
    issued,
    keep_forecast,
    newest_days,
    newest_forecast,
    said_before,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
FIRST = NIGHT.replace(minute=0)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as db:
        yield db


def _keep(db: Database, at: datetime, level: float, hours: int = 29 * 24, what: str = "entries") -> None:
    first = at.replace(minute=0)
    said = [ForecastHour(first + n * HOUR, level, level - 1, level + 1) for n in range(hours)]
    days = [ForecastDay(first.date() + n * DAY, level, level - 1, level + 1) for n in range(hours // 24)]
    with writing(db):
        keep_forecast(db, "shop", what, at, "boosting", said, days, ("This rests on 90 days.",))


def test_of_each_hour_comes_back_what_was_said_last(db: Database) -> None:
    _keep(db, NIGHT, 5)
    _keep(db, NIGHT + DAY, 7)
    found = newest_forecast(db, "shop", "entries", FIRST + 22 * HOUR, FIRST + 26 * HOUR)
    assert [hour.begin for hour in found] == [FIRST + n * HOUR for n in (22, 23, 24, 25)]
    assert [hour.median for hour in found] == [5, 5, 7, 7]
    assert found[2] == ForecastHour(FIRST + DAY, 7, 6, 8)


def test_hours_and_series_and_stores_without_a_forecast_are_left_out(db: Database) -> None:
    _keep(db, NIGHT, 5, hours=2)
    begin, end = FIRST - DAY, FIRST + DAY
    assert [hour.begin for hour in newest_forecast(db, "shop", "entries", begin, end)] == [
        FIRST,
        FIRST + HOUR,
    ]
    assert newest_forecast(db, "shop", "visits:tea", begin, end) == ()
    assert newest_forecast(db, "annex", "entries", begin, end) == ()


def test_days_are_those_of_the_newest_issue(db: Database) -> None:
    _keep(db, NIGHT, 5)
    _keep(db, NIGHT + DAY, 7)
    days = newest_days(db, "shop", "entries")
    assert days[0] == ForecastDay(date(2026, 3, 3), 7, 6, 8)
    assert len(days) == 29


def test_issues_are_told_newest_first_with_what_they_rest_on(db: Database) -> None:
    _keep(db, NIGHT, 5)
    _keep(db, NIGHT + DAY, 7)
    _keep(db, NIGHT, 3, what="product:TEA-1")
    assert [issue.issued_at for issue in issued(db, "shop", "entries")] == [NIGHT + DAY, NIGHT]
    assert issued(db, "shop", "entries")[0].basis == ("This rests on 90 days.",)
    assert forecast_series(db, "shop") == ["entries", "product:TEA-1"]


def test_the_same_forecast_kept_twice_is_kept_once(db: Database) -> None:
    _keep(db, NIGHT, 5)
    _keep(db, NIGHT, 6)
    assert len(issued(db, "shop", "entries")) == 1
    assert newest_forecast(db, "shop", "entries", FIRST, FIRST + HOUR)[0].median == 6


def test_what_was_said_a_day_a_week_and_four_weeks_ahead_stays(db: Database) -> None:
    for night in range(30):
        _keep(db, NIGHT + night * DAY, night)
    at = FIRST + 29 * DAY
    said = said_before(db, "shop", "entries", at, at + HOUR)
    assert [(at - one.issued_at.replace(minute=0)).days for one in said] == [27, 6, 0]
    before = said_before(db, "shop", "entries", at - HOUR, at)
    assert [(at - one.issued_at.replace(minute=0)).days for one in before] == [28, 7, 1]


def test_an_issue_of_each_hour_grows_no_faster_than_one_a_day(db: Database) -> None:
    for hour in range(50):
        _keep(db, NIGHT + hour * HOUR, hour)
    hours = db.execute("SELECT count(*) FROM forecast_hours").fetchone()[0]
    assert hours <= 29 * 24 + 3 * (24 + 48)


def test_a_year_of_nights_is_bounded(db: Database) -> None:
    for night in range(KEPT_DAYS + 5):
        _keep(db, NIGHT + night * DAY, night)
    hours = db.execute("SELECT count(*) FROM forecast_hours").fetchone()[0]
    assert hours == 29 * 24 + KEPT_DAYS * 72
    assert len(issued(db, "shop", "entries")) == KEPT_DAYS + 1


def test_what_nobody_forecasts_any_more_is_forgotten_by_its_age(db: Database) -> None:
    _keep(db, NIGHT, 5, what="product:GONE")
    _keep(db, NIGHT + DAY, 5)
    with writing(db):
        assert forget_forecasts(db, NIGHT + HOUR) == 1
    assert forecast_series(db, "shop") == ["entries"]
    assert db.execute("SELECT count(*) FROM forecast_hours").fetchone()[0] == 29 * 24
