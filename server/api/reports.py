"""A store's figures out of the database: the one way for the API, the page and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from server.config import StoreSettings
from server.figures.reading import Source, rows_for
from server.figures.terms import calendar_of as calendar_of
from server.figures.terms import terms_of
from server.metrics.intervals import Interval, Resolution, split
from server.metrics.labour import power_hours
from server.metrics.report import Figures, Report, report


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

    @property
    def power_hours(self) -> tuple[datetime, ...]:
        """When the fewest hours begin that hold half of the entries of a day; none but for a day by hours."""
        calendar = calendar_of(self.settings)
        if self.resolution is not Resolution.HOUR or self.interval != calendar.business_day(
            calendar.day_of(self.interval.begin)
        ):
            return ()
        return power_hours((part.interval.begin, part.entries) for part in self.parts)

    def is_partial(self, part: Interval) -> bool:
        """Whether the range cuts a part, so that it is shorter than its resolution says."""
        calendar = calendar_of(self.settings)
        return not all(calendar.is_edge(at, self.resolution) for at in (part.begin, part.end))


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
    source = Source(db, store_id, terms_of(db, store_id, store))
    rows = rows_for(source, whole, parts, now)
    return StoreReport(store_id, store, whole, resolution, report(rows, source.terms, whole, parts, now))
