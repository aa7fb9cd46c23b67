"""What the cameras of a store see at this moment: who is in its zones, who waits in its queues."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from edge.wire import Live, QueueNow
from server.storage.devices import CameraState

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
class QueuePresence:
    """Who waits in a queue now; no longest wait where nobody waits or no camera knows it."""

    length: int
    longest_wait_seconds: float | None


def presence(state: CameraState, now: datetime) -> Presence:
    """Whether a camera's process runs."""
    if state.status is not None and state.status.state == "offline":
        return Presence.OFFLINE
    heard_lately = state.seen_at is not None and now - state.seen_at <= SILENT_AFTER
    return Presence.ONLINE if heard_lately else Presence.SILENT


def live_views(states: Iterable[CameraState], now: datetime) -> list[Live]:
    """What the cameras that run see at this moment."""
    return [
        state.live
        for state in states
        if state.live is not None
        and presence(state, now) is Presence.ONLINE
        and abs(now - state.live.at) <= LIVE_FOR
    ]


def zones_now(known: Iterable[str], views: Iterable[Live]) -> dict[str, int | None]:
    """How many people are in each zone; None of known ones that no camera shows live."""
    inside: Counter[str] = Counter()
    for view in views:
        inside.update({zone.zone: zone.occupancy for zone in view.zones})
    return {zone: inside.get(zone) for zone in dict.fromkeys([*known, *sorted(inside)])}


def queues_now(known: Iterable[str], views: Iterable[Live]) -> dict[str, QueuePresence | None]:
    """Who waits in each queue; None of known ones that no camera shows live."""
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
