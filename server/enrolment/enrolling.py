"""Enrolling, rotating and revoking; the database and Mosquitto's files say the same afterwards."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from sqlite_utils import Database

from edge.wire.topics import TopicError, checked_device, checked_id
from server.accounts.by import By
from server.config import Settings
from server.enrolment.errors import EnrolmentRefused, NotEnrolled
from server.enrolment.folder import BrokerFolder
from server.enrolment.mosquitto import password_hash, user_of
from server.storage import broker_accounts, gate_decisions
from server.storage.broker_accounts import Enrolled, Kind
from server.storage.database import writing

_SERVER: tuple[str, Kind, str] = ("", "server", "footfall-server")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `bundle`: the folder to carry to the device; `told`: Mosquitto knows already."""

    user: str
    bundle: Path | None
    told: bool


def set_up(db: Database, settings: Settings, by: By, *, rotate: bool = False) -> Outcome:
    """Write everything for Mosquitto by the configuration as it is now, and enrol the server itself.

    Raises:
        EnrolmentFailed: a file cannot be written.
    """
    folder = BrokerFolder(settings.enrolment)
    with writing(db):
        before = broker_accounts.get(db, *_SERVER)
        folder.write_for_mosquitto(broker_accounts.everyone(db), tuple(settings.stores), by.at)
        bundle = _with_new_password(db, settings, folder, _SERVER, by) if rotate or before is None else None
        by.note(db, "broker set up")
    return Outcome(user_of(_known(db, *_SERVER)), bundle, folder.tell_mosquitto())


def enroll(
    db: Database, settings: Settings, store: str, kind: Kind, name: str, by: By, *, rotate: bool = False
) -> Outcome:
    """Let a device or till in, with a password of its own; with `rotate`, give it a new one.

    What a device sends is taken from then on, also where unknown devices are held.

    Raises:
        EnrolmentRefused: it is enrolled already, or is not and was to be rotated, or cannot be called so.
        ConfigError: there is no such store.
        EnrolmentFailed: a file cannot be written.
    """
    settings.store(store)
    _check_name(kind, name)
    folder = BrokerFolder(settings.enrolment)
    with writing(db):
        before = broker_accounts.get(db, store, kind, name)
        is_in = before is not None and before.revoked_at is None
        _check_state(f"the {kind} {name!r} of {store}", is_in=is_in, rotate=rotate)
        if broker_accounts.get(db, *_SERVER) is None:
            _with_new_password(db, settings, folder, _SERVER, by)
        bundle = _with_new_password(db, settings, folder, (store, kind, name), by)
        if kind == "device":
            gate_decisions.accept(db, store, name, by.at)
        by.note(db, f"{kind} rotated" if rotate else f"{kind} enrolled", f"{store}/{name}")
    return Outcome(user_of(_known(db, store, kind, name)), bundle, folder.tell_mosquitto())


def revoke(db: Database, settings: Settings, store: str, kind: Kind, name: str, by: By) -> Outcome:
    """Shut a device or till out, at the broker and at the server: what still comes from it is left out.

    Raises:
        NotEnrolled: there is none of that name.
        EnrolmentFailed: a file cannot be written.
    """
    folder = BrokerFolder(settings.enrolment)
    with writing(db):
        before = broker_accounts.get(db, store, kind, name)
        if before is None or before.revoked_at is not None:
            raise NotEnrolled(
                f"there is no {kind} {name!r} of {store!r} to revoke", "see: footfall-server enrolled"
            )
        broker_accounts.put(db, replace(before, revoked_at=by.at))
        folder.write_for_mosquitto(broker_accounts.everyone(db), tuple(settings.stores), by.at)
        if kind == "device":
            # Whoever holds another account of this store's broker could still send in its name.
            gate_decisions.refuse(db, store, name, by.at)
        folder.forget_bundle(before)
        by.note(db, f"{kind} revoked", f"{store}/{name}")
    return Outcome(user_of(before), None, folder.tell_mosquitto())


def _with_new_password(
    db: Database,
    settings: Settings,
    folder: BrokerFolder,
    whose: tuple[str, Kind, str],
    by: By,
) -> Path:
    """Belongs into a transaction: what cannot be written is not kept."""
    password = secrets.token_urlsafe(32)
    before = broker_accounts.get(db, *whose)
    began = before.enrolled_at if before and before.revoked_at is None else by.at
    rotated = by.at if before and before.revoked_at is None else None
    one = Enrolled(*whose, password_hash(password), began, rotated)
    broker_accounts.put(db, one)
    folder.write_for_mosquitto(broker_accounts.everyone(db), tuple(settings.stores), by.at)
    return folder.bundle(one, password)


def _known(db: Database, store: str, kind: Kind, name: str) -> Enrolled:
    one = broker_accounts.get(db, store, kind, name)
    if one is None:
        raise NotEnrolled(f"there is no {kind} {name!r} of {store!r}", "see: footfall-server enrolled")
    return one


def _check_state(what: str, *, is_in: bool, rotate: bool) -> None:
    if is_in and not rotate:
        raise EnrolmentRefused(f"{what} is enrolled already", "for a new password: --rotate")
    if rotate and not is_in:
        raise NotEnrolled(f"{what} is not enrolled, so it has no password to rotate", "leave --rotate out")


def _check_name(kind: Kind, name: str) -> None:
    try:
        checked_device(name) if kind == "device" else checked_id(name, kind)
    except TopicError as error:
        raise EnrolmentRefused(str(error), "take the id from the device's own configuration") from error
