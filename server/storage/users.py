"""Users: who may log in, as what, and for which stores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from server.access.callers import Stores
from server.access.rights import Role
from server.storage.exact import from_us, from_us_or_none, to_us
from server.storage.listing import from_list, to_list

_COLUMNS = "SELECT name, password, role, stores, created_at, disabled_at FROM users "


@dataclass(frozen=True, slots=True)
class User:
    """One user. `password` is its argon2 hash; None: cannot log in with one."""

    name: str
    password: str | None
    role: Role
    stores: Stores
    created_at: datetime
    disabled_at: datetime | None


def add(
    db: Database, name: str, password: str | None, role: Role, stores: Stores, created_at: datetime
) -> bool:
    """Keep a new user; False if the name is taken."""
    cursor = db.execute(
        "INSERT INTO users (name, password, role, stores, created_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (name, password, role, to_list(stores), to_us(created_at)),
    )
    return cursor.rowcount == 1


def get(db: Database, name: str) -> User | None:
    """The user of that name."""
    found = db.execute(_COLUMNS + "WHERE name = ?", (name,)).fetchone()
    return None if found is None else _user(found)


def everybody(db: Database) -> list[User]:
    """All users by name."""
    return [_user(row) for row in db.execute(_COLUMNS + "ORDER BY name")]


def active_owners(db: Database) -> int:
    """How many owners can log in."""
    found = db.execute("SELECT count(*) FROM users WHERE role = ? AND disabled_at IS NULL", (Role.OWNER,))
    return int(found.fetchone()[0])


def set_password(db: Database, name: str, password: str) -> None:
    """Put a new hash in place of the one before."""
    db.execute("UPDATE users SET password = ? WHERE name = ?", (password, name))


def set_rights(db: Database, name: str, role: Role, stores: Stores) -> None:
    """Give a user another role and other stores; holds from the next request on."""
    db.execute("UPDATE users SET role = ?, stores = ? WHERE name = ?", (role, to_list(stores), name))


def set_disabled(db: Database, name: str, at: datetime | None) -> None:
    """Shut a user out from an instant on, or let in again with None."""
    db.execute("UPDATE users SET disabled_at = ? WHERE name = ?", (to_us(at) if at else None, name))


def _user(row: tuple[Any, ...]) -> User:
    name, password, role, stores, created_at, disabled_at = row
    return User(
        name=name,
        password=password,
        role=Role(role),
        stores=from_list(stores),
        created_at=from_us(created_at),
        disabled_at=from_us_or_none(disabled_at),
    )
