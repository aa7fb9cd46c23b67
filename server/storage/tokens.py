"""Tokens: what programs show in place of a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from server.access.callers import Stores
from server.access.rights import Action, Role
from server.storage.exact import from_us, from_us_or_none, to_us
from server.storage.listing import from_list, to_list

MOST_TOKENS = 1000
"""More are refused, revoked ones among them."""

_COLUMNS = (
    "SELECT name, role, stores, scopes, created_at, expires_at, used_at, revoked_at, parts FROM tokens "
)


@dataclass(frozen=True, slots=True)
class Token:
    """One program's token, without its secret. `scopes`, `parts` None: all that there are."""

    name: str
    role: Role
    stores: Stores
    scopes: frozenset[Action] | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    parts: frozenset[str] | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it lets anybody in at an instant."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def add(db: Database, token: Token, digest: bytes) -> bool:
    """Keep a new token; False if the name is taken."""
    cursor = db.execute(
        "INSERT INTO tokens (name, hash, role, stores, scopes, created_at, expires_at, parts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            token.name,
            digest,
            token.role,
            to_list(token.stores),
            to_list(token.scopes),
            to_us(token.created_at),
            to_us(token.expires_at) if token.expires_at else None,
            to_list(token.parts),
        ),
    )
    return cursor.rowcount == 1


def by_digest(db: Database, digest: bytes) -> Token | None:
    """The token of that secret, whether it holds or not."""
    found = db.execute(_COLUMNS + "WHERE hash = ?", (digest,)).fetchone()
    return None if found is None else _token(found)


def everyone(db: Database) -> list[Token]:
    """All tokens by name."""
    return [_token(row) for row in db.execute(_COLUMNS + "ORDER BY name")]


def count(db: Database) -> int:
    """How many there are."""
    return int(db.execute("SELECT count(*) FROM tokens").fetchone()[0])


def used(db: Database, digest: bytes, now: datetime) -> None:
    """Note that a token was shown."""
    db.execute("UPDATE tokens SET used_at = ? WHERE hash = ?", (to_us(now), digest))


def revoke(db: Database, name: str, now: datetime) -> bool:
    """End a token; False if there is none of that name, or it has ended."""
    cursor = db.execute(
        "UPDATE tokens SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL", (to_us(now), name)
    )
    return cursor.rowcount == 1


def _token(row: tuple[Any, ...]) -> Token:
    name, role, stores, scopes, created_at, expires_at, used_at, revoked_at, parts = row
    known = from_list(scopes)
    return Token(
        name=name,
        role=Role(role),
        stores=from_list(stores),
        scopes=None if known is None else frozenset(Action(scope) for scope in known),
        created_at=from_us(created_at),
        expires_at=from_us_or_none(expires_at),
        used_at=from_us_or_none(used_at),
        revoked_at=from_us_or_none(revoked_at),
        parts=from_list(parts),
    )
