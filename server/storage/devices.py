"""What each camera last said about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from edge.wire import Health, Live, Status
from server.storage.exact import from_us_or_none, to_us


@dataclass(frozen=True, slots=True)
class CameraState:
    """The last of each kind of message of one camera.

    `seen_at` is the last instant at which the camera's process is known to have run: a last will or
    a retained message that the broker hands out again does not move it to now.

    `clock_unknown_since`: since when its device does not know the time; None: it does, or does not say.
    `dropped_at`: when it was last heard to have given up counts for want of room.
    """

    device: str
    camera: str
    status: Status | None
    health: Health | None
    live: Live | None
    seen_at: datetime | None
    clock_unknown_since: datetime | None = None
    dropped_at: datetime | None = None


def keep_status(db: Database, status: Status, received_at: datetime) -> None:
    """Store a camera's status in place of the one before."""
    db.execute(
        "INSERT INTO devices (store, device, camera, status, status_received_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET status = excluded.status,"
        " status_received_at = excluded.status_received_at",
        (status.store, status.device, status.camera, _body(status), to_us(received_at)),
    )


def keep_health(db: Database, health: Health, received_at: datetime) -> None:
    """Store a camera's health in place of the one before, and note since when what it says is so."""
    at = to_us(received_at)
    db.execute(
        "INSERT INTO devices (store, device, camera, health, health_received_at, clock_unknown_since)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " dropped_at = CASE WHEN json_extract(excluded.health, '$.outbox_dropped')"
        " > coalesce(json_extract(devices.health, '$.outbox_dropped'), 0)"
        " THEN excluded.health_received_at ELSE dropped_at END,"
        " clock_unknown_since = CASE WHEN excluded.clock_unknown_since IS NULL THEN NULL"
        " ELSE coalesce(devices.clock_unknown_since, excluded.clock_unknown_since) END,"
        " health = excluded.health, health_received_at = excluded.health_received_at",
        (
            *(health.store, health.device, health.camera, _body(health), at),
            at if health.clock_known is False else None,
        ),
    )


def keep_live(db: Database, live: Live, received_at: datetime) -> None:
    """Store what a camera sees now in place of what it saw before."""
    db.execute(
        "INSERT INTO live (store, device, camera, body, received_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET body = excluded.body, received_at = excluded.received_at",
        (live.store, live.device, live.camera, _body(live), to_us(received_at)),
    )


def seen(db: Database, store: str, device: str, camera: str, at: datetime) -> None:
    """Note that a camera's process ran at an instant; an earlier one than known changes nothing."""
    db.execute(
        "INSERT INTO devices (store, device, camera, seen_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at"
        " WHERE devices.seen_at IS NULL OR devices.seen_at < excluded.seen_at",
        (store, device, camera, to_us(at)),
    )


def camera_states(db: Database, store: str) -> list[CameraState]:
    """Every camera of a store that ever sent something, by device and name."""
    found = db.execute(
        "SELECT d.device, d.camera, d.status, d.health, l.body, d.seen_at, d.clock_unknown_since,"
        " d.dropped_at"
        " FROM devices d LEFT JOIN live l USING (store, device, camera)"
        " WHERE d.store = ? ORDER BY d.device, d.camera",
        (store,),
    )
    return [
        CameraState(
            device=device,
            camera=camera,
            status=None if status is None else Status.model_validate_json(status),
            health=None if health is None else Health.model_validate_json(health),
            live=None if live is None else Live.model_validate_json(live),
            seen_at=from_us_or_none(seen_at),
            clock_unknown_since=from_us_or_none(clock_unknown_since),
            dropped_at=from_us_or_none(dropped_at),
        )
        for device, camera, status, health, live, seen_at, clock_unknown_since, dropped_at in found
    ]


def _body(message: Status | Health | Live) -> str:
    return message.model_dump_json(by_alias=True, exclude_none=True)
