"""What Mosquitto reads: password file, rights, and its configuration. All of it is text made of facts."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from edge.wire import ROOT, audit_topic, badge_topic, counts_topic, live_topic, sales_topic, subscriptions
from server.config import EnrolmentSettings
from server.storage.broker_accounts import Enrolled

SERVER_USER = "footfall-server"

# As mosquitto_passwd of 2.0 does. More would be of no use: what is hashed are 256 random bits.
_ITERATIONS = 101
_SALT_BYTES = 12

_NOTE = "# Written by footfall-server; what is changed here by hand is lost.\n"


def password_hash(password: str, salt: bytes | None = None) -> str:
    """A password in Mosquitto's form `$7$`: PBKDF2 with HMAC-SHA512.

    Source: `mosquitto_passwd` of Mosquitto 2.0, which writes `$7$iterations$salt$hash` in base64.
    """
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def user_of(one: Enrolled) -> str:
    """The name that it logs in with at the broker; unlike all others, for ids hold no dot."""
    match one.kind:
        case "device":
            return f"{one.store}.{one.name}"
        case "till":
            return f"{one.store}.pos.{one.name}"
        case "server":
            return SERVER_USER


def password_file(enrolled: Iterable[Enrolled]) -> str:
    """The password file: whoever is revoked is not in it."""
    return "".join(f"{user_of(one)}:{one.password}\n" for one in enrolled if one.revoked_at is None)


def access_file(enrolled: Iterable[Enrolled], stores: Sequence[str]) -> str:
    """The rights of everybody who is not revoked; what stands nowhere is forbidden."""
    parts = [_rights_of(one, stores) for one in enrolled if one.revoked_at is None]
    return _NOTE + "".join(_part(user, rights) for user, rights in parts)


def configuration(settings: EnrolmentSettings, folder: Path) -> str:
    """A Mosquitto configuration that is ready to be used, with the files of that folder."""
    lines = [
        # First, or the listener's own password and rights would be everybody's.
        "per_listener_settings true",
        "persistence true",
        f"persistence_location {settings.state_folder.rstrip('/')}/",
        "autosave_interval 60",
        # Mosquitto's own bound of 1,000 is less than a day of one camera while the server is down.
        "max_queued_messages 100000",
        *([f"pid_file {settings.pid_file}"] if settings.pid_file else []),
        "",
        f"listener {settings.port}",
        "allow_anonymous false",
        f"password_file {folder / 'passwd'}",
        f"acl_file {folder / 'acl'}",
        f"certfile {folder / 'server.crt'}",
        f"keyfile {folder / 'server.key'}",
        "tls_version tlsv1.2",
    ]
    return _NOTE + "".join(f"{line}\n" for line in lines)


def _part(user: str, rights: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in ("", f"user {user}", *(f"topic {right}" for right in rights)))


def _rights_of(one: Enrolled, stores: Sequence[str]) -> tuple[str, list[str]]:
    match one.kind:
        case "device":
            return user_of(one), _rights_of_device(one.store, one.name)
        case "till":
            topics = (sales_topic(one.store, one.name), badge_topic(one.store, one.name))
            return user_of(one), [f"write {topic}" for topic in topics]
        case "server":
            return user_of(one), [right for store in stores for right in _rights_of_server(store)]


def _rights_of_device(store: str, device: str) -> list[str]:
    own = f"{ROOT}/{store}/{device}"
    return [
        f"write {counts_topic(store, device)}",
        f"write {live_topic(store, device)}",
        f"write {audit_topic(store, device)}",
        f"write {own}/+/status",
        f"write {own}/+/health",
        f"write {own}/config/state",
        f"read {own}/config/set",
        f"read {ROOT}/{store}/pos/+/badge",
    ]


def _rights_of_server(store: str) -> list[str]:
    # Exactly what it listens to: badges go from reader to device, past the server.
    return [
        *(f"read {topic}" for topic, _ in subscriptions(store)),
        f"read {ROOT}/{store}/+/config/state",
        f"write {ROOT}/{store}/+/config/set",
        f"write {ROOT}/{store}/zone/+/recommendation",
        f"write {ROOT}/{store}/alerts",
    ]
