"""Messages and settings that the server's tests are about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from edge.wire import (
    Counts,
    DetectorCard,
    DwellSketch,
    Health,
    LineCount,
    Live,
    Sale,
    SaleLine,
    SourceState,
    Status,
    ZoneCount,
    ZoneNow,
)
from server.config import BrokerSettings, Settings, StoreSettings, ZoneSettings

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def settings(folder: Path, port: int = 1883) -> Settings:
    """A demo store whose database lies in a folder."""
    return Settings(
        database=folder / "footfall.db",
        broker=BrokerSettings(port=port),
        stores={
            "demo": StoreSettings(
                name="Demo shop",
                time_zone="Europe/Berlin",
                currency="EUR",
                zones={"shelf": ZoneSettings(name="Shelf")},
            )
        },
    )


def bucket(
    minute: int = 0,
    *,
    revision: int = 1,
    count_in: int = 3,
    store: str = "demo",
    dwell_seconds: tuple[float, ...] = (4.0, 9.0),
) -> Counts:
    """One minute at one camera."""
    begin = NOON + minute * MINUTE
    return Counts(
        store=store,
        device="box",
        camera="door",
        bucket_start=begin,
        bucket_end=begin + MINUTE,
        revision=revision,
        final=True,
        coverage=0.9,
        lines=(LineCount(line="entrance", count_in=count_in, count_out=1),),
        zones=(
            ZoneCount(
                zone="shelf",
                dwell=DwellSketch.of(dwell_seconds),
                occupancy_person_seconds=13.5,
                observed_seconds=54.0,
                occupancy_peak=2,
            ),
        ),
    )


def sale(ticket: str = "1", *, revision: int = 1, net: str = "4.30") -> Sale:
    """One ticket with two lines."""
    return Sale(
        store="demo",
        till="till-1",
        ticket=ticket,
        at=NOON,
        revision=revision,
        currency="EUR",
        lines=(SaleLine(sku="bread", net=Decimal(net)), SaleLine(sku="milk", quantity=Decimal("0.5"))),
    )


def status(state: str = "online") -> Status:
    """A camera's process that came up at noon, or its last will."""
    if state == "offline":
        return Status(store="demo", device="box", camera="door", state="offline", version="0.1")
    return Status(store="demo", device="box", camera="door", state="online", since=NOON, version="0.1")


def health(at: datetime = NOON) -> Health:
    """A camera's process that fares well."""
    return Health(
        store="demo",
        device="box",
        camera="door",
        at=at,
        fps=10,
        inference_ms=20,
        frames_done=100,
        frames_skipped=0,
        outbox_depth=0,
        outbox_oldest_seconds=0,
        memory_mb=200,
        source=SourceState(state="ok"),
        detector=DetectorCard(name="nano", licence="Apache-2.0"),
    )


def live(occupancy: int = 2) -> Live:
    """What the camera sees now."""
    return Live(
        store="demo",
        device="box",
        camera="door",
        at=NOON,
        zones=(ZoneNow(zone="shelf", occupancy=occupancy),),
    )
