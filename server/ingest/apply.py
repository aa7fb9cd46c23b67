"""What a batch of messages does to the database; no broker, no clock."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from typing import NamedTuple

from sqlite_utils import Database

from edge.wire import (
    Audit,
    BadgeRead,
    ConfigSet,
    ConfigState,
    Counts,
    Health,
    Live,
    Recommendation,
    Sale,
    Status,
    TopicError,
    WireError,
    ZoneEvent,
    decode,
    parse_topic,
)
from server.config import Settings
from server.ingest.checking import checked_counts
from server.ingest.counting import keep_counts, keep_together
from server.ingest.gate import Gate, LeftOut
from server.storage import decisions, device_audits, devices, quarantine, sales
from server.storage.counts import SomeUnchanged
from server.storage.database import writing

Message = Counts | Live | Status | Health | Sale | Audit | ZoneEvent


class Received(NamedTuple):
    """One message as the broker handed it over; `retained`: kept by the broker from an earlier time."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How many messages changed something, changed nothing, were set aside, could not even be set aside.

    `ignored`: of devices that somebody decided to leave out.
    """

    stored: int
    unchanged: int
    quarantined: int
    refused: int
    ignored: int = 0


_STATES = ("/status", "/health")
"""Ends of the topics whose last message the broker keeps."""


_UNSTORABLE = (OverflowError, sqlite3.DataError, sqlite3.IntegrityError)


_Counting = Callable[[Database, Sequence[tuple[Received, Counts]], datetime], "Counter[_Outcome]"]


class _Outcome(Enum):
    STORED = "stored"
    UNCHANGED = "unchanged"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    IGNORED = "ignored"


def apply_batch(db: Database, settings: Settings, messages: Sequence[Received], now: datetime) -> BatchResult:
    """Store messages in one transaction. One that cannot be stored goes to quarantine, the rest land.

    First in the fastest way; where that finds something unusual, it is undone and done in a more careful one.

    Raises:
        sqlite3.OperationalError: the disk is full or the database stays locked; nothing was stored.
    """
    outcomes = _stored_in_the_fastest_way(db, settings, messages, now)
    return BatchResult(
        stored=outcomes[_Outcome.STORED],
        unchanged=outcomes[_Outcome.UNCHANGED],
        quarantined=outcomes[_Outcome.QUARANTINED],
        refused=outcomes[_Outcome.REFUSED],
        ignored=outcomes[_Outcome.IGNORED],
    )


def _stored_in_the_fastest_way(
    db: Database, settings: Settings, messages: Sequence[Received], now: datetime
) -> Counter[_Outcome]:
    for keep in (keep_together, keep_counts):
        try:
            return _apply_all(db, settings, messages, now, partial(_count_all, keep))
        except SomeUnchanged:
            continue
        except (WireError, *_UNSTORABLE):
            break  # One of them spoils it for all.
    return _apply_all(db, settings, messages, now, _count_each)


def retry_message(
    db: Database, settings: Settings, row: quarantine.QuarantineRow, now: datetime
) -> str | None:
    """Try a message from quarantine again; the reason if it still cannot be stored.

    An old status or live view is not allowed to replace a newer one, so of these only the fact that
    they can be read now is noted.
    """
    with writing(db):
        if not quarantine.still_waits(db, row.number):
            return None
        reason = _tried_again(db, settings, row)
        if reason is None:
            quarantine.resolved(db, row.number, now)
        else:
            quarantine.failed_again(db, row.number, reason)
    return reason


def _tried_again(db: Database, settings: Settings, row: quarantine.QuarantineRow) -> str | None:
    if cut_from := row.context.get("cut_from_bytes"):
        return f"payload had {cut_from} bytes, too many to be kept or read"
    try:
        message = _understood(settings, Received(row.origin, row.payload))
        Gate.of(db, settings).check(message)
        if isinstance(message, Counts | Sale | Audit | ZoneEvent):
            _keep_safely(db, message, row.received_at, retained=True)
    except (WireError, LeftOut) as error:
        return str(error)
    return None


def _apply_all(
    db: Database, settings: Settings, messages: Sequence[Received], now: datetime, count: _Counting
) -> Counter[_Outcome]:
    """One transaction: buckets in one way, everything else in the order in which it came."""
    with writing(db):
        outcomes, counted = _sorted_out(db, settings, messages, now)
        return outcomes + count(db, counted, now)


def _sorted_out(
    db: Database, settings: Settings, messages: Sequence[Received], now: datetime
) -> tuple[Counter[_Outcome], list[tuple[Received, Counts]]]:
    """What became of all but the buckets, and these."""
    gate = Gate.of(db, settings)
    outcomes: Counter[_Outcome] = Counter()
    counted: list[tuple[Received, Counts]] = []
    for received in messages:
        if not received.payload and received.topic.endswith(_STATES):
            outcomes[_Outcome.UNCHANGED] += 1  # somebody cleared the state that the broker kept
            continue
        try:
            message = _understood(settings, received)
            gate.check(message)
            if isinstance(message, Counts):
                counted.append((received, message))
                continue
            outcomes[_outcome(_keep_safely(db, message, now, retained=received.retained))] += 1
        except LeftOut:
            outcomes[_Outcome.IGNORED] += 1
        except WireError as error:
            outcomes[_set_aside(db, received, str(error), now)] += 1
    return outcomes, counted


def _count_all(
    keep: Callable[[Database, Sequence[Counts], datetime], list[bool]],
    db: Database,
    counted: Sequence[tuple[Received, Counts]],
    now: datetime,
) -> Counter[_Outcome]:
    """All buckets, or an error and none."""
    changed = sum(keep(db, [counts for _, counts in counted], now)) if counted else 0
    _note_seen(db, counted, now)
    return Counter({_Outcome.STORED: changed, _Outcome.UNCHANGED: len(counted) - changed})


def _count_each(db: Database, counted: Sequence[tuple[Received, Counts]], now: datetime) -> Counter[_Outcome]:
    """One bucket after the other; one that cannot be stored spoils nothing for the others."""
    return Counter(_count_alone(db, *one, now) for one in counted)


def _count_alone(db: Database, received: Received, counts: Counts, now: datetime) -> _Outcome:
    try:
        return _outcome(_keep_safely(db, counts, now, retained=received.retained))
    except WireError as error:
        return _set_aside(db, received, str(error), now)


def _note_seen(db: Database, counted: Sequence[tuple[Received, Counts]], now: datetime) -> None:
    latest = {(of.store, of.device, of.camera): now for received, of in counted if not received.retained}
    for received, of in counted:
        if received.retained:
            camera = (of.store, of.device, of.camera)
            latest[camera] = max(of.bucket_start, latest.get(camera, of.bucket_start))
    for camera, at in latest.items():
        devices.seen(db, *camera, at)


def _outcome(changed: bool) -> _Outcome:
    return _Outcome.STORED if changed else _Outcome.UNCHANGED


def _understood(settings: Settings, received: Received) -> Message:
    message = decode(received.topic, received.payload)
    if isinstance(message, BadgeRead):
        raise WireError("badges are for the devices; a server keeps none")
    if isinstance(message, Recommendation):
        raise WireError("recommendations come from the server; it takes none")
    if isinstance(message, ConfigSet | ConfigState):
        raise WireError("configurations are between a device and 'footfall-server configure'")
    if message.store not in settings.stores:
        raise WireError(f"store {message.store!r} is not in this server's configuration")
    return checked_counts(message) if isinstance(message, Counts) else message


def _keep_safely(db: Database, message: Message, now: datetime, *, retained: bool) -> bool:
    try:
        with db.atomic():
            return _keep(db, message, now, retained=retained)
    except _UNSTORABLE as error:
        raise WireError(f"the message cannot be stored: {error}") from error


def _keep(db: Database, message: Message, now: datetime, *, retained: bool) -> bool:
    if isinstance(message, Sale):
        return sales.keep_sale(db, message, now)
    if isinstance(message, Audit):
        return device_audits.keep_audit(db, message, now)
    if isinstance(message, ZoneEvent):
        return _keep_event(db, message, now)
    if (seen_at := _ran_at(message, now, retained=retained)) is not None:
        devices.seen(db, message.store, message.device, message.camera, seen_at)
    if isinstance(message, Counts):
        return keep_counts(db, [message], now)[0]
    _keep_state(db, message, now)
    return True


def _keep_event(db: Database, event: ZoneEvent, now: datetime) -> bool:
    try:
        return decisions.keep_event(db, event, now)
    except decisions.NoSuchDecision as error:
        raise WireError(str(error)) from error


def _keep_state(db: Database, message: Live | Status | Health, now: datetime) -> None:
    match message:
        case Live():
            devices.keep_live(db, message, now)
        case Status():
            devices.keep_status(db, message, now)
        case Health():
            devices.keep_health(db, message, now)


def _ran_at(message: Counts | Live | Status | Health, now: datetime, *, retained: bool) -> datetime | None:
    """When the camera's process ran for certain: a last will and a retained message prove no 'now'."""
    if isinstance(message, Status):
        if message.state == "offline":
            return None
        return message.since if retained else now
    if isinstance(message, Counts):
        return message.bucket_start if retained else now
    return min(message.at, now) if retained else now


def _store_of(topic: str) -> str | None:
    """By what it is decided who may see a refused message; None: those who may see all stores."""
    try:
        return parse_topic(topic).store
    except TopicError:
        return None


def _set_aside(db: Database, received: Received, reason: str, now: datetime) -> _Outcome:
    refusal = quarantine.Refusal(
        source="mqtt",
        origin=received.topic,
        payload=received.payload,
        reason=reason,
        store=_store_of(received.topic),
        newest_only=received.topic.endswith((*_STATES, "/live")),
    )
    return _Outcome.QUARANTINED if quarantine.put(db, refusal, now) else _Outcome.REFUSED
