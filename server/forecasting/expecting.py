"""What is expected of one store: hours read, models tried, one chosen, and what it rests on in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from server.figures.reading import Source
from server.forecasting.backtest import SILENT
from server.forecasting.choosing import Chosen, Knowledge, chosen
from server.forecasting.clock import instants
from server.forecasting.days import Days, days_expected
from server.forecasting.errors import HistoryRefused
from server.forecasting.events import coming_events, said_of_events
from server.forecasting.models import Model
from server.forecasting.naive import SeasonalNaive
from server.forecasting.reading import hours_of, known_of
from server.forecasting.series import DAY, Forecast, Known, Panel
from server.storage.forecasts import ForecastDay, ForecastHour


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a series of a store, and how it is known."""

    store: str
    what: str
    model: str
    knowledge: Knowledge
    hours_known: int
    """Hours of the history in which something was counted, zero too."""
    mae: float | None
    """The chosen model's mean absolute error an hour on the past, seven days ahead; None if never tried."""
    naive_mae: float | None
    """The same of last week's hour."""
    hours: tuple[ForecastHour, ...]
    days: tuple[ForecastDay, ...]
    """Business days as a whole, with ranges of their own."""
    sentences: tuple[str, ...]


def expected(
    source: Source, what: str, hours: int, now: datetime, country: str = "", models: Sequence[Model] = ()
) -> Expected:
    """Forecast so many hours of a store from the hour that runs; see `reading.panel_of` for `what`."""
    history = hours_of(source, what, now)
    if (silent := silence(history, what)) is not None:
        raise HistoryRefused(silent, "a forecast needs some hours of the last eight weeks")
    known = known_of(source, history, country)
    choice = chosen(history, known, hours, models)
    return all_expected(source, choice, history, known, hours)[0]


def all_expected(
    source: Source, choice: Chosen, history: Panel, known: Known, hours: int
) -> tuple[Expected, ...]:
    """What is expected of each series of a panel, in its order."""
    forecast = choice.forecast(history, known, hours)
    days = days_expected(choice, history, known, forecast, source.terms.calendar.day_begins.hour)
    coming = coming_events(history, known, hours)
    begins = list(instants(forecast.start, forecast.hours, source.terms.calendar.time_zone))
    return tuple(
        Expected(
            store=source.store,
            what=what,
            model=choice.model_of[what],
            knowledge=choice.knowledge,
            hours_known=int((~np.isnan(history.values[:, number])).sum()),
            mae=_error(choice, choice.model_of[what], number),
            naive_mae=_error(choice, SeasonalNaive().name, number),
            hours=_hours(begins, forecast, number),
            days=_days(forecast, days, number),
            sentences=(*_sentences(choice, history, number), *said_of_events(coming, number)),
        )
        for number, what in enumerate(history.names)
    )


def silence(history: Panel, what: str) -> str | None:
    """Since when a series was not counted, in words; None where some hour of eight weeks is known.

    What nobody counted for eight weeks would read as zeros that are none.
    """
    values = history.only(what).values[:, 0]
    if not np.isnan(values[-SILENT:]).all():
        return None
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return "nothing was counted yet"
    return f"nothing was counted since {(history.start + timedelta(hours=int(known.max()))).date()}"


def _error(choice: Chosen, model: str, number: int) -> float | None:
    error = choice.mae_of[model][number] if model in choice.mae_of else np.nan
    return None if np.isnan(error) else float(error)


def _hours(
    begins: Sequence[tuple[int, datetime]], forecast: Forecast, column: int
) -> tuple[ForecastHour, ...]:
    parts = [part[:, column].round(2).tolist() for part in (forecast.median, forecast.low, forecast.high)]
    return tuple(ForecastHour(at, *(part[number] for part in parts)) for number, at in begins)


def _days(forecast: Forecast, days: Days, column: int) -> tuple[ForecastDay, ...]:
    parts = (days.median, days.low, days.high)
    return tuple(
        ForecastDay(
            (forecast.start + timedelta(hours=int(first))).date(),
            *(round(float(part[number, column]), 1) for part in parts),
        )
        for number, first in enumerate(days.first_hour)
    )


def _sentences(choice: Chosen, history: Panel, column: int) -> list[str]:
    known = int((~np.isnan(history.values[:, column])).sum())
    days = max(1, known // DAY)
    rests = {
        Knowledge.DAYS: (
            f"This rests on {days} days, too few to be tried on the past: half or twice as many may come."
        ),
        Knowledge.WEEKS: f"This rests on {days} days; no season and few holidays were seen yet.",
        Knowledge.YEAR: f"This rests on {days} days.",
    }
    said = [rests[choice.knowledge]]
    if known < history.hours * 0.9:
        unknown = (history.hours - known) // DAY
        said.append(f"Of the {history.hours // DAY} days since the first count, {unknown} are not known.")
    model = choice.model_of[history.names[column]]
    mae, naive = _error(choice, model, column), _error(choice, SeasonalNaive().name, column)
    if mae is not None and naive is not None:
        said.append(
            f"Tried on the past, {model} missed an hour by {mae:.1f} on average, "
            f"last week's hour by {naive:.1f}."
        )
    return said
