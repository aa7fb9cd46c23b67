"""A store's hours from the database as a panel, and what is known of its days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from server.figures.reading import Source
from server.forecasting.clock import on_the_clock
from server.forecasting.errors import HistoryRefused
from server.forecasting.hourly import checked_series, hourly
from server.forecasting.series import LONGEST, Known, Panel, Weather
from server.metrics.intervals import Interval
from server.public_holidays import public_holidays
from server.storage.known_days import StoreEvent, events_between, weather_between
from server.storage.rollups import stored_span

_YEARS = timedelta(days=3 * 366)
"""What is older is not read."""


def hours_of(source: Source, what: str, now: datetime) -> Panel:
    """All hours of one series that are over; see `panel_of`."""
    return panel_of(source, (what,), now)


def panel_of(source: Source, whats: Sequence[str], now: datetime) -> Panel:
    """All hours of some series of a store that are over, on its clock, up to three years back.

    Each of `whats` is "entries", "transactions", "visits:ZONE" or "product:SKU".

    Raises:
        SeriesUnknown: nothing of a name is counted or sold there.
        HistoryRefused: nothing was counted or sold yet.
    """
    series = checked_series(source, whats)
    stored = stored_span(source.db, source.store)
    if stored is None:
        raise HistoryRefused(f"nothing was counted in {source.store} yet", "a forecast needs some days first")
    begin = _day_begin(source, max(stored[0], now - _YEARS))
    end = now.replace(minute=0, second=0, microsecond=0)
    found = hourly(source, series, Interval(begin, end), now)
    return on_the_clock(found, source.terms.calendar.time_zone, end)


def known_of(source: Source, panel: Panel, country: str) -> Known:
    """What is known beforehand: public holidays where a country is named, and what the catalogue says."""
    first, last = panel.start.date(), (panel.end + timedelta(hours=LONGEST)).date()
    public = dict(public_holidays(country, range(first.year - 1, last.year + 1)) if country else {})
    own = source.terms.opening.holidays
    entered = events_between(source.db, source.store, first, last)
    return Known(
        holidays=frozenset(public.keys() | own.keys()),
        closed=frozenset(day for day, spans in own.items() if not spans),
        names=_days_of(entered, "holiday") | public,
        events=_days_of(entered, "event"),
        campaigns=frozenset(_days_of(entered, "campaign")),
        weather={
            day: Weather(found.temperature_c, found.rain_mm)
            for day, found in weather_between(source.db, source.store, first, last).items()
        },
    )


def _days_of(entered: Iterable[StoreEvent], kind: str) -> dict[date, str]:
    return {day: event.name for event in entered if event.kind == kind for day in event.days()}


def _day_begin(source: Source, at: datetime) -> datetime:
    calendar = source.terms.calendar
    return calendar.business_day(calendar.day_of(at)).begin
