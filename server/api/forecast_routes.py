"""Stored forecasts over the API: nothing is computed here that needs the extra `forecasting`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from server.access.rights import Action
from server.api.forecast_shapes import (
    ForecastAccuracyShape,
    ForecastShape,
    accuracy_shape,
    accuracy_table,
    forecast_shape,
    forecast_table,
)
from server.api.offering import IN_OPENAPI as TABLES
from server.api.offering import Asked
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.forecasting.errors import SeriesUnknown
from server.forecasting.naming import series_of
from server.forecasting.standing import accuracy_of, standing, titles

What = Annotated[str, Query(max_length=120, description="entries, transactions, visits:ZONE or product:SKU")]
Days = Annotated[int, Query(ge=1, le=42, description="so many days ahead, today's the first")]


def forecast(here: Here, store: str, form: Asked, what: What = "entries", days: Days = 7) -> Response:
    """What is expected of a series, as the newest stored forecast says; `keep-forecasts` makes one.

    As a table, a row is an hour.
    """
    return form.answer(forecast_of(here, store, what, days), forecast_table)


def forecast_accuracy(here: Here, store: str, form: Asked, what: What = "entries") -> Response:
    """How right stored forecasts were, 1, 7 and 28 days ahead, up to the last whole business day.

    As a table, a row is the last four weeks or one week of one of these.
    """
    return form.answer(forecast_accuracy_of(here, store, what), accuracy_table)


def forecast_of(here: Site, store: str, what: str, days: int) -> ForecastShape:
    """The newest stored forecast of a series.

    Raises:
        Problem: 422, no series is called so.
    """
    known, now = here.store(store), here.clock()
    _check(what)
    with here.reading() as db:
        source = Source(db, store, terms_of(db, store, known))
        zones = {zone: of.name for zone, of in known.zones.items()}
        return forecast_shape(
            store, standing(source, what, now, days), titles(source, zones, now), known.zone
        )


def forecast_accuracy_of(here: Site, store: str, what: str) -> ForecastAccuracyShape:
    """How right the stored forecasts of a series were.

    Raises:
        Problem: 422, no series is called so.
    """
    known, now = here.store(store), here.clock()
    unit = _check(what)
    with here.reading() as db:
        source = Source(db, store, terms_of(db, store, known))
        return accuracy_shape(store, what, unit, accuracy_of(source, what, now))


def _check(what: str) -> str:
    """The unit of a series."""
    try:
        return series_of(what).unit
    except SeriesUnknown as error:
        raise Problem(422, f"what: {error}; {error.hint}.", "what") from error


_FORECAST = "/api/v1/stores/{store}/forecast"

FORECAST_ROUTES = (
    Route("GET", _FORECAST, forecast, Action.SEE_FIGURES, answers=ForecastShape, described=TABLES),
    Route(
        "GET",
        f"{_FORECAST}/accuracy",
        forecast_accuracy,
        Action.SEE_FIGURES,
        answers=ForecastAccuracyShape,
        described=TABLES,
    ),
)
