"""Fills a real database through the listener's own path, message by message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edge.wire import (
    Audit,
    AuditedLine,
    AuditedWay,
    Counts,
    DetectorCard,
    DwellSketch,
    Health,
    LineCount,
    Live,
    Sale,
    SaleKind,
    SaleLine,
    SourceState,
    Status,
    ZoneCount,
    ZoneNow,
    encode,
)
from server.config import Settings
from server.ingest.apply import BatchResult, Received, apply_batch
from server.metrics.rows import PlanogramRow
from server.storage.database import migrate, open_database, writing
from server.storage.sales import replace_planogram

Message = Counts | Live | Status | Health | Sale | Audit

STORE, DEVICE, CAMERA = "corner", "edge-1", "door"

NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
"""12:00 in Berlin."""


def settings_for(folder: Path, **stores: dict[str, Any]) -> Settings:
    """Settings with a migrated, empty database; by default one store in Berlin."""
    known = stores or {STORE: berlin_store()}
    settings = Settings.model_validate({"database": folder / "footfall.db", "stores": known})
    if settings.database.exists():
        migrate(settings.database)
    else:
        settings.database.write_bytes(_migrated())
    return settings


@cache
def _migrated() -> bytes:
    """An empty database; made once, for a thousand tests begin with one."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "footfall.db"
        migrate(file)
        return file.read_bytes()


def berlin_store(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Corner shop",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "least_visitors": 20,
        "zones": {"tea": {"name": "Tea shelf"}, "gifts": {"name": "Gifts"}},
        **changes,
    }


def fill(settings: Settings, messages: Iterable[Message], now: datetime) -> BatchResult:
    """Store messages as if they had just come from the broker."""
    return receive(settings, [Received(message.topic, encode(message)) for message in messages], now)


def receive(settings: Settings, received: Sequence[Received], now: datetime) -> BatchResult:
    with open_database(settings.database) as db:
        return apply_batch(db, settings, received, now)


def lay_out(settings: Settings, rows: Iterable[PlanogramRow], store: str = STORE) -> None:
    with open_database(settings.database) as db, writing(db):
        replace_planogram(db, store, rows)


def audit(begin: datetime, clicked: int, counted: int, matched: int) -> Audit:
    """Somebody who stood at the door for ten minutes; nobody left meanwhile."""
    ways = (
        AuditedWay(clicked=clicked, counted=counted, matched=matched),
        AuditedWay(clicked=0, counted=0, matched=0),
    )
    return Audit(
        store=STORE,
        device=DEVICE,
        camera=CAMERA,
        begin=begin,
        end=begin + timedelta(minutes=10),
        tolerance_seconds=2.0,
        lines=(AuditedLine(line="door", way_in=ways[0], way_out=ways[1]),),
    )


def counts(
    begin: datetime,
    count_in: int,
    count_out: int,
    zones: Sequence[ZoneCount] = (),
    *,
    minutes: float = 1,
    store: str = STORE,
    camera: str = CAMERA,
    revision: int = 1,
    **changes: Any,
) -> Counts:
    return Counts.model_validate(
        {
            "store": store,
            "device": DEVICE,
            "camera": camera,
            "bucket_start": begin,
            "bucket_end": begin + timedelta(minutes=minutes),
            "revision": revision,
            "final": True,
            "coverage": 1.0,
            "lines": [LineCount(line="main", count_in=count_in, count_out=count_out)],
            "zones": zones,
            **changes,
        }
    )


def zone_count(zone: str, durations: Iterable[float], peak: int = 1) -> ZoneCount:
    sketch = DwellSketch.of(durations)
    return ZoneCount(
        zone=zone,
        dwell=sketch,
        occupancy_person_seconds=sketch.sum_seconds,
        observed_seconds=60,
        occupancy_peak=peak,
    )


def sale(
    ticket: str,
    at: datetime,
    net: str | None = "10.00",
    *,
    sku: str = "tea-1",
    kind: SaleKind = SaleKind.SALE,
    quantity: int = 1,
    currency: str | None = "EUR",
    store: str = STORE,
) -> Sale:
    amount = None if net is None else Decimal(net)
    return Sale(
        store=store,
        till="till-1",
        ticket=ticket,
        at=at,
        kind=kind,
        currency=currency,
        lines=(SaleLine(sku=sku, quantity=Decimal(quantity), net=amount),),
    )


def status(at: datetime, *, online: bool = True, camera: str = CAMERA) -> Status:
    return Status(
        store=STORE,
        device=DEVICE,
        camera=camera,
        state="online" if online else "offline",
        since=at if online else None,
        version="0.1.0",
    )


def health(
    at: datetime, *, camera: str = CAMERA, source: SourceState | None = None, fps: float = 9.7
) -> Health:
    return Health(
        store=STORE,
        device=DEVICE,
        camera=camera,
        at=at,
        fps=fps,
        inference_ms=41.5,
        frames_done=1000,
        frames_skipped=3,
        outbox_depth=0,
        outbox_oldest_seconds=0,
        memory_mb=180,
        source=source or SourceState(state="ok"),
        detector=DetectorCard(
            name="rtmdet-nano-320",
            licence="Apache-2.0",
            average_precision=0.71,
            measured_on="COCO val2017, persons",
        ),
    )


def live(at: datetime, *, camera: str = CAMERA, **inside: int) -> Live:
    zones = tuple(ZoneNow(zone=zone, occupancy=people) for zone, people in inside.items())
    return Live(store=STORE, device=DEVICE, camera=camera, at=at, zones=zones)
