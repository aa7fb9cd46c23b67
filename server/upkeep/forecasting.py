"""Forecasts each night, in a process of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.util import find_spec

from server.config import Settings
from server.errors import ServerError
from server.storage.counts import stored_days
from server.storage.database import open_database, writing
from server.storage.demand import ticket_span
from server.storage.forecast_training import Run, keep_run, last_run
from server.storage.learning import ticket_count
from server.upkeep.apart import work_apart

_NEEDED = ("holidays", "numpy", "sklearn")

LEAST_DAYS = 2
"""After fewer, a forecast would only repeat the first day."""

LEAST_TICKETS = 50
"""Tills alone are forecast from so many tickets on."""

SILENT = timedelta(weeks=8)
"""Of a store that was not heard of for so long nothing is forecast."""


class ForecastingNotInstalled(ServerError):
    """The libraries for forecasts are not installed."""

    exit_code = 3


def checked_forecasting() -> None:
    """Whether everything is there that forecasts need.

    Raises:
        ForecastingNotInstalled: something is not.
    """
    lacking = [name for name in _NEEDED if find_spec(name) is None]
    if lacking:
        raise ForecastingNotInstalled(
            f"forecasts need {', '.join(lacking)}, which this installation lacks",
            "pip install 'footfall[forecasting]'",
        )


def forecast_nightly(settings: Settings, now: datetime) -> dict[str, str]:
    """Make and keep forecasts for every store that has counted for some days; per store what came of it."""
    if not settings.forecasting.nightly:
        return {}
    stores = [store for store in settings.stores if _has_enough(settings, store, now)]
    if not stores:
        return {}
    try:
        checked_forecasting()
    except ForecastingNotInstalled as error:
        return dict.fromkeys(stores, f"{error} ({error.hint})")
    return {store: _forecast_apart(settings, store, now) for store in stores}


def _has_enough(settings: Settings, store: str, now: datetime) -> bool:
    """Whether cameras or tills were heard of for some days, and lately."""
    with open_database(settings.database, read_only=True) as db:
        spans = [stored_days(db, store)]
        if ticket_count(db, store, now - SILENT) >= LEAST_TICKETS:
            spans.append(ticket_span(db, store))
    least = timedelta(days=LEAST_DAYS)
    return any(span is not None and span[1] - span[0] >= least and span[1] > now - SILENT for span in spans)


def _forecast_apart(settings: Settings, store: str, now: datetime) -> str:
    failed = work_apart(make_forecasts, settings, store, now, "forecasting")
    if failed is not None:
        return failed
    with open_database(settings.database, read_only=True) as db:
        run = last_run(db, store)
    return "; ".join(run.sentences) if run else "nothing was forecast"


def make_forecasts(settings: Settings, store: str, now: datetime) -> bool:
    """Make and keep the forecasts of a store; where none can be made, keep why. Whether they were made."""
    from server.forecasting.keeping import forecasts_of, keep_forecasts

    with open_database(settings.database) as db:
        try:
            keep_forecasts(db, forecasts_of(db, settings, store, now))
        except ServerError as error:
            with writing(db):
                keep_run(db, store, Run(now, (f"no forecast was made: {error} ({error.hint})",)))
            return False
    return True
