"""What a store has agreed on, from its settings and from what was measured."""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database

from server.config import StoreSettings
from server.metrics.intervals import Calendar
from server.metrics.opening import Opening, Span
from server.metrics.queues import QueueTerms
from server.metrics.report import Terms
from server.metrics.zones import EngagementTerms
from server.storage.catalogue import holidays, opening_hours
from server.storage.labour import kept_lag


def calendar_of(store: StoreSettings) -> Calendar:
    """A store's clock and calendar."""
    return Calendar(store.zone, store.day_begins, store.retail_year)


def terms_of(db: Database, store_id: str, store: StoreSettings) -> Terms:
    """The terms of a store: its lag is the measured one where one was kept, else the configured one."""
    measured = kept_lag(db, store_id)
    minutes = measured.minutes if measured else store.visit_to_till_lag_minutes
    return Terms(
        calendar=calendar_of(store),
        currency=store.currency,
        visit_to_till_lag=timedelta(minutes=minutes),
        least_visitors=store.least_visitors,
        zones=tuple(store.zones),
        queues=QueueTerms(tuple(store.queues), store.queue_target_seconds, store.queue_targets),
        engagement=EngagementTerms(store.engagement_seconds, store.engagement_of_zones),
        opening=opening_of(db, store_id),
    )


def opening_of(db: Database, store_id: str) -> Opening:
    """When a store is open, by its catalogue."""
    weekly: dict[int, tuple[Span, ...]] = {}
    for weekday, opens, closes in opening_hours(db, store_id):
        weekly[weekday] = (*weekly.get(weekday, ()), (opens, closes))
    days = {day: () if span is None else (span,) for day, span in holidays(db, store_id).items()}
    return Opening(weekly, days)
