"""The part of a store's page that shows where people spent time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from server.api.heat import store_heat
from server.api.reports import calendar_of, day_report
from server.api.shapes import metrics_shape
from server.api.suppressing import is_of_few
from server.config import StoreSettings
from server.dashboard.heat_picture import HeatPicture, pictures


@dataclass(frozen=True, slots=True)
class HeatPage:
    """The heatmaps of one business day."""

    store: str
    day: date
    is_today: bool
    pictures: tuple[HeatPicture, ...]


def heat_page(
    db: Database, store_id: str, store: StoreSettings, day: date, now: datetime, least: int = 0
) -> HeatPage:
    """The heatmaps of a store's business day; none where fewer people than `least` came: it is their way."""
    calendar = calendar_of(store)
    heat = store_heat(db, store_id, store, calendar.business_day(day), now)
    few = least > 1 and is_of_few(metrics_shape(day_report(db, store_id, store, day, now)).totals, least)
    return HeatPage(store_id, day, day == calendar.day_of(now), () if few else pictures(heat))
