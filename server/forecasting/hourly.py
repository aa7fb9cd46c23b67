"""A store's hours by instant, counted and sold: None where nothing is known. Needs no library."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from server.figures.hourly import figures_by_hour, was_watched
from server.figures.reading import Source
from server.forecasting.errors import SeriesUnknown
from server.forecasting.naming import Series, series_of
from server.metrics.hours import HourFigures
from server.metrics.intervals import Interval, Resolution, split
from server.storage.demand import is_sold, pieces_by_quarter, sales_by_quarter, ticket_span

Hours = list[tuple[datetime, float | None]]
"""When each hour begins, and what was counted in it; in order."""


def checked_series(source: Source, whats: Sequence[str]) -> list[Series]:
    """The series of some names.

    Raises:
        SeriesUnknown: nothing of a name is counted or sold in the store.
    """
    return [_checked(source, what) for what in whats]


def hourly(source: Source, series: Sequence[Series], whole: Interval, now: datetime) -> dict[str, Hours]:
    """The hours of some series that begin within an interval, by the shop's clock."""
    counted = [one for one in series if one.kind in ("entries", "visits")]
    sold = [one for one in series if one.kind in ("transactions", "product")]
    found = _counted(source, counted, whole, now) if counted else {}
    return found | (_sold(source, sold, whole) if sold else {})


def _checked(source: Source, what: str) -> Series:
    names = ["entries", "transactions", *(f"visits:{each}" for each in source.terms.zones), "product:SKU"]
    unknown = SeriesUnknown(
        f"{what!r} cannot be forecast in {source.store}", f"known are: {', '.join(names)}"
    )
    try:
        series = series_of(what)
    except SeriesUnknown as error:
        raise unknown from error
    if series.kind == "visits" and series.part not in source.terms.zones:
        raise unknown
    if series.kind == "product" and not is_sold(source.db, source.store, series.part):
        raise SeriesUnknown(
            f"no product {series.part!r} was ever sold in {source.store}", "name it as tickets do"
        )
    return series


def _counted(source: Source, series: Sequence[Series], whole: Interval, now: datetime) -> dict[str, Hours]:
    found: dict[str, Hours] = {one.what: [] for one in series}
    for figures in figures_by_hour(source, whole, now):
        seen = was_watched(figures)
        for one in series:
            found[one.what].append((figures.interval.begin, _value(figures, one) if seen else None))
    return found


def _value(figures: HourFigures, series: Series) -> float | None:
    if series.kind == "entries":
        return figures.entries
    zone = figures.zones.get(series.part)
    return zone.visits if zone else None


def _sold(source: Source, series: Sequence[Series], whole: Interval) -> dict[str, Hours]:
    """From the first ticket to the last: an hour without a sale is zero if tills were heard that day."""
    db, store, calendar = source.db, source.store, source.terms.calendar
    tickets = sales_by_quarter(db, store, whole.begin, whole.end)
    skus = [one.part for one in series if one.kind == "product"]
    pieces = pieces_by_quarter(db, store, skus, whole.begin, whole.end) if skus else {}
    hours = list(split(whole, Resolution.HOUR, calendar))
    heard = _heard(source, hours, {calendar.day_of(quarter) for quarter in tickets})
    found: dict[str, Hours] = {}
    for one in series:
        values: Mapping[datetime, float] = tickets
        # Nobody could buy a product before it was sold for the first time.
        first = whole.begin
        if one.kind == "product":
            values = pieces.get(one.part, {})
            first = min(values, default=whole.end)
        sums = _by_hour(values, hours)
        found[one.what] = [
            (hour.begin, max(0.0, total) if hour.begin in heard and hour.end > first else None)
            for hour, total in zip(hours, sums, strict=True)
        ]
    return found


def _heard(source: Source, hours: Sequence[Interval], days: set[date]) -> set[datetime]:
    """The hours in which tills were heard of, if only by their silence; `days` are those with a sale."""
    span = ticket_span(source.db, source.store)
    if span is None or not days:
        return set()
    silent, day_of = unheard_days(days, min(days), max(days)), source.terms.calendar.day_of
    return {
        hour.begin
        for hour in hours
        if span[0] < hour.end and hour.begin <= span[1] and day_of(hour.begin) not in silent
    }


def unheard_days(days: set[date], first: date, last: date) -> frozenset[date]:
    """Of the days from `first` to `last` those without a ticket on weekdays that mostly have some.

    A shop that is closed on Sundays sold nothing on them; on a Tuesday without a ticket, a file was not
    imported or a till was not heard of.
    """
    span = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    usual = set()
    for weekday in range(7):
        among = [day for day in span if day.weekday() == weekday]
        if 2 * sum(day in days for day in among) >= len(among):
            usual.add(weekday)
    return frozenset(day for day in span if day not in days and day.weekday() in usual)


def _by_hour(values: Mapping[datetime, float], hours: Sequence[Interval]) -> list[float]:
    sums = [0.0] * len(hours)
    begins = [hour.begin for hour in hours]
    for quarter, value in values.items():
        number = bisect_left(begins, quarter + timedelta(microseconds=1)) - 1
        if number >= 0:
            sums[number] += value
    return sums
