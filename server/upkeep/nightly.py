"""What is done once a night, and when."""

from __future__ import annotations

import logging
import threading
import time as clock_time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from server.config import Settings
from server.errors import ServerError
from server.experiments.tending import tend
from server.ingest.enrolling import retry_held
from server.storage import expiry
from server.storage.database import open_database, writing
from server.upkeep.copies import back_up_nightly
from server.upkeep.forecasting import forecast_nightly
from server.upkeep.learning import learn_nightly
from server.upkeep.rolling import Rolled, roll_up

_LOOK_SECONDS = 0.5

_log = logging.getLogger("footfall.nightly")


@dataclass(frozen=True, slots=True)
class Night:
    """What one run did."""

    backup: str | None
    rolled: Rolled
    retried: int
    quarantine_forgotten: int
    unknown_time_forgotten: int
    customers_forgotten: int
    experiment_days: int = 0
    """Days of running experiments that were measured."""
    learnt: Mapping[str, str] = field(default_factory=dict)
    """Per store what came of learning."""
    forecast: Mapping[str, str] = field(default_factory=dict)
    """Per store what came of forecasting."""


def nightly(settings: Settings, now: datetime) -> Night:
    """Copy the database, try again what waits, measure experiments, make hours, forget, learn, forecast.

    The copy comes first, so that it holds what is deleted afterwards.

    Raises:
        StorageError: there is no database, or not one of this version.
        CopyFailed: the copy cannot be made; then nothing is deleted either.
    """
    keeping = settings.keeping
    backup = None
    if keeping.backup_folder:
        backup = str(
            back_up_nightly(settings.database, Path(keeping.backup_folder), keeping.backups_kept, now).file
        )
    with open_database(settings.database) as db:
        retried = retry_held(db, settings, now)
        # Before minutes become hours, for experiments need them apart.
        measured = tend(db, settings, now).days_measured
        rolled = sum(
            (roll_up(db, name, store, keeping.minutes_days, now) for name, store in settings.stores.items()),
            Rolled(),
        )
        night = Night(backup, rolled, retried, *_forget(db, settings, now), measured)
    return replace(night, learnt=learn_nightly(settings, now), forecast=forecast_nightly(settings, now))


def _forget(db: Database, settings: Settings, now: datetime) -> tuple[int, int, int]:
    keeping = settings.keeping
    with writing(db):
        return (
            expiry.forget_resolved(db, now - timedelta(days=keeping.quarantine_days)),
            expiry.forget_unknown_time(db, now - timedelta(days=keeping.minutes_days)),
            expiry.forget_customers(db, now - timedelta(days=keeping.customer_days)),
        )


def next_run(after: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The first instant later than `after` at which clocks in a zone show a time of day.

    A time that the clocks skip in spring comes as much later as they skip.
    """
    day = after.astimezone(zone).date()
    days = (datetime.combine(day + timedelta(days=more), at, zone) for more in range(3))
    return next(run for run in (day.astimezone(after.tzinfo) for day in days) if run > after)


@dataclass(frozen=True)
class NightShift:
    """Runs `nightly` every night until it is stopped. What fails is told, and tried the night after."""

    settings: Settings
    clock: Callable[[], datetime]

    def run(self, stop: threading.Event) -> None:
        """Wait for the next night again and again."""
        zone = next(iter(self.settings.stores.values())).zone
        due = next_run(self.clock(), self.settings.keeping.nightly_at, zone)
        while not stop.is_set():
            if self.clock() >= due:
                self._once()
                due = next_run(self.clock(), self.settings.keeping.nightly_at, zone)
            clock_time.sleep(_LOOK_SECONDS)

    def _once(self) -> None:
        try:
            _log.info("done: %s", nightly(self.settings, self.clock()))
        except ServerError as error:
            _log.error("the nightly work failed, tomorrow again: %s (%s)", error, error.hint)
