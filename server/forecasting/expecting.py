"""What is expected of one store: hours read, models tried, one chosen, and what it rests on in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from server.figures.reading import Source
from server.forecasting.choosing import Knowledge, chosen
from server.forecasting.clock import instants
from server.forecasting.errors import HistoryRefused
from server.forecasting.events import coming_events, said_of_events
from server.forecasting.models import Model
from server.forecasting.naive import SeasonalNaive
from server.forecasting.reading import hours_of, known_of
from server.forecasting.series import DAY, WEEK, Forecast, Panel


@dataclass(frozen=True, slots=True)
class ExpectedHour:
    """One hour to come."""

    begin: datetime
    """In UTC."""
    median: float
    low: float
    """One time in ten it is less."""
    high: float
    """One time in ten it is more."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a store, and how it is known."""

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
    hours: tuple[ExpectedHour, ...]
    sentences: tuple[str, ...]


def expected(
    source: Source, what: str, hours: int, now: datetime, country: str = "", models: Sequence[Model] = ()
) -> Expected:
    """Forecast so many hours of a store from the hour that runs; see `reading.hours_of` for `what`."""
    history = hours_of(source, what, now)
    _refuse_silence(history)
    known = known_of(source, history, country)
    choice = chosen(history, known, hours, models)
    model = choice.model_of[what]
    errors = {name: float(found[0]) for name, found in choice.mae_of.items() if not np.isnan(found[0])}
    counted = int((~np.isnan(history.values)).sum())
    told = Expected(
        store=source.store,
        what=what,
        model=model,
        knowledge=choice.knowledge,
        hours_known=counted,
        mae=errors.get(model),
        naive_mae=errors.get(SeasonalNaive().name),
        hours=_hours(source, choice.forecast(history, known, hours)),
        sentences=(),
    )
    events = said_of_events(coming_events(history, known, hours), 0)
    return _with_sentences(told, history.hours, events)


def _refuse_silence(history: Panel) -> None:
    """What nobody counted for eight weeks would read as zeros that are none."""
    if np.isnan(history.values[-8 * WEEK :]).all():
        last = np.flatnonzero(~np.isnan(history.values[:, 0])).max(initial=0)
        day = (history.start + timedelta(hours=int(last))).date()
        raise HistoryRefused(
            f"nothing was counted since {day}", "a forecast needs some hours of the last eight weeks"
        )


def _hours(source: Source, forecast: Forecast) -> tuple[ExpectedHour, ...]:
    zone = source.terms.calendar.time_zone
    return tuple(
        ExpectedHour(
            begin=at.astimezone(UTC),
            median=round(float(forecast.median[number, 0]), 2),
            low=round(float(forecast.low[number, 0]), 2),
            high=round(float(forecast.high[number, 0]), 2),
        )
        for number, at in instants(forecast.start, forecast.hours, zone)
    )


def _with_sentences(told: Expected, hours: int, of_events: Sequence[str]) -> Expected:
    return replace(told, sentences=(*_sentences(told, hours), *of_events))


def _sentences(told: Expected, hours: int) -> list[str]:
    days = max(1, told.hours_known // DAY)
    rests = {
        Knowledge.DAYS: (
            f"This rests on {days} days, too few to be tried on the past: half or twice as many may come."
        ),
        Knowledge.WEEKS: f"This rests on {days} days; no season and few holidays were seen yet.",
        Knowledge.YEAR: f"This rests on {days} days.",
    }
    said = [rests[told.knowledge]]
    if told.hours_known < hours * 0.9:
        unknown = (hours - told.hours_known) // DAY
        said.append(f"Of the {hours // DAY} days since the first count, {unknown} are not known.")
    if told.mae is not None and told.naive_mae is not None:
        said.append(
            f"Tried on the past, {told.model} missed an hour by {told.mae:.1f} on average, "
            f"last week's hour by {told.naive_mae:.1f}."
        )
    return said
