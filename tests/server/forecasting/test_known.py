"""What the catalogue says of days, as forecasts take it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from server.figures.reading import Source
from server.figures.terms import terms_of
from server.forecasting.expecting import expected
from server.forecasting.reading import known_of
from server.forecasting.series import Known, Panel, Weather
from server.storage.catalogue import replace_part
from server.storage.database import open_database, writing
from tests.server.filling import STORE, counts, fill, settings_for

PANEL = Panel(datetime.fromisoformat("2026-02-02"), ("door",), np.ones((28 * 24, 1)))
"""February 2026, from its first Monday."""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return _known_of(tmp_path_factory.mktemp("shop"))


def _known_of(folder: Path) -> Known:
    settings = settings_for(folder)
    events = [("Sale", "campaign", "2026-02-10", "2026-02-12"), ("Fair", "event", "2026-03-07", "2026-03-08")]
    with open_database(settings.database) as db:
        with writing(db):
            replace_part(db, STORE, "events", events)
            replace_part(db, STORE, "holidays", [("2026-03-10", "Founders' day", None, None)])
            replace_part(db, STORE, "weather", [("2026-02-03", 4.5, None), ("2026-03-03", None, 2.0)])
        source = Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))
        return known_of(source, PANEL, "DE-BE")


def test_campaigns_and_events_are_known_on_each_of_their_days(known: Known) -> None:
    assert known.campaigns == {date(2026, 2, 10), date(2026, 2, 11), date(2026, 2, 12)}
    assert known.events == {date(2026, 3, 7): "Fair", date(2026, 3, 8): "Fair"}


def test_holidays_have_their_names_the_countrys_and_the_shops_own(known: Known) -> None:
    new_years = {known.names[date(year, 1, 1)] for year in (2025, 2026)}
    assert len(new_years) == 1
    assert known.names[date(2026, 3, 8)] not in new_years
    assert known.names[date(2026, 3, 10)] == "Founders' day"
    assert {date(2026, 1, 1), date(2026, 3, 8), date(2026, 3, 10)} <= known.holidays


def test_the_weather_is_known_of_the_days_of_which_it_was_entered(known: Known) -> None:
    assert known.weather == {
        date(2026, 2, 3): Weather(4.5, None),
        date(2026, 3, 3): Weather(None, 2.0),
    }
    assert known.weather_until(date(2026, 3, 3)).weather.keys() == {date(2026, 2, 3)}


def test_what_is_entered_for_days_too_far_off_is_left_out(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    far = (datetime(2026, 3, 2, tzinfo=UTC) + timedelta(weeks=7)).date().isoformat()
    with open_database(settings.database) as db:
        with writing(db):
            replace_part(db, STORE, "events", [("Fair", "event", far, far)])
        source = Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))
        assert known_of(source, PANEL, "").events == {}


def test_an_event_to_come_is_told_with_the_forecast(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    begin = datetime(2026, 3, 1, 23, tzinfo=UTC)
    now = begin + timedelta(days=3)
    fill(settings, [counts(begin + timedelta(hours=hour), 7, 0, minutes=60) for hour in range(72)], now)
    with open_database(settings.database) as db:
        with writing(db):
            replace_part(db, STORE, "events", [("Fair", "event", "2026-03-06", "2026-03-06")])
        source = Source(db, STORE, terms_of(db, STORE, settings.store(STORE)))
        found = expected(source, "entries", 96, now)
    assert found.sentences[-1].startswith("2026-03-06 is Fair, and no earlier day of that name was counted")
    fair, quiet = found.hours[36], found.hours[60]
    assert (quiet.median, fair.median) == (7, 7)
    assert fair.high > quiet.high
