"""What is wrong at a moment, from what is known; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from server.api.present import Presence, QueuePresence, presence
from server.api.reports import queue_name
from server.config import StoreSettings
from server.storage.alerts import AlertKind, Condition
from server.storage.devices import CameraState


def long_queues(
    store_id: str, store: StoreSettings, queues: Mapping[str, QueuePresence | None]
) -> Iterator[Condition]:
    """Queues in which the first waits longer than is good."""
    for queue, now in queues.items():
        target = store.queue_targets.get(queue, store.queue_target_seconds)
        if now is None or now.longest_wait_seconds is None or now.longest_wait_seconds <= target:
            continue
        sentence = (
            f"{queue_name(store, queue)} in {store.name}: {now.length} wait, the first of them for"
            f" {now.longest_wait_seconds:.0f} s; the target is {target:.0f} s."
        )
        yield Condition(store_id, AlertKind.QUEUE_OVER_TARGET, queue, sentence)


def silent_cameras(
    store_id: str,
    store: StoreSettings,
    states: Iterable[CameraState],
    now: datetime,
    silent_after: timedelta,
) -> Iterator[Condition]:
    """Cameras that ran once and were not heard of for longer."""
    for state in states:
        if state.seen_at is None or now - state.seen_at <= silent_after:
            continue
        how = "said that it goes" if presence(state, now) is Presence.OFFLINE else "is silent"
        sentence = (
            f"Camera {state.camera} of {state.device} in {store.name} {how};"
            f" it was last heard of at {state.seen_at:%Y-%m-%d %H:%M} UTC."
        )
        yield Condition(store_id, AlertKind.DEVICE_SILENT, f"{state.device}/{state.camera}", sentence)


def low_disk(free_bytes: int, least_megabytes: int) -> Iterator[Condition]:
    """Too little space for the database."""
    free_megabytes = free_bytes // 2**20
    if least_megabytes and free_megabytes < least_megabytes:
        sentence = (
            f"The disk of the database has {free_megabytes} MiB left, less than the {least_megabytes} MiB"
            " of alerts.disk_free_megabytes."
        )
        yield Condition(None, AlertKind.DISK_LOW, "database", sentence)


def growing_quarantine(set_aside: int, most_per_hour: int) -> Iterator[Condition]:
    """Much that could not be read within an hour."""
    if most_per_hour and set_aside > most_per_hour:
        sentence = (
            f"{set_aside} messages and rows were set aside within an hour;"
            " see why with: footfall-server quarantine list"
        )
        yield Condition(None, AlertKind.QUARANTINE_GROWING, "quarantine", sentence)
