"""How a store's counts hang together: days read, looked at, explained, and said in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from server.figures.reading import Source
from server.flow.errors import FlowRefused
from server.flow.reading import DWELL, ENTRIES, Past, past_of, series_of
from server.flow.reasons import Reason, known_days
from server.flow.together import Pair, days_together, followed, hours_together
from server.flow.typical import TypicalDay, typical_days
from server.flow.unusual import FALSE_ALARM_DAYS, Unusual, UnusualDay, unusual_days
from server.flow.words import (
    day_sentence,
    followed_sentences,
    label,
    pair_sentences,
    typical_sentences,
    unusual_sentences,
)
from server.public_holidays import public_holidays

WEEKS, MOST_WEEKS = 26, 104
"""How far back it is looked unless somebody says, and at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be looked at."""

    what: str = ENTRIES
    """"entries", "transactions" or "visits:ZONE"."""
    weeks: int = WEEKS
    country: str = ""
    """Whose public holidays are known, as "DE" or "DE-BY"."""
    false_alarm_days: int = FALSE_ALARM_DAYS


@dataclass(frozen=True, slots=True)
class Span:
    """The days that were looked at."""

    first_day: date
    last_day: date
    known_days: int
    closed_days: int


@dataclass(frozen=True, slots=True)
class Typical:
    """The typical day of each weekday."""

    span: Span
    days: tuple[TypicalDay, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """An unusual day with what is known of it."""

    day: UnusualDay
    reasons: tuple[Reason, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class UnusualDays:
    """The days that were unlike others, the last one first."""

    span: Span
    unusual: Unusual
    days: tuple[Explained, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """What goes up and down together."""

    span: Span
    hours: tuple[Pair, ...]
    days: tuple[Pair, ...]
    followed: tuple[Pair, ...]
    """Halves of a day, and days in a row."""
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """All of it, read once. `zones` are the names of zones by their id."""

    source: Source
    asked: Asked
    past: Past
    zones: Mapping[str, str]

    @property
    def span(self) -> Span:
        """The days that were looked at."""
        days = self.past.days
        return Span(
            days.first, days.day(days.days - 1), days.known(self.asked.what), len(self.past.closed_days)
        )

    @property
    def label(self) -> str:
        """What people call the series."""
        return self.label_of(self.asked.what)

    def label_of(self, series: str) -> str:
        """What people call any series."""
        return label(series, self.zones)

    def typical(self) -> Typical:
        """The typical day of each weekday."""
        found = typical_days(self.past.days, self.asked.what)
        return Typical(self.span, found, tuple(typical_sentences(found, self.label)))

    def unusual(self) -> UnusualDays:
        """The days that were unlike others, with what is known of them."""
        span = self.span
        found = unusual_days(self.past.days, self.asked.what, self.asked.false_alarm_days)
        known = known_days(self.source, span.first_day, span.last_day, self.asked.country)
        days = []
        for day in reversed(found.days):
            reasons = known.reasons(day.day)
            days.append(Explained(day, reasons, day_sentence(day, reasons, self.label)))
        explained = sum(bool(day.reasons) for day in days)
        return UnusualDays(span, found, tuple(days), tuple(unusual_sentences(found, explained)))

    def together(self) -> Together:
        """What goes up and down together, hour by hour and day by day."""
        days, is_open = self.past.days, self.past.open_parts
        hours, daily = hours_together(days, is_open), days_together(days, is_open)
        after = followed(days, self.asked.what, is_open)
        said = (
            *pair_sentences(hours, self.zones, "hours"),
            *pair_sentences(daily, self.zones, "days"),
            *followed_sentences(after),
        )
        return Together(self.span, hours, daily, after, said)


def flow_of(source: Source, asked: Asked, zones: Mapping[str, str], now: datetime) -> Flow:
    """Read what a question about a store's flow needs.

    Raises:
        FlowRefused: nothing was counted yet, or not of that name.
        CountryUnknown: nobody knows the holidays of that country.
        LibraryMissing: what reckons is not installed.
    """
    known = [name for name in series_of(source) if not name.startswith(DWELL)]
    if asked.what not in known:
        raise FlowRefused(
            f"{asked.what!r} is not counted in {source.store}", f"known are: {', '.join(known)}"
        )
    if asked.country:
        # Before the work, for whoever named one that nobody knows.
        public_holidays(asked.country, (now.year,))
    return Flow(source, asked, past_of(source, asked.weeks, now), zones)
