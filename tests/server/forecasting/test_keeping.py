"""All forecasts of a store, made and kept: what is forecast, what is left out, and what the command says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database
from typer.testing import CliRunner

from server.commands import app
from server.config import Settings
from server.forecasting.keeping import StoreForecasts, forecasts_of, keep_forecasts
from server.forecasting.naive import MeanWeek, SeasonalNaive
from server.forecasting.standing import Standing, accuracy_of, standing, titles
from server.forecasting_settings import ForecastingSettings
from server.storage.database import open_database
from server.storage.forecast_training import last_run, training_of
from server.storage.forecasts import issued, newest_forecast
from server.upkeep.forecasting import forecast_nightly, make_forecasts
from tests.server.filling import STORE, fill, settings_for
from tests.server.forecasting.counted_shop import DAY, FIRST, HOUR, counted, filled, source_of

DAYS = 28
MODELS = (SeasonalNaive(), MeanWeek())
NIGHT = FIRST + DAYS * DAY + timedelta(hours=3, minutes=30)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Four weeks, and a forecast of each of the last five nights, the newest of them of Monday, Feb. 2."""
    known = filled(tmp_path_factory.mktemp("shop"), DAYS)
    settings = known.model_copy(update={"forecasting": ForecastingSettings(days=8)})
    with open_database(settings.database) as db:
        for night in range(4, -1, -1):
            keep_forecasts(db, forecasts_of(db, settings, STORE, NIGHT - night * DAY, MODELS))
    return settings


@pytest.fixture
def db(shop: Settings) -> Iterator[Database]:
    with open_database(shop.database, read_only=True) as db:
        yield db


def _made(settings: Settings, **changes: object) -> StoreForecasts:
    asked = settings.model_copy(update={"forecasting": ForecastingSettings.model_validate(changes)})
    with open_database(settings.database, read_only=True) as db:
        return forecasts_of(db, asked, STORE, NIGHT, MODELS)


def _standing(db: Database, shop: Settings, what: str, days: int = 7) -> Standing:
    return standing(source_of(db, shop), what, NIGHT + HOUR, days)


def test_entries_tickets_zones_and_what_sells_best_are_forecast(shop: Settings) -> None:
    made = _made(shop, days=2)
    assert [one.what for one in made.expected] == [
        "entries", "visits:tea", "transactions", "product:TEA-1", "product:scone",
    ]  # fmt: skip
    assert "left out: visits:gifts: nothing was counted yet" in made.sentences
    assert {len(one.hours) for one in made.expected} == {48}


@pytest.mark.parametrize(
    ("asked", "whats"),
    [
        ({"series": ("entries",), "products": 0}, ["entries"]),
        ({"series": (), "products": 1}, ["product:TEA-1"]),
        ({"series": (), "products": 0}, []),
    ],
)
def test_only_what_is_asked_for_is_forecast(
    shop: Settings, asked: dict[str, object], whats: list[str]
) -> None:
    assert [one.what for one in _made(shop, days=1, **asked).expected] == whats


def test_what_is_kept_is_what_was_made(db: Database, shop: Settings) -> None:
    made = next(one for one in _made(shop, days=2).expected if one.what == "transactions")
    kept = newest_forecast(db, STORE, "transactions", NIGHT, NIGHT + DAY)
    assert kept == made.hours[1:25]
    found = _standing(db, shop, "transactions")
    assert found.issue is not None
    assert (found.issue.issued_at, found.issue.basis[0]) == (NIGHT, made.sentences[0])


def test_pieces_of_a_day_are_about_those_that_sell(db: Database, shop: Settings) -> None:
    days = {one.day: one for one in _standing(db, shop, "product:TEA-1").days}
    monday, sunday = days[date(2026, 2, 2)], days[date(2026, 2, 8)]
    assert monday.median == pytest.approx(18, abs=1)
    assert monday.low <= monday.median <= monday.high
    assert (sunday.median, sunday.high) == (0, 0)


def test_what_is_shown_begins_with_the_hour_that_runs_and_ends_with_a_whole_day(
    db: Database, shop: Settings
) -> None:
    found = _standing(db, shop, "entries", days=2)
    assert found.hours[0].begin == NIGHT.replace(minute=0) + HOUR
    assert found.hours[-1].begin == FIRST + (DAYS + 2) * DAY - HOUR
    assert [one.day for one in found.days] == [date(2026, 2, 2), date(2026, 2, 3)]


def test_how_it_was_taught_and_what_came_of_it_is_kept(db: Database) -> None:
    training = training_of(db, STORE, "counts")
    assert training is not None
    assert (training.taught_until.date(), training.retrained_at) == (date(2026, 2, 2), NIGHT)
    run = last_run(db, STORE)
    assert run is not None
    assert run.sentences[0] == "3 forecasts of counts"


def test_forecasts_are_set_against_what_came(db: Database, shop: Settings) -> None:
    day, week, four_weeks = accuracy_of(source_of(db, shop), "entries", NIGHT)
    assert day.recent is not None
    # Thursday, Friday and Saturday with nine hours each; on Sunday it was closed.
    assert day.recent.hours == 27
    assert day.recent.mae < 2
    assert day.recent.naive_mae == 0
    assert (week.recent, four_weeks.recent) == (None, None)
    assert accuracy_of(source_of(db, shop), "visits:gifts", NIGHT) == ()


def test_series_are_called_as_people_call_them(db: Database, shop: Settings) -> None:
    named = titles(source_of(db, shop), {"tea": "Tea shelf"}, NIGHT)
    assert named == {
        "entries": "Entries",
        "transactions": "Transactions",
        "visits:tea": "Visits: Tea shelf",
        "product:TEA-1": "Pieces: TEA-1",
        "product:scone": "Pieces: scone",
    }


def test_the_command_keeps_forecasts_and_says_what_it_could_not_forecast(tmp_path: Path) -> None:
    settings = filled(tmp_path, 3)
    file = tmp_path / "server.toml"
    file.write_text(
        'database = "footfall.db"\nforecasting.days = 2\n'
        "[stores.corner]\nname = 'Corner'\ntime_zone = 'Europe/Berlin'\n"
        "[stores.annex]\nname = 'Annex'\ntime_zone = 'Europe/Berlin'\nholidays = 'XX'\n",
        encoding="utf-8",
    )
    arguments = ["keep-forecasts", "--config", str(file)]
    said = CliRunner().invoke(app, [*arguments, "--store", STORE])
    assert said.exit_code == 0
    assert "corner: left out: " in said.output
    with open_database(settings.database, read_only=True) as db:
        assert issued(db, "annex", "entries") == []
    found = json.loads(CliRunner().invoke(app, [*arguments, "--store", "annex", "--json"]).output)
    assert found["annex"]["sentences"] == [
        "left out: entries, transactions: nothing was counted in annex yet"
    ]


def test_a_country_that_nobody_knows_stops_one_stores_forecasts_and_is_kept_as_why(tmp_path: Path) -> None:
    known = filled(tmp_path, 3)
    store = known.stores[STORE].model_copy(update={"holidays": "XX"})
    settings = known.model_copy(update={"stores": {STORE: store}})
    assert not make_forecasts(settings, STORE, FIRST + 3 * DAY)
    with open_database(settings.database, read_only=True) as db:
        run = last_run(db, STORE)
    assert run is not None
    assert run.sentences == (
        "no forecast was made: no holidays are known of 'XX'"
        " (name a country as DE, or a part of it as DE-BY)",
    )


def test_a_shop_of_one_day_and_one_that_does_not_want_it_are_left_alone_at_night(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    fill(settings, counted(0), FIRST + DAY)
    assert forecast_nightly(settings, FIRST + DAY) == {}
    fill(settings, [*counted(1), *counted(2)], FIRST + 3 * DAY)
    off = settings.model_copy(update={"forecasting": ForecastingSettings(nightly=False)})
    assert forecast_nightly(off, FIRST + 3 * DAY) == {}


@pytest.mark.long
def test_each_night_forecasts_are_made_in_a_process_of_their_own(tmp_path: Path) -> None:
    settings = filled(tmp_path, 15)
    night = FIRST + 15 * DAY + timedelta(hours=3)
    said = forecast_nightly(settings, night)
    assert said[STORE].startswith("3 forecasts of counts; ")
    with open_database(settings.database, read_only=True) as db:
        assert issued(db, STORE, "entries")[0].issued_at == night
