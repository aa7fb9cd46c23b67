"""Hourly series side by side, what is known of the days to come, and what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from server.forecasting.errors import HistoryRefused

Numbers = npt.NDArray[np.float64]

DAY, WEEK = 24, 168
"""Hours."""

LONG_CAMPAIGN = 14
"""Days. A sale that goes on for longer is how the shop is now, and what comes then is taken for ordinary."""

LONGEST = 6 * WEEK
"""Hours ahead that anybody may ask for: six weeks."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Some series, hour by hour on the shop's clock; NaN where nothing is known.

    Every local day has 24 rows: the hour that a change of the clock leaves out is not known, and of the
    hour that comes twice the mean stands here (see `hours.on_the_clock`).
    """

    start: datetime
    """The first hour, on the shop's clock and without a zone."""
    names: tuple[str, ...]
    values: Numbers
    """Shape (hours, series)."""

    def __post_init__(self) -> None:
        """Refuse what no model could use."""
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names) or not self.names:
            raise HistoryRefused(f"{len(self.names)} names and values of shape {self.values.shape}")
        if self.start.tzinfo is not None or self.start != self.start.replace(
            minute=0, second=0, microsecond=0
        ):
            raise HistoryRefused(f"{self.start} is not a whole hour on the shop's clock")
        if np.isinf(self.values).any() or (self.values < 0).any():
            raise HistoryRefused("a count is negative or infinite", "leave out hours that are not known")

    @property
    def hours(self) -> int:
        """How many hours there are, known or not."""
        return int(self.values.shape[0])

    @property
    def end(self) -> datetime:
        """The first hour that is not there: where a forecast begins."""
        return self.start + timedelta(hours=self.hours)

    def until(self, hours: int) -> Panel:
        """The first hours only, as they were known then."""
        return Panel(self.start, self.names, self.values[:hours])

    def only(self, name: str) -> Panel:
        """One of its series."""
        which = self.names.index(name)
        return Panel(self.start, (name,), self.values[:, which : which + 1])


@dataclass(frozen=True, slots=True)
class Weather:
    """The weather of a day, as it was or as it is forecast."""

    temperature_c: float | None = None
    """The highest of the day."""
    rain_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beforehand of days, past and to come."""

    holidays: frozenset[date] = frozenset()
    special: frozenset[date] = frozenset()
    """Days that happened for a reason that does not come back by itself: they teach nothing about others."""
    closed: frozenset[date] = frozenset()
    """Days on which nobody can come in; zero is expected."""
    names: Mapping[date, str] = field(default_factory=dict)
    """What holidays are called: those of one name are alike."""
    events: Mapping[date, str] = field(default_factory=dict)
    """Special days that have a name: what earlier ones of the same name brought may come again."""
    campaigns: frozenset[date] = frozenset()
    """Days on which the shop did something to bring more people in."""
    weather: Mapping[date, Weather] = field(default_factory=dict)

    def weather_until(self, day: date) -> Known:
        """The same, without the weather of a day and later ones."""
        return replace(self, weather={of: each for of, each in self.weather.items() if of < day})


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected hour by hour after a panel's end; each of shape (hours, series)."""

    start: datetime
    names: tuple[str, ...]
    median: Numbers
    low: Numbers
    """One time in ten it is less: the 80 % interval begins here."""
    high: Numbers
    """One time in ten it is more."""

    @property
    def hours(self) -> int:
        """How many hours ahead it reaches."""
        return int(self.median.shape[0])

    def first(self, hours: int) -> Forecast:
        """Its first hours."""
        return Forecast(self.start, self.names, self.median[:hours], self.low[:hours], self.high[:hours])


@dataclass(frozen=True, slots=True)
class Flags:
    """Days of a span, one value for each."""

    first: date
    holiday: npt.NDArray[np.bool_]
    special: npt.NDArray[np.bool_]
    closed: npt.NDArray[np.bool_]
    unusual: npt.NDArray[np.bool_] = field(repr=False)
    """Holidays, special and closed days and short campaigns: those that say nothing about an ordinary one."""


def flags_of(known: Known, first: date, days: int) -> Flags:
    """Mark the days of a span."""
    span = [first + timedelta(days=number) for number in range(days)]
    special_days = known.special | known.events.keys()
    holiday, special, closed = (_among(span, each) for each in (known.holidays, special_days, known.closed))
    campaign = _among(span, _short(known.campaigns))
    return Flags(first, holiday, special, closed, holiday | special | closed | campaign)


def _short(campaigns: frozenset[date]) -> frozenset[date]:
    """The days of campaigns that do not go on for longer than `LONG_CAMPAIGN`."""
    found: set[date] = set()
    run: list[date] = []
    for day in [*sorted(campaigns), date.max]:
        if run and day - run[-1] > timedelta(days=1):
            found.update(run if len(run) <= LONG_CAMPAIGN else ())
            run = []
        run.append(day)
    return frozenset(found)


def _among(span: Sequence[date], days: frozenset[date]) -> npt.NDArray[np.bool_]:
    return np.array([day in days for day in span], dtype=np.bool_)
