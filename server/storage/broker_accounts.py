"""Who may talk to the broker, with what password, and since when.

Whose messages the server then takes stands in `gate_decisions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlite_utils import Database

from server.storage.exact import from_us, from_us_or_none, to_us

Kind = Literal["device", "till", "server"]

_COLUMNS = "SELECT store, kind, name, password, enrolled_at, rotated_at, revoked_at FROM enrolled "


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One device, till or the server itself (whose store is empty); `password` in Mosquitto's hash form."""

    store: str
    kind: Kind
    name: str
    password: str
    enrolled_at: datetime
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None


def get(db: Database, store: str, kind: Kind, name: str) -> Enrolled | None:
    """One of them, revoked or not."""
    found = db.execute(_COLUMNS + "WHERE store = ? AND kind = ? AND name = ?", (store, kind, name)).fetchone()
    return None if found is None else _enrolled(found)


def everyone(db: Database) -> list[Enrolled]:
    """All of them, by store, kind and name."""
    return [_enrolled(row) for row in db.execute(_COLUMNS + "ORDER BY store, kind, name")]


def put(db: Database, one: Enrolled) -> None:
    """Keep one of them in place of what was known before."""
    db.execute(
        "INSERT INTO enrolled (store, kind, name, password, enrolled_at, rotated_at, revoked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET password = excluded.password,"
        " enrolled_at = excluded.enrolled_at, rotated_at = excluded.rotated_at,"
        " revoked_at = excluded.revoked_at",
        (
            one.store,
            one.kind,
            one.name,
            one.password,
            to_us(one.enrolled_at),
            *(None if at is None else to_us(at) for at in (one.rotated_at, one.revoked_at)),
        ),
    )


def _enrolled(row: tuple[Any, ...]) -> Enrolled:
    store, kind, name, password, enrolled_at, rotated_at, revoked_at = row
    return Enrolled(
        store=store,
        kind=kind,
        name=name,
        password=password,
        enrolled_at=from_us(enrolled_at),
        rotated_at=from_us_or_none(rotated_at),
        revoked_at=from_us_or_none(revoked_at),
    )
