"""A password as its file holds it: scrypt with a salt of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from edge.errors import EdgeError

SHORTEST_PASSWORD = 12

_COST = {"n": 2**14, "r": 8, "p": 1}
"""Of scrypt: 16 MiB and some 50 ms on a small device."""


def hashed(password: str) -> str:
    """A password as its file holds it: scrypt with a salt of its own.

    Raises:
        EdgeError: it is too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise EdgeError(f"a password has at least {SHORTEST_PASSWORD} signs", "give a longer one")
    salt = secrets.token_bytes(16)
    return f"scrypt:{_text(salt)}:{_text(hashlib.scrypt(password.encode(), salt=salt, **_COST))}"


def is_hash(line: str) -> bool:
    """Whether a line is what `hashed` gives."""
    kind, _, rest = line.partition(":")
    return kind == "scrypt" and rest.count(":") == 1


def is_password(said: str, line: str) -> bool:
    """Whether somebody said the password of which a line is the hash."""
    _, salt, digest = line.split(":")
    found = hashlib.scrypt(said.encode(), salt=base64.b64decode(salt), **_COST)
    return hmac.compare_digest(found, base64.b64decode(digest))


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
