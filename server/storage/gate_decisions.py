"""Whose messages the server takes: what was decided about each device, and how many cameras a store may have.

Who may talk to the broker at all stands in `broker_accounts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from server.storage.exact import from_us, to_us

Decision = Literal["accepted", "refused"]

MOST_CAMERAS = 1_000
"""Of one store. Names are made up more easily than cameras are hung, and each is kept for ever."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What was decided about a device; `state` and `since` are None where nothing was."""

    store: str
    device: str
    state: Decision | None
    since: datetime | None


def accept(db: Database, store: str, device: str, at: datetime) -> None:
    """Let a device's messages in from now on."""
    _decide(db, store, device, "accepted", at)


def refuse(db: Database, store: str, device: str, at: datetime) -> None:
    """Leave a device's messages out from now on; what is stored already stays."""
    _decide(db, store, device, "refused", at)


def decisions(db: Database) -> dict[tuple[str, str], Decision]:
    """What was decided, by store and device."""
    found = db.execute("SELECT store, device, state FROM enrolled_devices")
    return {(store, device): state for store, device, state in found}


def known_cameras(db: Database) -> set[tuple[str, str, str]]:
    """Store, device and camera of all that ever sent something."""
    return set(db.execute("SELECT store, device, camera FROM devices"))


def all_devices(db: Database, store: str) -> list[Enrolment]:
    """Every device of a store that sent something or was decided about, by its name."""
    found = db.execute(
        "SELECT device, e.state, e.since FROM"
        " (SELECT store, device FROM devices UNION SELECT store, device FROM enrolled_devices)"
        " LEFT JOIN enrolled_devices e USING (store, device) WHERE store = ? ORDER BY device",
        (store,),
    )
    return [
        Enrolment(store, device, state, None if since is None else from_us(since))
        for device, state, since in found
    ]


def _decide(db: Database, store: str, device: str, state: Decision, at: datetime) -> None:
    db.execute(
        "INSERT INTO enrolled_devices (store, device, state, since) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET state = excluded.state, since = excluded.since",
        (store, device, state, to_us(at)),
    )
