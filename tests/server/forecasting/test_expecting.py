"""A store's forecast from its database: what it reads, what it says, and what it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.wire import Counts
from server.commands import app
from server.config import Settings
from server.errors import ServerError
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.forecasting.choosing import Knowledge
from server.forecasting.expecting import Expected, expected
from server.forecasting.naive import MeanWeek, SeasonalNaive
from server.forecasting.reading import hours_of
from server.storage.database import open_database
from tests.server.filling import STORE, counts, fill, settings_for, zone_count

FIRST = datetime(2026, 3, 1, 23, tzinfo=UTC)
"""Midnight of Monday, March 2, in Berlin; the clock changes on the 29th."""

DAYS = 30


def _minutes_of(day: int, *, silent: frozenset[int] = frozenset()) -> list[Counts]:
    begin = FIRST + timedelta(days=day)
    hours = [hour for hour in range(24) if hour not in silent]
    return [
        counts(begin + timedelta(hours=hour), came, 0, [zone_count("tea", [20.0] * came)], minutes=60)
        for hour in hours
        for came in [10 + day % 7 if 9 <= hour < 18 else 0]
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Thirty days of a door, with an hour of the fifth day in which the camera was away."""
    settings = settings_for(tmp_path_factory.mktemp("shop"))
    for day in range(DAYS):
        silent = frozenset({12}) if day == 4 else frozenset()
        fill(settings, _minutes_of(day, silent=silent), FIRST + timedelta(days=day + 1))
    return settings


def _expected(settings: Settings, what: str = "entries", hours: int = 48, days: int = DAYS) -> Expected:
    with open_database(settings.database, read_only=True) as db:
        source = Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))
        now = FIRST + timedelta(days=days, minutes=5)
        return expected(source, what, hours, now, models=(SeasonalNaive(), MeanWeek()))


def test_hours_are_read_as_they_were_counted_and_unwatched_ones_are_unknown(shop: Settings) -> None:
    with open_database(shop.database, read_only=True) as db:
        source = Source(db, STORE, terms_of(db, STORE, shop.store(STORE)))
        panel = hours_of(source, "entries", FIRST + timedelta(days=6))
    assert panel.start == datetime.fromisoformat("2026-03-02")
    assert panel.hours == 6 * 24
    assert panel.values[[8, 9, 24 + 17], 0].tolist() == [0, 10, 11]
    assert [
        number for number in range(panel.hours) if panel.values[number, 0] != panel.values[number, 0]
    ] == [4 * 24 + 12]


@pytest.mark.parametrize("what", ["entries", "visits:tea"])
def test_the_days_to_come_are_forecast_from_those_that_were(shop: Settings, what: str) -> None:
    found = _expected(shop, what)
    assert found.knowledge is Knowledge.WEEKS
    assert len(found.hours) == 48
    # The clock is an hour ahead since Sunday, so the same instants are an hour later on the shop's clock.
    busy = [hour for hour in found.hours if hour.median > 5]
    assert 18 <= len(busy) <= 20
    assert all(hour.low <= hour.median <= hour.high for hour in found.hours)
    assert any("missed an hour by" in sentence for sentence in found.sentences)


def test_after_three_days_it_says_how_little_it_knows(shop: Settings) -> None:
    found = _expected(shop, days=3)
    assert found.knowledge is Knowledge.DAYS
    assert found.mae is None
    assert found.sentences == (
        "This rests on 3 days, too few to be tried on the past: half or twice as many may come.",
    )
    busiest = max(found.hours, key=lambda hour: hour.median)
    assert busiest.high > 1.9 * busiest.median > 15


def test_what_is_not_counted_is_refused_with_what_is(shop: Settings) -> None:
    with pytest.raises(ServerError, match="'visits:cheese' cannot be forecast") as refused:
        _expected(shop, "visits:cheese")
    assert refused.value.hint == "known are: entries, transactions, visits:tea, visits:gifts, product:SKU"


def test_a_store_in_which_nothing_was_counted_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="nothing was counted in corner yet"):
        _expected(settings_for(tmp_path))


def test_a_store_that_fell_silent_two_months_ago_is_told_so(shop: Settings) -> None:
    with pytest.raises(ServerError, match="nothing was counted since 2026-04-01"):
        _expected(shop, days=DAYS + 60)


def test_the_command_prints_the_hours_as_json_and_as_a_table(tmp_path: Path) -> None:
    shop, now = settings_for(tmp_path), datetime.now(UTC)
    begin = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=3)
    fill(shop, [counts(begin + timedelta(hours=hour), 7, 0, minutes=60) for hour in range(72)], now)
    file = tmp_path / "server.toml"
    # A zone whose days all have 24 hours, for the command knows the time itself.
    file.write_text(
        f'database = "{shop.database}"\n[stores.{STORE}]\nname = "Corner"\ntime_zone = "UTC"\n',
        encoding="utf-8",
    )
    arguments = ["forecast", "--store", STORE, "--days", "2", "--holidays", "DE-BE", "--config", str(file)]
    as_json = CliRunner().invoke(app, [*arguments, "--json"])
    found = json.loads(as_json.output)
    assert {hour["median"] for hour in found["hours"]} == {7.0}
    assert (found["store"], found["what"], len(found["hours"])) == (STORE, "entries", 48)
    table = CliRunner().invoke(app, arguments)
    assert table.exit_code == 0
    assert "entries of corner" in table.output


@pytest.mark.parametrize("place", ["XX", "DE-XX"])
def test_a_country_that_nobody_knows_is_refused(shop: Settings, tmp_path: Path, place: str) -> None:
    with open_database(shop.database, read_only=True) as db:
        source = Source(db, STORE, terms_of(db, STORE, shop.store(STORE)))
        with pytest.raises(ServerError, match=f"no holidays are known of '{place}'"):
            expected(source, "entries", 24, FIRST + timedelta(days=3), place)
