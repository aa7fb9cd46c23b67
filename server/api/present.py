"""What is the case in a store at this moment: who is inside, and how its cameras fare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from server.api.reports import StoreReport, calendar_of, day_report
from server.config import StoreSettings
from server.figures.live import Presence as Presence
from server.figures.live import QueuePresence as QueuePresence
from server.figures.live import live_views, queues_now, zones_now
from server.figures.live import presence as presence
from server.storage.device_audits import DeviceAudit, newest_of_each
from server.storage.devices import CameraState, camera_states


@dataclass(frozen=True, slots=True)
class CameraNow:
    """One camera, whether it runs, and how it last compared with somebody's own count."""

    state: CameraState
    presence: Presence
    audit: DeviceAudit | None = None


@dataclass(frozen=True, slots=True)
class StoreNow:
    """One store at this moment. Zones and queues have None where no camera that watches them is live."""

    at: datetime
    day: date
    today: StoreReport
    inside: int | None
    zones: dict[str, int | None]
    queues: dict[str, QueuePresence | None]
    cameras: tuple[CameraNow, ...]


def store_now(db: Database, store_id: str, store: StoreSettings, now: datetime) -> StoreNow:
    """A store at this moment."""
    day = calendar_of(store).day_of(now)
    today = day_report(db, store_id, store, day, now)
    states = camera_states(db, store_id)
    audits = newest_of_each(db, store_id)
    occupancy = today.totals.occupancy
    views = live_views(states, now)
    return StoreNow(
        at=now,
        day=day,
        today=today,
        inside=occupancy.at_end if occupancy else None,
        zones=zones_now([zone.zone for zone in today.totals.zones], views),
        queues=queues_now([queue.queue for queue in today.totals.queues], views),
        cameras=tuple(
            CameraNow(state, presence(state, now), audits.get((state.device, state.camera)))
            for state in states
        ),
    )
