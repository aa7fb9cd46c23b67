"""What is the case in a store at this moment: who is inside, and how its cameras fare."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from edge.wire import Live, QueueNow
from server.api.reports import StoreReport, calendar_of, day_report
from server.config import StoreSettings
from server.storage.device_audits import DeviceAudit, newest_of_each
from server.storage.devices import CameraState, camera_states

SILENT_AFTER = timedelta(seconds=60)
"""A camera that was not heard of for longer is shown as silent; its process sends every few seconds."""

LIVE_FOR = timedelta(seconds=60)
"""A live message that is older no longer says who is there now."""


class Presence(StrEnum):
    """Whether a camera's process runs."""

    ONLINE = "online"
    OFFLINE = "offline"
    """It said so itself, or the broker noticed that its connection broke."""
    SILENT = "silent"
    """It should be online but was not heard of lately."""


@dataclass(frozen=True, slots=True)
class CameraNow:
    """One camera, whether it runs, and how it last compared with somebody's own count."""

    state: CameraState
    presence: Presence
    audit: DeviceAudit | None = None


@dataclass(frozen=True, slots=True)
class QueuePresence:
    """Who waits in a queue now; no longest wait where nobody waits or no camera knows it."""

    length: int
    longest_wait_seconds: float | None


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
    views = _live_views(states, now)
    return StoreNow(
        at=now,
        day=day,
        today=today,
        inside=occupancy.at_end if occupancy else None,
        zones=_zones_now([zone.zone for zone in today.totals.zones], views),
        queues=_queues_now([queue.queue for queue in today.totals.queues], views),
        cameras=tuple(
            CameraNow(state, presence(state, now), audits.get((state.device, state.camera)))
            for state in states
        ),
    )


def presence(state: CameraState, now: datetime) -> Presence:
    """Whether a camera's process runs."""
    if state.status is not None and state.status.state == "offline":
        return Presence.OFFLINE
    heard_lately = state.seen_at is not None and now - state.seen_at <= SILENT_AFTER
    return Presence.ONLINE if heard_lately else Presence.SILENT


def _live_views(states: Iterable[CameraState], now: datetime) -> list[Live]:
    """What the cameras that run see at this moment."""
    return [
        state.live
        for state in states
        if state.live is not None
        and presence(state, now) is Presence.ONLINE
        and abs(now - state.live.at) <= LIVE_FOR
    ]


def _zones_now(known: Iterable[str], views: Iterable[Live]) -> dict[str, int | None]:
    inside: Counter[str] = Counter()
    for view in views:
        inside.update({zone.zone: zone.occupancy for zone in view.zones})
    return {zone: inside.get(zone) for zone in dict.fromkeys([*known, *sorted(inside)])}


def _queues_now(known: Iterable[str], views: Iterable[Live]) -> dict[str, QueuePresence | None]:
    waiting: dict[str, list[QueueNow]] = defaultdict(list)
    for view in views:
        for queue in view.queues:
            waiting[queue.queue].append(queue)
    return {
        queue: _together(waiting[queue]) if queue in waiting else None
        for queue in dict.fromkeys([*known, *sorted(waiting)])
    }


def _together(parts: Iterable[QueueNow]) -> QueuePresence:
    """One queue that several cameras see parts of."""
    seen = list(parts)
    waits = [part.longest_wait_seconds for part in seen if part.longest_wait_seconds is not None]
    return QueuePresence(sum(part.length for part in seen), max(waits, default=None))
