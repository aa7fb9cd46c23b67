"""A store's days from its figures and its catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median

from server.figures.reading import Source, rows_for
from server.flow.outcome import Outcome
from server.flow.reasons import KnownDays, known_days
from server.flow.sales_days import History, SalesDay
from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.report import Figures, report
from server.storage.counts import stored_days
from server.storage.known_days import DayWeather, StoreEvent

LONGEST = timedelta(weeks=104)
"""Older days are not looked at: a shop changes."""

LEAST_OF_USUAL_COVERAGE = 0.8
"""Of a day that was watched for less of the time than this share of what is usual, too many are missing."""

_AT_ONCE = timedelta(days=91)
"""So much is in memory at a time; longer than the ranges of which figures look minute by minute."""


def sales_history(source: Source, of: Outcome, now: datetime, country: str = "") -> History:
    """The business days of a store that are over, up to two years back, as far as they can be used.

    `country` names public holidays: "NZ" or "NZ-AUK" (ISO 3166-1 and -2); empty: only the catalogue's.

    Raises:
        CountryUnknown: nobody knows the holidays of that country.
        LibraryMissing: a country is named, and the library of holidays is not installed.
    """
    calendar, stored = source.terms.calendar, stored_days(source.db, source.store)
    if stored is None:
        return History(())
    last = calendar.day_of(now)
    first = max(calendar.day_of(stored[0]), last - LONGEST)
    figures = [day for whole in _stretches(calendar, first, last) for day in _days(source, whole, now)]
    return _history(source, of, figures, known_days(source, first, last, country))


def _stretches(calendar: Calendar, first: date, end: date) -> Iterator[Interval]:
    """The business days from the first up to before `end`, some months at a time."""
    while first < end:
        after = min(first + _AT_ONCE, end)
        yield Interval(calendar.business_day(first).begin, calendar.business_day(after).begin)
        first = after


def _days(source: Source, whole: Interval, now: datetime) -> Iterator[Figures]:
    parts = list(split(whole, Resolution.DAY, source.terms.calendar))
    yield from report(rows_for(source, whole, parts, now), source.terms, whole, parts, now).parts


def _history(source: Source, of: Outcome, figures: Sequence[Figures], known: KnownDays) -> History:
    usual = median([each.coverage for each in figures if each.coverage] or [0.0])
    reasons: dict[str, int] = defaultdict(int)
    events = _with_public(known)
    marks, weather, days = _marks(events), known.weather or {}, []
    for each in figures:
        day = source.terms.calendar.day_of(each.interval.begin)
        reason = _unfit(each, of, usual, source.terms.least_visitors)
        if reason:
            reasons[reason] += 1
            continue
        found = SalesDay(day, _sold(each, of), float(each.entries or 0), _dwell(each), marks=marks[day])
        its = weather.get(day, DayWeather(None, None))
        days.append(replace(found, temperature_c=its.temperature_c, rain_mm=its.rain_mm))
    told = tuple(
        f"{count} day{'' if count == 1 else 's'} {reason}"
        for reason, count in reasons.items()
        if reason != _CLOSED
    )
    return History(tuple(days), told, _names(events, {day.day for day in days}))


_CLOSED = "on which nobody came and nothing was sold"


def _unfit(figures: Figures, of: Outcome, usual: float, least: int) -> str:
    """Why a day cannot be used; empty where it can."""
    sold = figures.sales
    if not figures.entries and not (sold and sold.transactions):
        return _CLOSED if figures.entries == 0 else "of which no camera told anything"
    if not figures.entries or (figures.coverage or 0.0) < LEAST_OF_USUAL_COVERAGE * usual:
        return "on which the cameras watched less than usual"
    if sold is None or (not sold.transactions and figures.entries >= least):
        return "without a single ticket although people came: their tickets may be missing"
    if of is Outcome.NET_SALES and (sold.net is None or sold.net.amount < 0):
        return "without net sales, or with more returned than sold"
    return ""


def _sold(figures: Figures, of: Outcome) -> float:
    if of is Outcome.TRANSACTIONS:
        return float(figures.transactions or 0)
    return float(figures.net_sales.amount) if figures.net_sales else 0.0


def _dwell(figures: Figures) -> float | None:
    """Mean seconds of all visits: Σ seconds / Σ visits, never a mean of means."""
    known = [each.dwell for each in figures.zones if each.dwell and each.dwell.mean_seconds is not None]
    visits = sum(dwell.n for dwell in known)
    return sum(dwell.n * (dwell.mean_seconds or 0.0) for dwell in known) / visits if visits else None


def _with_public(known: KnownDays) -> list[StoreEvent]:
    """What the catalogue names, and public holidays."""
    public = (known.holidays or {}).items()
    return [*known.events, *(StoreEvent(name, "holiday", day, day) for day, name in sorted(public))]


def _marks(events: Sequence[StoreEvent]) -> Mapping[date, frozenset[str]]:
    marks: dict[date, frozenset[str]] = defaultdict(frozenset)
    for event in events:
        for day in event.days():
            marks[day] |= {event.kind}
    return marks


def _names(events: Sequence[StoreEvent], days: set[date]) -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = defaultdict(list)
    for event in events:
        if event.name and event.name not in names[event.kind] and days.intersection(event.days()):
            names[event.kind].append(event.name)
    return {mark: tuple(of_mark) for mark, of_mark in names.items()}
