"""The rows that metrics are computed from, as storage hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from edge.wire import DwellSketch, SaleKind

Cell = tuple[int, int]
"""Column and row."""

GroupSizes = Mapping[int, int]
"""Size of a group to the number of such groups."""


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
    """Crossings of one line within one bucket, staff too; what is None was not told."""

    device: str
    camera: str
    begin: datetime
    end: datetime
    line: str
    kind: str
    count_in: int
    count_out: int
    staff_in: int | None = None
    staff_out: int | None = None
    groups_in: GroupSizes | None = None
    groups_out: GroupSizes | None = None
    passed: int | None = None


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """Visits to one zone that ended within one bucket, staff's too, and how full it was."""

    device: str
    camera: str
    begin: datetime
    end: datetime
    zone: str
    dwell: DwellSketch
    person_seconds: float
    observed_seconds: float
    peak: int
    staff_dwell: DwellSketch | None = None
    """Those of the visits that were staff's; None where staff are not told apart."""
    ended: Mapping[str, int] | None = None
    """Why the visits ended, to their number."""
    shelved: bool | None = None
    """Whether products lay in the zone; None: what the planogram says of the day on which the row begins."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Who waited in one queue within one bucket; what is None was not told."""

    device: str
    camera: str
    begin: datetime
    end: datetime
    queue: str
    joined: int | None
    served: int | None
    abandoned: int | None
    lost: int | None
    wait: DwellSketch | None
    abandoned_wait: DwellSketch | None
    person_seconds: float | None
    observed_seconds: float | None
    peak: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """Where people spent time within one bucket: seconds by column and row of a grid's cells."""

    device: str
    camera: str
    begin: datetime
    end: datetime
    unit: Literal["metres", "width"]
    cell: float
    seconds: Mapping[Cell, float]


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


@dataclass(frozen=True, slots=True)
class TakingsRow:
    """Tickets of one currency paid in [begin, end), added up; a single ticket begins and ends as it is paid.

    Returns lower `units`, `net` and `priced_units`; voids and online pick-ups are in `tickets` only.
    """

    begin: datetime
    end: datetime
    currency: str | None
    tickets: int
    """Of every kind."""
    sales: int
    returns: int
    units: Decimal
    net: Decimal
    """Of the tickets that have an amount."""
    priced: int
    """Sales and returns that have an amount."""
    priced_sales: int
    priced_units: Decimal


@dataclass(frozen=True, slots=True)
class BoughtRow:
    """Sales by the zone of their products, at the time of payment less the store's lag from visit to till."""

    begin: datetime
    end: datetime
    tickets: int
    """Of every kind, so that a till is known by it."""
    zones: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class InsideRow:
    """How the number of people inside went on within [begin, end), reckoned from that at its beginning.

    A row of whole business days (`whole`) begins at nobody; of several days, `seconds` are those of the days
    that have counts, and `change` is the level at the end of the last of them.
    """

    begin: datetime
    end: datetime
    change: int
    person_seconds: float
    seconds: float
    peak: int
    known: bool
    """Whether any entrance was watched."""
    whole: bool


@dataclass(frozen=True, slots=True)
class LabourRow:
    """So many people at work on the sales floor from `begin` up to before `end`."""

    begin: datetime
    end: datetime
    people: Decimal
