"""One-time links: an invitation, a new password, or a way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from server.access.callers import Stores
from server.access.rights import Role
from server.storage.exact import from_us, to_us
from server.storage.listing import from_list, to_list

MOST_LINKS = 500
"""With one more, the oldest is forgotten."""

_COLUMNS = "SELECT purpose, user, role, stores, expires_at FROM links "


class Purpose(StrEnum):
    """What a link is for."""

    JOIN = "join"
    """A new user, who chooses name and password; with `user` the name is given."""
    RENEW = "renew"
    """A new password for a user that there is."""
    ENTER = "enter"
    """Logs in as a user that there is, without a password."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link, without its secret."""

    purpose: Purpose
    user: str | None
    role: Role
    stores: Stores
    expires_at: datetime


def add(db: Database, link: Link, digest: bytes, now: datetime) -> None:
    """Keep a new link; forget those that have expired, and the oldest beyond the bound."""
    db.execute("DELETE FROM links WHERE expires_at <= ?", (to_us(now),))
    db.execute(
        "DELETE FROM links WHERE hash NOT IN (SELECT hash FROM links ORDER BY created_at DESC LIMIT ?)",
        (MOST_LINKS - 1,),
    )
    db.execute(
        "INSERT INTO links (hash, purpose, user, role, stores, created_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            digest,
            link.purpose,
            link.user,
            link.role,
            to_list(link.stores),
            to_us(now),
            to_us(link.expires_at),
        ),
    )


def get(db: Database, digest: bytes, now: datetime) -> Link | None:
    """The link of that secret, if it still holds."""
    found = db.execute(_COLUMNS + "WHERE hash = ? AND expires_at > ?", (digest, to_us(now))).fetchone()
    return None if found is None else _link(found)


def take(db: Database, digest: bytes) -> bool:
    """Use a link up; False if another was faster."""
    return db.execute("DELETE FROM links WHERE hash = ?", (digest,)).rowcount == 1


def forget_of(db: Database, user: str) -> None:
    """Forget the links of a user."""
    db.execute("DELETE FROM links WHERE user = ?", (user,))


def forget_first_owners(db: Database) -> None:
    """Forget links that make an owner of whoever opens them."""
    db.execute(
        "DELETE FROM links WHERE purpose = ? AND role = ? AND user IS NULL", (Purpose.JOIN, Role.OWNER)
    )


def _link(row: tuple[Any, ...]) -> Link:
    purpose, user, role, stores, expires_at = row
    return Link(Purpose(purpose), user, Role(role), from_list(stores), from_us(expires_at))
