"""The state of a zone's rules, and what the broker is to keep for the zone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class HeldState:
    """A zone's state as text, with the revision that the next one is built on."""

    text: str
    revision: int


@dataclass(frozen=True, slots=True)
class ZoneMessage:
    """What the broker is to keep for a zone; empty: nothing. `number` rises with every change."""

    store: str
    zone: str
    payload: str
    number: int


def held(db: Database, store: str, zone: str) -> HeldState | None:
    """The state of a zone; None before the first."""
    found = db.execute(
        "SELECT state, revision FROM zone_triggers WHERE store = ? AND zone = ?", (store, zone)
    ).fetchone()
    return None if found is None else HeldState(*found)


def keep(db: Database, store: str, zone: str, text: str, before: HeldState | None) -> bool:
    """Store a state in place of the one it is built on; False if another was faster."""
    if before is None:
        cursor = db.execute(
            "INSERT OR IGNORE INTO zone_triggers VALUES (?, ?, ?, 1, '', 0, 0)", (store, zone, text)
        )
    else:
        cursor = db.execute(
            "UPDATE zone_triggers SET state = ?, revision = revision + 1"
            " WHERE store = ? AND zone = ? AND revision = ?",
            (text, store, zone, before.revision),
        )
    return cursor.rowcount == 1


def say(db: Database, store: str, zone: str, payload: str) -> None:
    """Have the broker keep something else for a zone. Belongs into the transaction of its reason."""
    db.execute(
        "UPDATE zone_triggers SET payload = ?, number = number + 1"
        " WHERE store = ? AND zone = ? AND payload != ?",
        (payload, store, zone, payload),
    )


def untold(db: Database) -> list[ZoneMessage]:
    """What the broker does not have yet."""
    return _messages(db, "WHERE number > told")


def all_messages(db: Database) -> list[ZoneMessage]:
    """What the broker is to keep for every zone that ever showed something."""
    return _messages(db, "WHERE number > 0")


def current(db: Database, store: str, zone: str) -> ZoneMessage | None:
    """What the broker is to keep for one zone."""
    return next(iter(_messages(db, "WHERE store = ? AND zone = ?", (store, zone))), None)


def told(db: Database, message: ZoneMessage) -> None:
    """Note that the broker has a message, unless it has a newer one."""
    db.execute(
        "UPDATE zone_triggers SET told = ? WHERE store = ? AND zone = ? AND told < ?",
        (message.number, message.store, message.zone, message.number),
    )


def zones_with_state(db: Database) -> list[tuple[str, str]]:
    """Store and zone of every state, whether or not a rule is still configured for them."""
    return list(db.execute("SELECT store, zone FROM zone_triggers ORDER BY store, zone").fetchall())


def _messages(db: Database, where: str, values: tuple[str, ...] = ()) -> list[ZoneMessage]:
    found = db.execute(
        f"SELECT store, zone, payload, number FROM zone_triggers {where} ORDER BY store, zone",  # noqa: S608 -- our own words
        values,
    )
    return [ZoneMessage(*row) for row in found]
