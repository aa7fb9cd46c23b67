"""A store's hours from the database: what was counted, in the terms in which it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from server.figures.reading import Source, rows_for
from server.forecasting.calendar import public_holidays
from server.forecasting.clock import on_the_clock
from server.forecasting.errors import HistoryRefused, SeriesUnknown
from server.forecasting.series import LONGEST, Known, Panel, Weather
from server.metrics.intervals import Interval, Resolution, split
from server.metrics.report import Figures, report
from server.storage.counts import stored_days
from server.storage.known_days import StoreEvent, events_between, weather_between

LEAST_COVERAGE = 0.5
"""Of an hour of which less was watched, the count says nothing about how many came."""

_AT_ONCE = timedelta(days=28)
"""So many days of rows are in memory at a time."""

_YEARS = timedelta(days=3 * 366)
"""What is older is not read."""

Value = Callable[[Figures], float | None]


def hours_of(source: Source, what: str, now: datetime) -> Panel:
    """All hours of a store that are over, on its clock, up to three years back.

    `what` is "entries", "transactions" or "visits:ZONE".
    """
    value = _value_of(source, what)
    stored = stored_days(source.db, source.store)
    if stored is None:
        raise HistoryRefused(f"nothing was counted in {source.store} yet", "a forecast needs some days first")
    begin = _day_begin(source, max(stored[0], now - _YEARS))
    end = now.replace(minute=0, second=0, microsecond=0)
    found = (pair for whole in _months(begin, end) for pair in _hours(source, whole, value, now))
    return on_the_clock({what: found}, source.terms.calendar.time_zone, end)


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


def _value_of(source: Source, what: str) -> Value:
    if what == "entries":
        return lambda figures: figures.entries
    if what == "transactions":
        return lambda figures: figures.transactions
    kind, _, zone = what.partition(":")
    if kind == "visits" and zone in source.terms.zones:
        return lambda figures: next((each.visits for each in figures.zones if each.zone == zone), None)
    names = ", ".join(["entries", "transactions", *(f"visits:{each}" for each in source.terms.zones)])
    raise SeriesUnknown(f"{what!r} cannot be forecast in {source.store}", f"known are: {names}")


def _hours(
    source: Source, whole: Interval, value: Value, now: datetime
) -> Iterator[tuple[datetime, float | None]]:
    parts: Sequence[Interval] = list(split(whole, Resolution.HOUR, source.terms.calendar))
    rows = rows_for(source, whole, parts, now)
    for figures in report(rows, source.terms, whole, parts, now).parts:
        seen = figures.coverage is not None and figures.coverage >= LEAST_COVERAGE
        yield figures.interval.begin, value(figures) if seen else None


def _months(begin: datetime, end: datetime) -> Iterator[Interval]:
    while begin < end:
        last = min(begin + _AT_ONCE, end)
        yield Interval(begin, last)
        begin = last


def _day_begin(source: Source, at: datetime) -> datetime:
    calendar = source.terms.calendar
    return calendar.business_day(calendar.day_of(at)).begin
