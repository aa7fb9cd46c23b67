"""Events to come: what earlier days of the same name brought, or a wider range where there was none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from server.forecasting.intervals import UNTRIED
from server.forecasting.profile import mean_of, weeks_before
from server.forecasting.series import DAY, Forecast, Known, Numbers, Panel

_USUAL_WEEKS = 4
"""Weeks before a day that tell what would have come on it without the event."""

_LEAST_SEEN = 0.5
"""A day of which less is known, by the people usual then, says nothing about its event."""


@dataclass(frozen=True, slots=True)
class EventDay:
    """A day to come on which an event is entered."""

    day: date
    name: str
    times: Numbers
    """On so many earlier days of this name each series was counted, shape (series,)."""
    change: Numbers
    """How many more or fewer came then than on ordinary days, a logarithm; zero where it is not known."""
    doubt: Numbers
    """By so much, a logarithm, both ends of the range move away."""


def coming_events(history: Panel, known: Known, hours: int) -> tuple[EventDay, ...]:
    """The events of the hours after a history's end, each day for itself."""
    last = (history.end + timedelta(hours=hours - 1)).date()
    coming = sorted(day for day in known.events if history.end.date() <= day <= last)
    return tuple(_event_day(history, known, day) for day in coming)


def with_events(forecast: Forecast, events: Sequence[EventDay]) -> Forecast:
    """Move the hours of events by what earlier ones brought, and the ends of their ranges farther away."""
    median, low, high = (part.copy() for part in (forecast.median, forecast.low, forecast.high))
    for event in events:
        begin = (datetime.combine(event.day, time()) - forecast.start) // timedelta(hours=1)
        hours = slice(max(0, begin), max(0, begin + DAY))
        median[hours] *= np.exp(event.change)
        low[hours] *= np.exp(event.change - event.doubt)
        high[hours] *= np.exp(event.change + event.doubt)
    return replace(forecast, median=median, low=low, high=high)


def said_of_events(events: Sequence[EventDay], column: int) -> list[str]:
    """One sentence for each event of a series that is forecast."""
    return [_said(event, int(event.times[column]), float(event.change[column])) for event in events]


def _said(event: EventDay, times: int, change: float) -> str:
    if not times:
        return (
            f"{event.day} is {event.name}, and no earlier day of that name was counted: "
            "it is forecast as an ordinary day with a wider range."
        )
    days = "one earlier day" if times == 1 else f"{times} earlier days"
    percent = 100 * (np.exp(change) - 1)
    more = f"{abs(percent):.0f} % {'more' if percent >= 0 else 'fewer'}"
    return f"{event.day} is {event.name}: {more} than usual are expected, from {days} of that name."


def _event_day(history: Panel, known: Known, day: date) -> EventDay:
    name = known.events[day]
    earlier = sorted(each for each, of in known.events.items() if of == name and each < history.end.date())
    changes = [_change(history, known, each) for each in earlier if each > history.start.date()]
    found = np.stack([*changes, np.full(len(history.names), np.nan)])
    times = (~np.isnan(found)).sum(axis=0)
    change = np.nan_to_num(mean_of(found, axis=0))
    apart = np.nan_to_num(mean_of(np.abs(found - change), axis=0))
    return EventDay(day, name, times.astype(np.float64), change, UNTRIED / (1 + times) + apart)


def _change(history: Panel, known: Known, day: date) -> Numbers:
    """How many more came on a day than is usual on its weekday, a logarithm; NaN where it is not known."""
    first = (datetime.combine(day, time()) - history.start) // timedelta(hours=1)
    came = history.values[first : first + DAY]
    usual = mean_of(weeks_before(history.until(first), known, _USUAL_WEEKS)[:, :DAY], axis=0)
    both = ~(np.isnan(came) | np.isnan(usual))
    sums = [np.where(both, each, 0.0).sum(axis=0) for each in (came, usual)]
    seen = both.any(axis=0) & (sums[1] >= _LEAST_SEEN * np.nansum(usual, axis=0))
    return np.where(seen, np.log1p(sums[0]) - np.log1p(sums[1]), np.nan)
