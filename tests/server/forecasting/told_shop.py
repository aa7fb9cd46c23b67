"""A shop that was counted for ten days, with forecasts as they were said each night, put in by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from server.config import Settings
from server.storage.catalogue import replace_part
from server.storage.database import open_database, writing
from server.storage.forecast_training import Run, Training, keep_run, keep_training
from server.storage.forecasts import ForecastDay, ForecastHour, keep_forecast
from tests.server.filling import NOON, STORE, counts, fill, settings_for

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

NIGHT = NOON.replace(hour=2, minute=30)
"""Half past three in Berlin, on Tuesday, March 3."""


def told_shop(folder: Path) -> Settings:
    """Eight people an hour came from nine to six, ten were expected; a fair is near."""
    settings = settings_for(folder)
    midnight = NIGHT.replace(hour=23, minute=0) - 11 * DAY
    came = [(midnight + n * HOUR, 8 if 9 <= n % 24 < 18 else 0) for n in range(240)]
    fill(settings, [counts(at, number, 0, minutes=60) for at, number in came], NIGHT)
    taught = Training(datetime.fromisoformat("2026-03-01"), NIGHT, None, "taught for the first time")
    with open_database(settings.database) as db, writing(db):
        for night in range(9, -1, -1):
            say(db, NIGHT - night * DAY)
        keep_training(db, STORE, "counts", taught)
        keep_run(db, STORE, Run(NIGHT, ("1 forecasts of counts",)))
        replace_part(db, STORE, "events", [("Spring fair", "event", "2026-03-05", "2026-03-06")])
    return settings


def say(db: Database, at: datetime, what: str = "entries") -> None:
    """Fourteen days of ten people an hour."""
    begin = at.replace(minute=0)
    busy, closed = (10.0, 7.0, 14.0), (0.0, 0.0, 0.0)
    hours = [
        ForecastHour(begin + n * HOUR, *(busy if 9 <= (n + 3) % 24 < 18 else closed)) for n in range(14 * 24)
    ]
    days = [ForecastDay(at.date() + n * DAY, 90, 75, 108) for n in range(13)]
    keep_forecast(db, STORE, what, at, "boosting", hours, days, ("This rests on 10 days.",))
