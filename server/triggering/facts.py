"""What triggers look at, out of the database: visits, purchases, people now, flags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlite_utils import Database

from server.config import StoreSettings
from server.figures.live import QueuePresence, live_views, queues_now, zones_now
from server.figures.reading import Source, tickets_of
from server.figures.terms import terms_of
from server.metrics.intervals import Interval
from server.metrics.report import Terms
from server.metrics.rows import BoughtRow, ZoneRow
from server.metrics.sales import Planogram
from server.storage import flags, sales
from server.storage.baskets import any_ticket
from server.storage.counts import zone_rows
from server.storage.devices import camera_states


class Facts(Protocol):
    """What is known of one store at the moment for which rules are looked at, and before it."""

    @property
    def store(self) -> StoreSettings:
        """Its settings, with the names that people know."""
        ...

    @property
    def terms(self) -> Terms:
        """What it has agreed on."""
        ...

    def visits(self, zone: str, span: Interval) -> Sequence[ZoneRow]:
        """The rows of a zone that begin within a span."""
        ...

    def bought(self, span: Interval) -> Sequence[BoughtRow]:
        """Sales by the zones of their products, of visits within a span."""
        ...

    def till_told(self, span: Interval) -> bool:
        """Whether any ticket was paid within a span."""
        ...

    def has_products(self, zone: str) -> bool:
        """Whether any product is mapped to a zone today."""
        ...

    def people_in(self, zone: str) -> float | None:
        """How many people are in a zone now; None where nobody can say."""
        ...

    def waiting_in(self, queue: str) -> float | None:
        """How many people wait in a queue now; None where nobody can say."""
        ...

    def flag_until(self, flag: str) -> datetime | None:
        """When a flag that is set now is over; None where it is not set."""
        ...


@dataclass(frozen=True, slots=True)
class FactsNow:
    """Facts of this moment, read when they are asked for, and once for all rules that ask the same."""

    source: Source
    store: StoreSettings
    now: datetime
    zones: Mapping[str, int | None]
    queues: Mapping[str, QueuePresence | None]
    flags: Mapping[str, datetime]
    _visits: dict[Interval, Mapping[str, list[ZoneRow]]] = field(default_factory=dict)
    _bought: dict[Interval, list[BoughtRow]] = field(default_factory=dict)
    _planogram: list[Planogram] = field(default_factory=list)

    @classmethod
    def of(cls, db: Database, store_id: str, store: StoreSettings, now: datetime) -> FactsNow:
        """The facts of a store now."""
        views = live_views(camera_states(db, store_id), now)
        return cls(
            source=Source(db, store_id, terms_of(db, store_id, store)),
            store=store,
            now=now,
            zones=zones_now((), views),
            queues=queues_now((), views),
            flags={flag.flag: flag.expires for flag in flags.flags(db, store_id, now)},
        )

    @property
    def terms(self) -> Terms:
        """What the store has agreed on."""
        return self.source.terms

    def visits(self, zone: str, span: Interval) -> Sequence[ZoneRow]:
        """The rows of a zone that begin within a span."""
        if span not in self._visits:
            rows = zone_rows(self.source.db, self.source.store, span.begin, span.end)
            self._visits[span] = by_zone(rows)
        return self._visits[span].get(zone, ())

    def bought(self, span: Interval) -> Sequence[BoughtRow]:
        """Sales by the zones of their products, of visits within a span."""
        if span not in self._bought:
            rows = tickets_of(self.source, span).bought
            self._bought[span] = [row for row in rows if row.begin < span.end]
        return self._bought[span]

    def till_told(self, span: Interval) -> bool:
        """Whether any ticket was paid within a span."""
        return any_ticket(self.source.db, self.source.store, span.begin, span.end)

    def has_products(self, zone: str) -> bool:
        """Whether any product is mapped to a zone today."""
        if not self._planogram:
            self._planogram.append(Planogram.of(sales.shelves(self.source.db, self.source.store)))
        return self._planogram[0].fills(zone, self.terms.calendar.day_of(self.now))

    def people_in(self, zone: str) -> float | None:
        """How many people its cameras see in a zone now."""
        return self.zones.get(zone)

    def waiting_in(self, queue: str) -> float | None:
        """How many people its cameras see waiting now."""
        waiting = self.queues.get(queue)
        return None if waiting is None else waiting.length

    def flag_until(self, flag: str) -> datetime | None:
        """When a flag is over."""
        return self.flags.get(flag)


def by_zone(rows: Iterable[ZoneRow]) -> dict[str, list[ZoneRow]]:
    """Rows by their zone, in the order in which they come."""
    found: dict[str, list[ZoneRow]] = defaultdict(list)
    for row in rows:
        found[row.zone].append(row)
    return found
