"""Short ways to write rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from edge.wire import DwellSketch, SaleKind
from server.metrics.intervals import Calendar, Interval
from server.metrics.report import Terms
from server.metrics.rows import BucketRow, LineRow, PlanogramRow, TicketRow, ZoneRow

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))
TERMS = Terms(calendar=BERLIN, currency="EUR", least_visitors=1)
DAY = BERLIN.business_day(date(2026, 3, 3))
LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)


def at(minute: float) -> datetime:
    """So many minutes after the day began."""
    return DAY.begin + timedelta(minutes=minute)


def span(begin: float, end: float) -> Interval:
    """From minute to minute of the day."""
    return Interval(at(begin), at(end))


def bucket(
    begin: float,
    end: float,
    camera: str = "door",
    *,
    coverage: float = 1.0,
    final: bool = True,
    clock_synced: bool = True,
    replayed: bool = False,
) -> BucketRow:
    return BucketRow("edge-1", camera, at(begin), at(end), coverage, final, clock_synced, replayed)


def line(
    begin: float, end: float, count_in: int, count_out: int, name: str = "main", kind: str = "entrance"
) -> LineRow:
    return LineRow("edge-1", "door", at(begin), at(end), name, kind, count_in, count_out)


def zone(
    begin: float,
    end: float,
    name: str,
    durations: Iterable[float],
    person_seconds: float = 0,
    observed_seconds: float = 60,
    peak: int = 0,
) -> ZoneRow:
    sketch = DwellSketch.of(durations)
    return ZoneRow("edge-1", "hall", at(begin), at(end), name, sketch, person_seconds, observed_seconds, peak)


def ticket(
    minute: float,
    net: str | None = "10.00",
    *,
    kind: SaleKind = SaleKind.SALE,
    currency: str | None = "EUR",
    units: str = "1",
    skus: Iterable[str] = ("tea",),
    number: str = "",
) -> TicketRow:
    return TicketRow(
        ticket=number or f"t{minute}",
        till="till-1",
        at=at(minute),
        kind=kind,
        currency=currency,
        net=None if net is None else Decimal(net),
        units=Decimal(units),
        skus=frozenset(skus),
    )


def shelf(sku: str, zone: str, begin: date | None = None, end: date | None = None) -> PlanogramRow:
    return PlanogramRow(sku, zone, begin, end)
