"""What a camera's health message says is wrong with it; pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import datetime, timedelta

from edge.wire import Health, ViewNow
from server.config import AlertSettings, StoreSettings
from server.storage.alerts import AlertKind, Condition, Key
from server.storage.devices import CameraState

DROPPED_FOR = timedelta(hours=1)
"""Who gave up counts so lately may do so again."""

COOLED_BY_CELSIUS = 5.0
"""A board that slows down cools, and gets hot again: so much cooler than too hot, it is well."""

Wrong = tuple[AlertKind, str]
"""A kind and how the sentence goes on after the camera's name."""


def ailing_cameras(
    store_id: str,
    store: StoreSettings,
    states: Iterable[CameraState],
    now: datetime,
    terms: AlertSettings,
    open_alerts: Container[Key] = (),
) -> Iterator[Condition]:
    """What cameras say of themselves. Of one that is silent it is told that it is, and nothing else.

    Args:
        store_id: id of the store.
        store: how it is called, and where its clocks are.
        states: what is known of its cameras.
        now: the time.
        terms: when something is wrong enough.
        open_alerts: what was told and is not over; heat is over a little later than it begins.
    """
    fresh = timedelta(seconds=terms.silent_seconds)
    for state in states:
        health = state.health
        if health is None or abs(now - health.at) > fresh or _is_gone(state):
            continue
        name = f"Camera {state.camera} of {state.device} in {store.name}"
        wrong = (
            *_wrong_with(health, terms, lit=_is_lit(store, terms, now)),
            *_wrong_since(state, terms, now),
        )
        for kind, what in wrong:
            yield Condition(store_id, kind, f"{state.device}/{state.camera}", f"{name} {what}")
        key = (store_id, AlertKind.DEVICE_HOT, state.device)
        if heat := _too_hot(health, terms, told=key in open_alerts):
            yield Condition(*key, f"Device {state.device} in {store.name} {heat}")


def _is_gone(state: CameraState) -> bool:
    return state.status is not None and state.status.state == "offline"


def _is_lit(store: StoreSettings, terms: AlertSettings, now: datetime) -> bool:
    """Whether the shop should be light now."""
    if terms.lit_from is None or terms.lit_until is None:
        return True
    at = now.astimezone(store.zone).time()
    if terms.lit_from <= terms.lit_until:
        return terms.lit_from <= at < terms.lit_until
    return at >= terms.lit_from or at < terms.lit_until


def _wrong_with(health: Health, terms: AlertSettings, *, lit: bool) -> Iterator[Wrong]:
    if health.source.state == "lost":
        yield AlertKind.CAMERA_LOST, f"gives no picture: {health.source.reason or 'it does not say why'}."
    elif health.view:
        yield from _wrong_with_view(health.view, lit=lit)
    waits = health.outbox_oldest_seconds
    if terms.outbox_seconds and waits > terms.outbox_seconds:
        yield (
            AlertKind.OUTBOX_GROWING,
            f"has {health.outbox_depth} minutes that could not be delivered, the oldest for"
            f" {waits / 60:.0f} minutes, though it reaches the broker.",
        )
    if health.outbox_trouble:
        yield (
            AlertKind.OUTBOX_TROUBLE,
            f"cannot keep its counts on its disk, and loses them if it stops now: {health.outbox_trouble}",
        )
    free = health.machine.disk_free_mb if health.machine else None
    if free is not None and free < terms.device_disk_megabytes:
        yield AlertKind.DEVICE_DISK_LOW, f"has {free:.0f} MiB left on its disk."


def _too_hot(health: Health, terms: AlertSettings, *, told: bool) -> str:
    """What is said of a device's heat, whichever of its cameras tells of it; empty: nothing."""
    celsius = health.machine.temperature_celsius if health.machine else None
    bound = terms.device_celsius - (COOLED_BY_CELSIUS if told else 0)
    if celsius is None or not terms.device_celsius or celsius < bound:
        return ""
    return f"has {celsius:.0f} °C: give it air, or a heat sink. Boards slow down when they are hot."


def _wrong_since(state: CameraState, terms: AlertSettings, now: datetime) -> Iterator[Wrong]:
    """What is wrong by how long it is so, or how long ago it was."""
    since = state.clock_unknown_since
    if since and terms.clock_seconds and now - since > timedelta(seconds=terms.clock_seconds):
        yield (
            AlertKind.CLOCK_UNKNOWN,
            f"has not known the time since {since:%Y-%m-%d %H:%M} UTC: what it counts stands in no figure"
            " until it does. Let it reach a time server.",
        )
    if state.dropped_at and now - state.dropped_at <= DROPPED_FOR:
        dropped = state.health.outbox_dropped if state.health else None
        yield (
            AlertKind.COUNTS_DROPPED,
            f"had no room for counts that were never sent: {dropped or 0} minutes are lost so far.",
        )


def _wrong_with_view(view: ViewNow, *, lit: bool) -> Iterator[Wrong]:
    if view.dark and lit:
        yield AlertKind.VIEW_DARK, "sees nothing but the dark: switch the light on, or clean the lens."
    if view.blocked:
        yield AlertKind.VIEW_BLOCKED, "is blocked: clean the lens, and take away what stands before it."
    if view.moved:
        yield AlertKind.VIEW_MOVED, "has moved: turn it back, or draw its lines and zones anew."
    if view.unfocused:
        yield AlertKind.VIEW_UNFOCUSED, "is out of focus: clean the lens, and focus it."
