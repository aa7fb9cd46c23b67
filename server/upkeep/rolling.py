"""Old minutes become hours, store by store and hour by hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from edge.wire import Counts
from server.config import StoreSettings
from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.rollup import CannotPutTogether, put_together
from server.storage import hours
from server.storage.database import writing

SETTLED = timedelta(days=2)
"""Minutes that came or changed since then are left as they are: more of their hour may be under way."""


@dataclass(frozen=True, slots=True)
class Rolled:
    """How many hours were made, of how many minutes, and how many could not be."""

    hours: int = 0
    minutes: int = 0
    left: int = 0

    def __add__(self, other: Rolled) -> Rolled:
        return Rolled(self.hours + other.hours, self.minutes + other.minutes, self.left + other.left)


def roll_up(db: Database, store_id: str, store: StoreSettings, minutes_days: int, now: datetime) -> Rolled:
    """Put the minutes of business days that ended more than `minutes_days` ago together by the hour.

    One transaction an hour, so that nobody waits for long. Stopped at any instant, the rest is done the
    next time.
    """
    calendar = Calendar(store.zone, store.day_begins)
    horizon = calendar.business_day(calendar.day_of(now - timedelta(days=minutes_days))).begin
    settled = now - SETTLED
    rolled = Rolled()
    begin = hours.oldest_open(db, store_id, horizon, settled)
    while begin is not None and begin < horizon:
        hour = _hour_of(begin, calendar)
        rolled += _roll_hour(db, store_id, hour, settled, now)
        begin = hours.oldest_open(db, store_id, horizon, settled, since=hour.end)
    return rolled


def _hour_of(at: datetime, calendar: Calendar) -> Interval:
    """The hour by the shop's clock that an instant lies in; cut where a business day begins."""
    day = calendar.business_day(calendar.day_of(at))
    return next(hour for hour in split(day, Resolution.HOUR, calendar) if hour.begin <= at < hour.end)


def _roll_hour(db: Database, store: str, hour: Interval, settled: datetime, now: datetime) -> Rolled:
    rolled = Rolled()
    with writing(db):
        for minutes in _by_camera(hours.minutes_within(db, store, hour.begin, hour.end)):
            if hours.is_closed(db, minutes[0]) or hours.changed_since(db, minutes, settled):
                continue
            try:
                hours.close(db, put_together(minutes, hour), minutes, now)
            except CannotPutTogether:
                rolled += Rolled(left=len(minutes))
            else:
                rolled += Rolled(hours=1, minutes=len(minutes))
    return rolled


def _by_camera(minutes: Sequence[Counts]) -> list[list[Counts]]:
    found: dict[tuple[str, str], list[Counts]] = defaultdict(list)
    for minute in minutes:
        found[minute.device, minute.camera].append(minute)
    return list(found.values())
