"""What is known of an unusual day that may have made it so: events, holidays, weather."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal

from server.figures.reading import Source
from server.public_holidays import public_holidays
from server.storage.known_days import DayWeather, StoreEvent, events_between, weather_between

MUCH_RAIN_MM = 10.0
"""From so much rain on, a day's weather is named."""
FAR_DEGREES = 7.0
"""So much warmer or colder than the days around it, too."""
_AROUND = 7
_LEAST_AROUND = 5

_DAY = timedelta(days=1)

Kind = Literal["campaign", "event", "holiday", "weather", "near"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Something known of a day. That it made the day unusual is likely, not proven."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class KnownDays:
    """All that is known of some days."""

    events: Sequence[StoreEvent] = ()
    holidays: Mapping[date, str] | None = None
    """Public ones, by name; None where no country is named."""
    weather: Mapping[date, DayWeather] | None = None

    def reasons(self, day: date) -> tuple[Reason, ...]:
        """What may have made a day unusual; of the days beside it only where nothing is known of itself."""
        own = [*self._of_day(day), *self._of_weather(day)]
        return tuple(own or self._near(day))

    def _of_day(self, day: date) -> Iterator[Reason]:
        named = set[str]()
        for event in self.events:
            if event.first_day <= day <= event.last_day:
                named.add(event.name)
                yield Reason(event.kind, event.name)
        public = (self.holidays or {}).get(day)
        if public is not None and public not in named:
            yield Reason("holiday", public)

    def _of_weather(self, day: date) -> Iterator[Reason]:
        weather = self.weather or {}
        own = weather.get(day)
        if own is None:
            return
        if own.rain_mm is not None and own.rain_mm >= MUCH_RAIN_MM:
            yield Reason("weather", f"{own.rain_mm:.0f} mm of rain")
        around = [weather.get(day + number * _DAY) for number in range(-_AROUND, _AROUND + 1) if number]
        warm = [each.temperature_c for each in around if each and each.temperature_c is not None]
        if own.temperature_c is None or len(warm) < _LEAST_AROUND:
            return
        off = own.temperature_c - median(warm)
        if abs(off) >= FAR_DEGREES:
            word = "warmer" if off > 0 else "colder"
            yield Reason("weather", f"{own.temperature_c:.0f} °C, {abs(off):.0f} {word} than the days around")

    def _near(self, day: date) -> Iterator[Reason]:
        for beside, word in ((day + _DAY, "the day before"), (day - _DAY, "the day after")):
            for reason in self._of_day(beside):
                if reason.kind == "holiday":
                    yield Reason("near", f"{word} {reason.text}")


def known_days(source: Source, first: date, last: date, country: str = "") -> KnownDays:
    """What is known of a store's days from `first` to `last`, and of the days beside them.

    `country` names public holidays: "NZ" or "NZ-AUK" (ISO 3166-1 and -2); empty: only the catalogue's.

    Raises:
        CountryUnknown: nobody knows the holidays of that country.
        LibraryMissing: a country is named, and the library of holidays is not installed.
    """
    first, last = first - _AROUND * _DAY, last + _AROUND * _DAY
    return KnownDays(
        events=events_between(source.db, source.store, first, last),
        holidays=public_holidays(country, range(first.year, last.year + 1)) if country else None,
        weather=weather_between(source.db, source.store, first, last),
    )
