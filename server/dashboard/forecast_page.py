"""The page of what is expected of a store: a week as a picture, days as a table, and how far it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fastapi.responses import HTMLResponse, Response

from server.access.rights import Action
from server.api.forecast_routes import Days, What, forecast_accuracy_of, forecast_of
from server.api.forecast_shapes import ForecastAccuracyShape, ForecastHourShape, ForecastShape
from server.api.site import Here, Route, Site
from server.dashboard.band_chart import BandChart, band_chart
from server.dashboard.rendering import render
from server.dashboard.words import moment
from server.figures.terms import calendar_of
from server.storage.known_days import StoreEvent, events_between

CHART_DAYS = 7
"""Of so many days the picture shows the hours."""

STALE = timedelta(hours=36)
"""An older forecast was to be replaced last night."""

HORIZONS = (7, 14, 28, 42)


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day to come."""

    day: date
    median: float
    low: float
    high: float
    known: tuple[str, ...]
    """Holidays, events and campaigns of that day."""


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """What the page shows of one series."""

    forecast: ForecastShape
    accuracy: ForecastAccuracyShape
    chart: BandChart
    hours: tuple[ForecastHourShape, ...]
    """Of the days in the picture, those in which anybody may come."""
    days: tuple[DayRow, ...]
    events: tuple[StoreEvent, ...]
    notes: tuple[str, ...]
    title: str
    first: date
    last: date


def forecast(here: Here, store: str, what: What = "entries", days: Days = 14) -> Response:
    """What is expected of a series, by the forecast that is stored."""
    known = here.store(store)
    page = _page(here, store, what, days)
    return HTMLResponse(
        render("forecast.html", here, store=store, known=known, page=page, days=days, horizons=HORIZONS)
    )


def _page(here: Site, store: str, what: str, days: int) -> ForecastPage:
    known, now = here.store(store), here.clock()
    found, accuracy = forecast_of(here, store, what, days), forecast_accuracy_of(here, store, what)
    calendar = calendar_of(known)
    first = calendar.day_of(now)
    last = first + timedelta(days=days - 1)
    with here.reading() as db:
        events = events_between(db, store, first, last)
    week = calendar.business_day(first + timedelta(days=CHART_DAYS)).begin
    shown = [hour for hour in found.hours if hour.begin < week]
    return ForecastPage(
        forecast=found,
        accuracy=accuracy,
        chart=band_chart(shown, known.zone),
        hours=tuple(hour for hour in shown if hour.high >= 0.5),
        days=tuple(
            DayRow(one.day, one.median, one.low, one.high, tuple(_on(events, one.day))) for one in found.days
        ),
        events=tuple(events),
        notes=(*_notes(found, store, now, known.time_zone), *accuracy.verdicts),
        title=next((one.title for one in found.series if one.what == what), what),
        first=first,
        last=last,
    )


def _on(events: list[StoreEvent], day: date) -> Iterator[str]:
    return (event.name for event in events if event.first_day <= day <= event.last_day)


def _notes(found: ForecastShape, store: str, now: datetime, time_zone: str) -> Iterator[str]:
    if found.issued_at is None:
        command = f"footfall-server keep-forecasts --store {store}"
        yield f"No forecast of {found.what} is stored. The nightly work makes one, and so does: {command}"
        yield from found.last_run
    elif now - found.issued_at > STALE:
        made = moment(found.issued_at, time_zone)
        yield f"This was said on {made} and has not been renewed since; what came after is not in it."
        yield from found.last_run


FORECAST_PAGES = (Route("GET", "/stores/{store}/forecast", forecast, Action.SEE_FIGURES),)
