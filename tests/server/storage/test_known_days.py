"""What is known of days comes back by the days asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from server.storage.catalogue import replace_part
from server.storage.database import migrate, open_database, writing
from server.storage.known_days import DayWeather, events_between, weather_between


def test_an_event_is_found_on_each_of_its_days_and_on_no_other(tmp_path: Path) -> None:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as db:
        with writing(db):
            replace_part(db, "shop", "events", [("Sale", "campaign", "2026-03-01", "2026-03-03")])
            replace_part(db, "shop", "holidays", [("2026-03-02", "Feast", None, None)])
            replace_part(db, "annex", "events", [("Fair", "event", "2026-03-01", "2026-03-03")])
        found = {
            day: [event.name for event in events_between(db, "shop", date(2026, 3, day), date(2026, 3, day))]
            for day in range(1, 5)
        }
        (sale,) = events_between(db, "shop", date(2026, 3, 3), date(2027, 1, 1))
    assert found == {1: ["Sale"], 2: ["Sale", "Feast"], 3: ["Sale"], 4: []}
    assert [day.day for day in sale.days()] == [1, 2, 3]


def test_the_weather_of_days_nobody_told_is_not_there(tmp_path: Path) -> None:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as db:
        with writing(db):
            replace_part(db, "shop", "weather", [("2026-03-01", 11.5, None), ("2026-03-03", None, 2)])
        found = weather_between(db, "shop", date(2026, 3, 1), date(2026, 3, 2))
    assert found == {date(2026, 3, 1): DayWeather(11.5, None)}
