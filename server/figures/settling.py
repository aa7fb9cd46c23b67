"""Putting spans together beforehand, as soon as they are over; what has changed since is done again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from server.config import Settings
from server.figures.reading import LONG_KINDS, Source, minutes_of, tickets_of
from server.figures.terms import terms_of
from server.metrics.condensing import counts_together, joined, on_shelved_days, sales_together
from server.metrics.footfall import entrance_rows
from server.metrics.inside import OccupancyCurve
from server.metrics.intervals import Interval, Resolution, shared_out, split
from server.metrics.report import Rows
from server.metrics.rows import ZoneRow
from server.metrics.sales import Planogram
from server.storage import rollups, sales
from server.storage.database import open_database
from server.storage.rollups import Overtaken, Shelf
from server.storage.space import free_megabytes

SETTLE_SECONDS = 60.0
"""So often a server that runs looks for hours that are over."""

_TRIES = 3

_log = logging.getLogger("footfall.figures")


def settle_all(settings: Settings, now: datetime, stop: threading.Event | None = None) -> int:
    """Put together what is over and not yet put together, of all stores; how many spans."""
    done = 0
    for store_id, store in settings.stores.items():
        with open_database(settings.database) as db:
            source = Source(db, store_id, terms_of(db, store_id, store))
            done += settle(source, now, stop)
    return done


def keep_settled(settings: Settings, clock: Callable[[], datetime]) -> Callable[[threading.Event], None]:
    """A part of a server that settles every minute until it is stopped."""

    def run(stop: threading.Event) -> None:
        while not stop.is_set():
            if free_megabytes(settings.database) >= settings.least_free_megabytes:
                settle_all(settings, clock(), stop)
            stop.wait(SETTLE_SECONDS)

    return run


def settle(source: Source, now: datetime, stop: threading.Event | None = None) -> int:
    """Put together the hours, days and longer spans of a store that are over; how many were missing.

    What another process changes meanwhile is left for the next time, so nothing stale is ever kept.
    """
    extent = rollups.stored_span(source.db, source.store)
    if extent is None:
        return 0
    for shelf in (source.counts, source.sales):
        _tried(source.db, partial(rollups.forget_others, source.db, shelf))
    calendar = source.terms.calendar
    whole = Interval(calendar.business_day(calendar.day_of(extent[0])).begin, now)
    done = 0
    for work in (_short_spans(source, whole), _long_spans(source, whole)):
        for step in work:
            if stop is not None and stop.is_set():
                return done
            done += _tried(source.db, step)
    return done


def _tried(db: Database, step: Callable[[], int]) -> int:
    for _ in range(_TRIES):
        try:
            with rollups.unchanged(db):
                return step()
        except Overtaken:
            continue
    return 0


def _missing(source: Source, shelf: Shelf, kind: Resolution, whole: Interval) -> list[Interval]:
    """The spans of a kind within an interval that are over and not held."""
    calendar = source.terms.calendar
    held = {tile.span for tile in rollups.held(source.db, shelf, kind, whole)}
    return [
        span
        for span in split(whole, kind, calendar)
        if span not in held and calendar.is_edge(span.begin, kind) and calendar.is_edge(span.end, kind)
    ]


def _short_spans(source: Source, whole: Interval) -> Iterator[Callable[[], int]]:
    """Steps that each put hours of one business day together, and the day itself once it is over.

    What removes an hour removes its day, too, so only days that are missing have missing hours.
    """
    calendar = source.terms.calendar
    running = Interval(calendar.business_day(calendar.day_of(whole.end)).begin, whole.end)
    for shelf, put_together in ((source.counts, _settle_counts), (source.sales, _settle_sales)):
        for day in _missing(source, shelf, Resolution.DAY, whole):
            yield partial(put_together, source, day, [day])
        yield partial(put_together, source, running, [])


def _settle_counts(source: Source, within: Interval, days: Sequence[Interval]) -> int:
    """Hours and days of one business day, from one reading of its minutes."""
    hours = _missing(source, source.counts, Resolution.HOUR, within)
    if not hours and not days:
        return 0
    rows = minutes_of(source, _around(hours, days))
    hours = _unless_empty(hours, rows)
    entrances = [*entrance_rows(rows.lines), *entrance_rows(rows.earlier)]
    curve = OccupancyCurve.of(entrances, source.terms.calendar)
    for kind, spans in ((Resolution.HOUR, hours), (Resolution.DAY, days)):
        rollups.put(source.db, source.counts, kind, zip(spans, _counts_of(rows, curve, spans), strict=True))
    return len(hours) + len(days)


def _counts_of(rows: Rows, curve: OccupancyCurve, spans: Sequence[Interval]) -> Iterator[Rows]:
    shares = zip(
        spans,
        shared_out(rows.buckets, spans, lambda row: row.begin),
        shared_out(rows.lines, spans, lambda row: row.begin),
        shared_out(rows.zones, spans, lambda row: row.begin),
        shared_out(rows.queues, spans, lambda row: row.begin),
        strict=True,
    )
    for span, buckets, lines, zones, queues in shares:
        yield counts_together(Rows(buckets, lines, zones, queues, inside=curve.pieces([span])), span)


def _settle_sales(source: Source, within: Interval, days: Sequence[Interval]) -> int:
    """Hours and days of one business day, from one reading of its tickets."""
    hours = _missing(source, source.sales, Resolution.HOUR, within)
    if not hours and not days:
        return 0
    rows = tickets_of(source, _around(hours, days))
    hours = _unless_empty(hours, rows)
    for kind, spans in ((Resolution.HOUR, hours), (Resolution.DAY, days)):
        rollups.put(source.db, source.sales, kind, zip(spans, _sales_of(rows, spans), strict=True))
    return len(hours) + len(days)


def _unless_empty(hours: list[Interval], rows: Rows) -> list[Interval]:
    """The hours of a day of which anything is stored; of any other day, the day alone says so.

    Else one ticket of long ago, or one bucket of a clock that was wrong, would make hours for years.
    """
    some = (rows.buckets, rows.lines, rows.zones, rows.queues, rows.earlier, rows.taken, rows.bought)
    return hours if any(some) else []


def _sales_of(rows: Rows, spans: Sequence[Interval]) -> Iterator[Rows]:
    taken = shared_out(rows.taken, spans, lambda row: row.begin)
    bought = shared_out(rows.bought, spans, lambda row: row.begin)
    for span, of_tills, of_zones in zip(spans, taken, bought, strict=True):
        yield sales_together(Rows(taken=of_tills, bought=of_zones), span)


def _around(hours: Sequence[Interval], days: Sequence[Interval]) -> Interval:
    spans = [*hours, *days]
    return Interval(min(span.begin for span in spans), max(span.end for span in spans))


def _long_spans(source: Source, whole: Interval) -> Iterator[Callable[[], int]]:
    for kind in LONG_KINDS:
        for shelf in (source.counts, source.sales):
            for span in _missing(source, shelf, kind, whole):
                yield partial(_settle_long, source, shelf, kind, span)


def _settle_long(source: Source, shelf: Shelf, kind: Resolution, span: Interval) -> int:
    """A week or more from its days; nothing while one of them is missing."""
    calendar = source.terms.calendar
    held = rollups.held(source.db, shelf, Resolution.DAY, span)
    if [tile.span for tile in held] != list(split(span, Resolution.DAY, calendar)):
        return 0
    rows = joined(rollups.rows_of(source.db, [tile.number for tile in held]))
    if shelf.what == "sales":
        together = sales_together(rows, span)
    else:
        planogram = Planogram.of(sales.shelves(source.db, source.store))

        def filled(row: ZoneRow) -> bool:
            return planogram.fills(row.zone, calendar.day_of(row.begin))

        together = counts_together(replace(rows, zones=on_shelved_days(rows.zones, filled)), span)
    rollups.put(source.db, shelf, kind, [(span, together)])
    return 1
