"""The part of a store's page that shows where people spent time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from server.api.heat import store_heat
from server.api.reports import calendar_of
from server.config import StoreSettings
from server.dashboard.heat_picture import HeatPicture, pictures


@dataclass(frozen=True, slots=True)
class HeatPage:
    """The heatmaps of one business day."""

    store: str
    day: date
    is_today: bool
    pictures: tuple[HeatPicture, ...]


def heat_page(db: Database, store_id: str, store: StoreSettings, day: date, now: datetime) -> HeatPage:
    """The heatmaps of a store's business day."""
    calendar = calendar_of(store)
    heat = store_heat(db, store_id, store, calendar.business_day(day), now)
    return HeatPage(store_id, day, day == calendar.day_of(now), pictures(heat))
