"""What is stored of a store's forecasts, as pages and programs show it. Needs no library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.figures.reading import Source
from server.forecasting.ageing import AGES, Aged, aged
from server.forecasting.hourly import hourly
from server.forecasting.naming import Series, series_of
from server.metrics.intervals import Interval
from server.storage.catalogue import products_of
from server.storage.forecast_training import Run, Training, last_run, training_of
from server.storage.forecasts import (
    ForecastDay,
    ForecastHour,
    Issue,
    forecast_series,
    issued,
    newest_days,
    newest_forecast,
    said_before,
)
from server.storage.sales import names_sold

BACK = timedelta(weeks=8)
"""So far back forecasts are compared with what came."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest forecast of one series, and how it was made."""

    series: Series
    issue: Issue | None
    """None where no forecast of it is stored; then there are no hours and days either."""
    hours: tuple[ForecastHour, ...]
    days: tuple[ForecastDay, ...]
    training: Training | None
    run: Run | None
    """What came of it when forecasts of the store were last made."""


def standing(source: Source, what: str, now: datetime, days: int) -> Standing:
    """What is stored of a series: hours from the one that runs, for so many days, and the days' sums.

    Raises:
        SeriesUnknown: no series is called so.
    """
    series = series_of(what)
    db, store, calendar = source.db, source.store, source.terms.calendar
    issues = issued(db, store, what)
    today = calendar.day_of(now)
    end = calendar.business_day(today + timedelta(days=days)).begin
    begin = now.replace(minute=0, second=0, microsecond=0)
    return Standing(
        series=series,
        issue=issues[0] if issues else None,
        hours=newest_forecast(db, store, what, begin, end),
        days=tuple(
            day for day in newest_days(db, store, what) if today <= day.day < today + timedelta(days=days)
        ),
        training=training_of(db, store, "products" if series.kind == "product" else "counts"),
        run=last_run(db, store),
    )


def accuracy_of(source: Source, what: str, now: datetime) -> tuple[Aged, ...]:
    """How right the stored forecasts of a series were, by their age, up to the last whole business day.

    Raises:
        SeriesUnknown: no series is called so.
    """
    series, calendar = series_of(what), source.terms.calendar
    end = calendar.business_day(calendar.day_of(now)).begin
    said = said_before(source.db, source.store, what, end - BACK, end)
    if not said:
        return ()
    first = calendar.business_day(calendar.day_of(end - BACK - timedelta(days=max(AGES)))).begin
    came = hourly(source, [series], Interval(first, end), now)[what]
    return aged(said, dict(came), calendar.time_zone, end)


def titles(source: Source, zones: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The series of which forecasts are stored, with what people call them."""
    stored = [series_of(what) for what in forecast_series(source.db, source.store)]
    skus = [one.part for one in stored if one.kind == "product"]
    named = {sku: row.name for sku, row in products_of(source.db, skus).items() if row.name}
    names = names_sold(source.db, source.store, skus, now - timedelta(days=90)) | named
    return {one.what: _title(one, zones, names) for one in sorted(stored, key=_order)}


def _order(series: Series) -> tuple[int, str]:
    return ("entries", "transactions", "visits", "product").index(series.kind), series.part


def _title(series: Series, zones: Mapping[str, str], products: Mapping[str, str]) -> str:
    if series.kind == "visits":
        return f"Visits: {zones.get(series.part, series.part)}"
    if series.kind == "product":
        return f"Pieces: {products.get(series.part, series.part)}"
    return series.kind.capitalize()
