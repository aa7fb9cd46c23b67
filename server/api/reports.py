"""A store's figures out of the database: the one way for the API, the page and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from server.config import StoreSettings
from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.queues import QueueTerms
from server.metrics.report import Figures, Report, Rows, Terms, report
from server.storage import counts, queues, sales


@dataclass(frozen=True, slots=True)
class StoreReport:
    """The figures of one store over a range, with what is needed to show them."""

    store: str
    settings: StoreSettings
    interval: Interval
    resolution: Resolution
    figures: Report

    @property
    def totals(self) -> Figures:
        """The figures of the whole range."""
        return self.figures.totals

    @property
    def parts(self) -> tuple[Figures, ...]:
        """The figures part by part."""
        return self.figures.parts


def calendar_of(store: StoreSettings) -> Calendar:
    """A store's clock."""
    return Calendar(store.zone, store.day_begins)


def zone_name(store: StoreSettings, zone: str) -> str:
    """What people call a zone; its id where nobody gave it a name."""
    return store.zones[zone].name if zone in store.zones else zone


def queue_name(store: StoreSettings, queue: str) -> str:
    """What people call a queue; its id where nobody gave it a name."""
    return store.queues[queue].name if queue in store.queues else queue


def day_report(
    db: Database, store_id: str, store: StoreSettings, day: date, now: datetime | None = None
) -> StoreReport:
    """The figures of one business day, by hour.

    `now` is the moment up to which anything can be known; without it the day is taken to be over.
    """
    calendar = calendar_of(store)
    whole = calendar.business_day(day)
    parts = list(split(whole, Resolution.HOUR, calendar))
    return range_report(db, store_id, store, whole, parts, Resolution.HOUR, now or whole.end)


def range_report(
    db: Database,
    store_id: str,
    store: StoreSettings,
    whole: Interval,
    parts: Sequence[Interval],
    resolution: Resolution,
    now: datetime,
) -> StoreReport:
    """The figures of a range and of its parts."""
    terms = _terms(store)
    rows = _rows(db, store_id, terms, whole)
    return StoreReport(store_id, store, whole, resolution, report(rows, terms, whole, parts, now))


def _terms(store: StoreSettings) -> Terms:
    return Terms(
        calendar=calendar_of(store),
        currency=store.currency,
        visit_to_till_lag=timedelta(minutes=store.visit_to_till_lag_minutes),
        least_visitors=store.least_visitors,
        zones=tuple(store.zones),
        queues=QueueTerms(tuple(store.queues), store.queue_target_seconds, store.queue_targets),
    )


def _rows(db: Database, store_id: str, terms: Terms, whole: Interval) -> Rows:
    calendar = terms.calendar
    begin = calendar.business_day(calendar.day_of(whole.begin)).begin
    end = calendar.edge_after(whole.end - timedelta(microseconds=1), Resolution.DAY)
    return Rows(
        buckets=counts.bucket_rows(db, store_id, begin, end),
        lines=counts.line_rows(db, store_id, begin, end),
        zones=counts.zone_rows(db, store_id, begin, end),
        queues=queues.queue_rows(db, store_id, begin, end),
        tickets=sales.ticket_rows(db, store_id, begin, end + terms.visit_to_till_lag),
        planogram=sales.planogram_rows(db, store_id),
    )
