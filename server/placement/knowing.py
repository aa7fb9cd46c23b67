"""What a shop knows of its zones and products, for what a request does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.figures.reading import Source, rows_for
from server.metrics.intervals import Resolution, split
from server.metrics.report import report
from server.metrics.sales import Planogram
from server.placement.terms import Placed
from server.staffing.expecting import last_weeks
from server.storage import catalogue, sales


@dataclass(frozen=True, slots=True)
class ZoneSeen:
    """Visits of a zone, and its mean dwell over the mean dwell of all zones (1 is usual)."""

    visits: float
    stay: float


@dataclass(frozen=True, slots=True)
class ProductKnown:
    """What the catalogue says of a product; None where it does not say."""

    margin: float | None
    category: str | None


class Knowing(Protocol):
    """Whoever knows the shop."""

    def zones(self) -> Mapping[str, ZoneSeen]:
        """Zones that were seen."""

    def sold(self) -> Mapping[str, float]:
        """Pieces sold by product, returns taken off."""

    def product(self, sku: str) -> ProductKnown:
        """What the catalogue says."""

    def present(self, skus: Sequence[str]) -> Placed:
        """Where some products lie now."""


@dataclass(frozen=True)
class Shop:
    """The shop as its database knows it, by the last weeks."""

    source: Source
    now: datetime

    def zones(self) -> Mapping[str, ZoneSeen]:
        """Visits of the last weeks without staff's; zones without a visit have no stay of their own."""
        whole = last_weeks(self.source, self.now)
        parts = list(split(whole, Resolution.DAY, self.source.terms.calendar))
        rows = rows_for(self.source, whole, parts, self.now)
        found = report(rows, self.source.terms, whole, parts, self.now).totals.zones
        known = {each.zone: each.dwell for each in found if each.dwell is not None and each.dwell.n}
        total = sum(each.n for each in known.values())
        seconds = sum(each.n * (each.mean_seconds or 0.0) for each in known.values())
        usual = seconds / total if total else 0.0
        return {
            zone: ZoneSeen(each.n, (each.mean_seconds or 0.0) / usual if usual else 1.0)
            for zone, each in known.items()
        }

    def sold(self) -> Mapping[str, float]:
        """Pieces sold in the last weeks."""
        whole = last_weeks(self.source, self.now)
        return sales.pieces_sold(self.source.db, self.source.store, whole.begin, whole.end)

    def product(self, sku: str) -> ProductKnown:
        """What the catalogue says; the margin is price less cost, with whatever tax stands in them."""
        row = catalogue.product(self.source.db, sku)
        if row is None:
            return ProductKnown(None, None)
        margin = None if row.price is None or row.cost is None else float(row.price - row.cost)
        return ProductKnown(margin, row.category)

    def present(self, skus: Sequence[str]) -> Placed:
        """The planogram of today."""
        day = self.source.terms.calendar.day_of(self.now)
        planogram = Planogram.of(sales.places_of(self.source.db, self.source.store, skus))
        return frozenset((sku, zone) for sku in skus for zone in planogram.zones_of([sku], day))
