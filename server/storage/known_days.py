"""What is known of a store's days beside its counts: holidays by name, events, weather."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class StoreEvent:
    """Something that makes days unlike others; `last_day` is one of them."""

    name: str
    kind: Literal["campaign", "event", "holiday"]
    first_day: date
    last_day: date

    def days(self) -> Iterator[date]:
        """Each of its days."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class DayWeather:
    """What is known of a day's weather."""

    temperature_c: float | None
    """The highest of the day."""
    rain_mm: float | None


def events_between(db: Database, store: str, first_day: date, last_day: date) -> list[StoreEvent]:
    """Events, campaigns and the catalogue's holidays that have a day in a span (both ends of it, too)."""
    found = db.execute(
        "SELECT name, kind, first_day, last_day FROM store_events"
        " WHERE store = :store AND last_day >= :first AND first_day <= :last"
        " UNION ALL SELECT name, 'holiday', day, day FROM holidays"
        " WHERE store = :store AND day BETWEEN :first AND :last ORDER BY 3, 1",
        {"store": store, "first": first_day.isoformat(), "last": last_day.isoformat()},
    )
    return [
        StoreEvent(name, kind, date.fromisoformat(begins), date.fromisoformat(ends))
        for name, kind, begins, ends in found
    ]


def weather_between(db: Database, store: str, first_day: date, last_day: date) -> dict[date, DayWeather]:
    """The weather of the days of a span of which any is known, both its ends included."""
    found = db.execute(
        "SELECT day, temperature_c, rain_mm FROM weather"
        " WHERE store = ? AND day BETWEEN ? AND ? ORDER BY day",
        (store, first_day.isoformat(), last_day.isoformat()),
    )
    return {date.fromisoformat(day): DayWeather(warm, rain) for day, warm, rain in found}
