"""Facts of a moment in the past, out of what was counted then; for trying rules out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from server.config import StoreSettings
from server.figures.reading import Source, tickets_of
from server.metrics.intervals import Interval
from server.metrics.report import Terms
from server.metrics.rows import BoughtRow, QueueRow, ZoneRow
from server.metrics.sales import Planogram
from server.storage import sales
from server.storage.baskets import any_ticket
from server.storage.counts import zone_rows
from server.storage.queues import queue_rows
from server.triggering.facts import by_zone

_FRESH = timedelta(minutes=2)
"""An older minute no longer says who is there."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows of a span, by zone and queue and in order of time."""

    span: Interval
    zones: Mapping[str, Sequence[ZoneRow]]
    queues: Mapping[str, Sequence[QueueRow]]
    bought: Sequence[BoughtRow]
    planogram: Planogram

    @classmethod
    def of(cls, source: Source, span: Interval) -> Loaded:
        """Everything of a span."""
        key = (source.db, source.store, span.begin, span.end)
        waits = sorted(queue_rows(*key), key=lambda row: (row.queue, row.begin))
        return cls(
            span=span,
            zones=by_zone(zone_rows(*key)),
            queues={queue: list(rows) for queue, rows in groupby(waits, key=lambda row: row.queue)},
            bought=sorted(tickets_of(source, span).bought, key=lambda row: row.begin),
            planogram=Planogram.of(sales.shelves(source.db, source.store)),
        )


@dataclass(frozen=True, slots=True)
class FactsThen:
    """Facts at a moment of a day that is loaded. People now are those of the last full minute, on average."""

    source: Source
    store: StoreSettings
    loaded: Loaded
    now: datetime
    flags: Collection[str]

    @property
    def terms(self) -> Terms:
        """What the store has agreed on."""
        return self.source.terms

    def visits(self, zone: str, span: Interval) -> Sequence[ZoneRow]:
        """The rows of a zone that begin within a span."""
        if not self._holds(span):
            rows = zone_rows(self.source.db, self.source.store, span.begin, span.end)
            return [row for row in rows if row.zone == zone]
        known = self.loaded.zones.get(zone, ())
        first = bisect_left(known, span.begin, key=lambda row: row.begin)
        upto = bisect_left(known, span.end, key=lambda row: row.begin)
        # What ended later was not known then; of old days only whole hours are left.
        return [row for row in known[first:upto] if row.end <= self.now]

    def bought(self, span: Interval) -> Sequence[BoughtRow]:
        """Sales by the zones of their products, of visits within a span."""
        if not self._holds(span):
            return [row for row in tickets_of(self.source, span).bought if row.begin < span.end]
        known = self.loaded.bought
        first = bisect_left(known, span.begin, key=lambda row: row.begin)
        return known[first : bisect_left(known, span.end, key=lambda row: row.begin)]

    def till_told(self, span: Interval) -> bool:
        """Whether any ticket was paid within a span."""
        return any_ticket(self.source.db, self.source.store, span.begin, span.end)

    def has_products(self, zone: str) -> bool:
        """Whether any product was mapped to a zone on that day."""
        return self.loaded.planogram.fills(zone, self.terms.calendar.day_of(self.now))

    def people_in(self, zone: str) -> float | None:
        """How many people were in a zone in the last minute, on average."""
        return _mean_of(self.visits(zone, self._last), self.now)

    def waiting_in(self, queue: str) -> float | None:
        """How many people waited in the last minute, on average."""
        rows = [row for row in self.loaded.queues.get(queue, ()) if self._last.begin <= row.begin < self.now]
        return _mean_of(rows, self.now)

    def flag_until(self, flag: str) -> datetime | None:
        """Flags of the past are not kept, so those that were asked for are taken to be set."""
        return self.loaded.span.end if flag in self.flags else None

    @property
    def _last(self) -> Interval:
        return Interval(self.now - _FRESH, self.now)

    def _holds(self, span: Interval) -> bool:
        return self.loaded.span.begin <= span.begin and span.end <= self.loaded.span.end


def _mean_of(rows: Sequence[ZoneRow] | Sequence[QueueRow], now: datetime) -> float | None:
    """The newest full minute of each camera, added up; None where none says anything."""
    newest = {(row.device, row.camera): row for row in rows if row.end <= now and row.observed_seconds}
    if not newest:
        return None
    return sum((row.person_seconds or 0) / (row.observed_seconds or 1) for row in newest.values())
