"""Topic names: built in one place, read in one place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

ROOT = "footfall/v1"

ID_PATTERN = r"^[a-z0-9-]{1,64}$"
_ID = re.compile(ID_PATTERN)

RESERVED_DEVICES = frozenset({"pos", "zone", "alerts"})
"""Second topic levels with a meaning of their own, so no device may be called that."""


class TopicError(ValueError):
    """A topic that this contract does not know, or an id that it does not allow."""


class Kind(StrEnum):
    """What a topic carries."""

    COUNTS = "counts"
    LIVE = "live"
    STATUS = "status"
    HEALTH = "health"
    SALES = "sales"
    BADGE = "badge"
    AUDIT = "audit"
    RECOMMENDATION = "recommendation"
    ZONE_EVENT = "events"
    CONFIG_SET = "config-set"
    CONFIG_STATE = "config-state"


@dataclass(frozen=True)
class Address:
    """What a topic says by itself: the kind of message, and who sent it.

    `sender` is the device, the till for sales and badges, or the zone for recommendations and what becomes
    of them. `camera` is None where the message names it.
    """

    kind: Kind
    store: str
    sender: str
    camera: str | None = None


def checked_id(name: str, what: str) -> str:
    """The id unchanged.

    Raises:
        TopicError: it is not `[a-z0-9-]{1,64}`, the form that every broker takes in a topic level.
    """
    if not _ID.fullmatch(name):
        raise TopicError(f"{what} id {name!r} may hold only a-z, 0-9 and '-', 1 to 64 of them")
    return name


def checked_device(name: str) -> str:
    """The device id unchanged.

    Raises:
        TopicError: it is no id, or one of the reserved names.
    """
    if name in RESERVED_DEVICES:
        raise TopicError(f"a device cannot be called {name!r}: that topic level has another meaning")
    return checked_id(name, "device")


def _of_device(store: str, device: str) -> str:
    return f"{ROOT}/{checked_id(store, 'store')}/{checked_device(device)}"


def counts_topic(store: str, device: str) -> str:
    """Where a device publishes its buckets (QoS 1, not retained)."""
    return f"{_of_device(store, device)}/counts"


def live_topic(store: str, device: str) -> str:
    """Where a device publishes what its cameras see now (QoS 0, not retained)."""
    return f"{_of_device(store, device)}/live"


def status_topic(store: str, device: str, camera: str) -> str:
    """Where a camera's process says that it is online, and the broker that it is not (QoS 1, retained)."""
    return f"{_of_device(store, device)}/{checked_id(camera, 'camera')}/status"


def health_topic(store: str, device: str, camera: str) -> str:
    """Where a camera's process says how it fares (QoS 0, retained)."""
    return f"{_of_device(store, device)}/{checked_id(camera, 'camera')}/health"


def config_set_topic(store: str, device: str) -> str:
    """Where a device is told which configuration to use (QoS 1, retained)."""
    return f"{_of_device(store, device)}/config/set"


def config_state_topic(store: str, device: str) -> str:
    """Where a device says which configuration it uses (QoS 1, retained)."""
    return f"{_of_device(store, device)}/config/state"


def sales_topic(store: str, till: str) -> str:
    """Where a till publishes its tickets (QoS 1, not retained)."""
    return f"{ROOT}/{checked_id(store, 'store')}/pos/{checked_id(till, 'till')}/sales"


def badge_topic(store: str, till: str) -> str:
    """Where a till or reader says which badge it read, for the devices beside it (QoS 1, not retained)."""
    return f"{ROOT}/{checked_id(store, 'store')}/pos/{checked_id(till, 'till')}/badge"


def audit_topic(store: str, device: str) -> str:
    """Where a device publishes how its counts compare with somebody's (QoS 1, not retained)."""
    return f"{_of_device(store, device)}/audit"


def recommendation_topic(store: str, zone: str) -> str:
    """Where a server says what a zone should show now (QoS 1, retained; empty: nothing)."""
    return f"{ROOT}/{checked_id(store, 'store')}/zone/{checked_id(zone, 'zone')}/recommendation"


def zone_events_topic(store: str, zone: str) -> str:
    """Where a sign or a person says what became of a recommendation (QoS 1, not retained)."""
    return f"{ROOT}/{checked_id(store, 'store')}/zone/{checked_id(zone, 'zone')}/events"


def subscriptions(store: str = "+") -> list[tuple[str, int]]:
    """Topic filters with their QoS that a store server listens to."""
    return [
        (f"{ROOT}/{store}/+/counts", 1),
        (f"{ROOT}/{store}/+/live", 0),
        (f"{ROOT}/{store}/+/+/status", 1),
        (f"{ROOT}/{store}/+/+/health", 0),
        (f"{ROOT}/{store}/pos/+/sales", 1),
        (f"{ROOT}/{store}/+/audit", 1),
        (f"{ROOT}/{store}/zone/+/events", 1),
    ]


@lru_cache(maxsize=1024)  # A device's thousands of messages come on a few topics.
def parse_topic(topic: str) -> Address:
    """What a topic means.

    Raises:
        TopicError: it is none of this contract's.
    """
    if not topic.startswith(ROOT + "/"):
        raise TopicError(f"topic {topic!r} does not begin with {ROOT}/")
    match topic.removeprefix(ROOT + "/").split("/"):
        case [store, "pos", till, ("sales" | "badge") as kind]:
            return Address(Kind(kind), checked_id(store, "store"), checked_id(till, "till"))
        case [store, "zone", zone, ("recommendation" | "events") as kind]:
            return Address(Kind(kind), checked_id(store, "store"), checked_id(zone, "zone"))
        case [store, device, "counts"]:
            return Address(Kind.COUNTS, checked_id(store, "store"), checked_device(device))
        case [store, device, "live"]:
            return Address(Kind.LIVE, checked_id(store, "store"), checked_device(device))
        case [store, device, "audit"]:
            return Address(Kind.AUDIT, checked_id(store, "store"), checked_device(device))
        case [store, device, "config", ("set" | "state") as kind]:
            return Address(Kind(f"config-{kind}"), checked_id(store, "store"), checked_device(device))
        case [store, device, camera, ("status" | "health") as kind]:
            return Address(
                Kind(kind), checked_id(store, "store"), checked_device(device), checked_id(camera, "camera")
            )
        case _:
            raise TopicError(f"topic {topic!r} is not one of this contract")
