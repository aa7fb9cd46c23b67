"""The rows that metrics are computed from, as storage hands them over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from edge.wire import DwellSketch, SaleKind


@dataclass(frozen=True, slots=True)
class BucketRow:
    """One bucket of one camera, at its highest revision: how much of it was seen."""

    device: str
    camera: str
    begin: datetime
    end: datetime
    coverage: float
    final: bool
    clock_synced: bool
    replayed: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    """Crossings of one line within one bucket."""

    device: str
    camera: str
    begin: datetime
    end: datetime
    line: str
    kind: str
    count_in: int
    count_out: int


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """Visits to one zone that ended within one bucket, and how full it was."""

    device: str
    camera: str
    begin: datetime
    end: datetime
    zone: str
    dwell: DwellSketch
    person_seconds: float
    observed_seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One ticket at its highest revision. `net` is None where no line has an amount."""

    ticket: str
    till: str
    at: datetime
    kind: SaleKind
    currency: str | None
    net: Decimal | None
    units: Decimal
    skus: frozenset[str]


@dataclass(frozen=True, slots=True)
class PlanogramRow:
    """Where a product lay, from a local day on (None: always) up to before another (None: for good)."""

    sku: str
    zone: str
    valid_from: date | None
    valid_until: date | None
