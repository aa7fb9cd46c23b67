"""Stored forecasts by the API: hours, days, tables, and how right they were."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from server.config import Settings
from server.storage.database import open_database, writing
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, settings_for
from tests.server.forecasting.told_shop import NIGHT, say, told_shop

API = f"/api/v1/stores/{STORE}/forecast"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return told_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def ask(settings: Settings) -> Asking:
    return asking(settings, NOON)


def test_the_newest_forecast_is_told_from_the_hour_that_runs_with_days_of_their_own(ask: Asking) -> None:
    told = ask.get(f"{API}?days=2").json()
    assert (told["store"], told["what"], told["unit"]) == (STORE, "entries", "people")
    assert (told["issued_at"], told["model"]) == ("2026-03-03T02:30:00Z", "boosting")
    assert told["hours"][0] == {
        "begin": "2026-03-03T11:00:00Z",
        "begin_local": "2026-03-03T12:00:00+01:00",
        "median": 10.0,
        "low": 7.0,
        "high": 14.0,
    }
    assert len(told["hours"]) == 12 + 24
    assert told["days"][1] == {"day": "2026-03-04", "median": 90.0, "low": 75.0, "high": 108.0}
    assert told["basis"] == ["This rests on 10 days."]
    assert told["training"]["sentence"] == "taught for the first time"
    assert told["series"] == [{"what": "entries", "title": "Entries"}]


def test_as_a_table_a_row_is_an_hour(ask: Asking) -> None:
    text = ask.get(f"{API}?days=1", headers={"Accept": "text/csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0] == {
        "begin_utc": "2026-03-03T11:00:00Z",
        "begin_local": "2026-03-03T12:00:00+01:00",
        "median": "10.0",
        "low": "7.0",
        "high": "14.0",
    }
    assert len(rows) == 12


def test_an_answer_that_is_known_is_not_sent_again_until_there_is_a_new_forecast(tmp_path: Path) -> None:
    settings = told_shop(tmp_path)
    ask = asking(settings, NOON)
    tag = {"If-None-Match": ask.get(API).headers["ETag"]}
    assert ask.get(API, headers=tag).status_code == 304
    with open_database(settings.database) as db, writing(db):
        say(db, NIGHT + timedelta(hours=6))
    assert ask.get(API, headers=tag).status_code == 200


def test_forecasts_are_told_beside_what_came(ask: Asking) -> None:
    told = ask.get(f"{API}/accuracy").json()
    day, week, four_weeks = told["ages"]
    # Nine days since the first forecast, nine hours each; a week before, the last three of them are known.
    assert day["recent"] == {
        "hours": 81, "mae": 2.0, "bias": 2.0, "coverage": 1.0, "naive_mae": 0.0, "mase": None,
    }  # fmt: skip
    assert [one["begin"] for one in day["weeks"]] == ["2026-02-23T23:00:00Z"]
    assert (week["days_ahead"], week["recent"]) == (7, {**day["recent"], "hours": 27})
    assert (four_weeks["days_ahead"], four_weeks["recent"], four_weeks["weeks"]) == (28, None, [])
    assert told["verdicts"] == []


def test_as_a_table_a_row_is_the_last_four_weeks_or_a_week(ask: Asking) -> None:
    text = ask.get(f"{API}/accuracy", headers={"Accept": "text/csv"}).text
    rows = csv.DictReader(io.StringIO(text))
    assert [(row["days_ahead"], row["week_begin_utc"], row["hours"]) for row in rows] == [
        ("1", "", "81"),
        ("1", "2026-02-23T23:00:00Z", "63"),
        ("7", "", "27"),
        ("7", "2026-02-23T23:00:00Z", "27"),
    ]


@pytest.mark.parametrize("path", [API, f"{API}/accuracy"])
def test_a_series_that_there_cannot_be_is_told_with_those_that_there_can(ask: Asking, path: str) -> None:
    answer = ask.get(f"{path}?what=weather")
    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "what: 'weather' cannot be forecast; known are: entries, transactions, visits:ZONE, product:SKU."
    )


def test_where_nothing_was_forecast_there_is_nothing_and_no_error(tmp_path: Path) -> None:
    ask = asking(settings_for(tmp_path), NOON)
    told = ask.get(f"{API}?what=product:TEA-1").json()
    assert (told["issued_at"], told["hours"], told["days"], told["unit"]) == (None, [], [], "pieces")
    assert ask.get(f"{API}/accuracy").json()["ages"] == []


@pytest.mark.parametrize("days", ["0", "43", "many"])
def test_no_more_days_are_told_than_are_forecast(ask: Asking, days: str) -> None:
    assert ask.get(f"{API}?days={days}").status_code == 422


def test_stored_forecasts_are_told_where_what_makes_them_is_not_installed() -> None:
    script = (
        "import sys; sys.modules.update(dict.fromkeys(['numpy', 'sklearn', 'scipy', 'holidays']));"
        "import server.api.forecast_routes, server.dashboard.forecast_page, server.upkeep.forecasting"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


def test_the_days_asked_for_are_told_up_to_their_last_hour(ask: Asking) -> None:
    assert ask.get(f"{API}?days=7").json()["hours"][-1]["begin"] == "2026-03-09T22:00:00Z"
