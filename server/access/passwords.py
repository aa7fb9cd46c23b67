"""Passwords of people: which are refused, and how they are kept (argon2id, RFC 9106)."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
FEWEST_DIFFERENT = 5

COMMON_PARTS = (
    "password",
    "passwort",
    "motdepasse",
    "contrasena",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "1q2w3e4r",
    "administrator",
    "letmein",
    "welcome",
    "iloveyou",
    "changeme",
    "footfall",
    "0123456789",
    "1234567890",
    "9876543210",
    "abcdefgh",
)
"""What the commonest long passwords are made of."""

_LEFT_AT_LEAST = 8
"""So many characters must be left once the common parts are taken away."""

# 64 MiB as RFC 9106 proposes, with one lane; two at once, so that a flood of guesses cannot fill the memory.
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(2)

# Of nobody's password: guessing an unknown name takes as long as guessing a known one.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=1$Rij4C1jY8FdBworzOyrTZQ$kb3Rw7xiW2rJo8KQlCxBnk2QDrz4uJ0r1Z5zAGnR6iE"


def refusal(password: str, name: str) -> str | None:
    """Why a password cannot be taken, as a sentence; None if it can."""
    if len(password) < SHORTEST:
        return f"The password needs at least {SHORTEST} characters; three or four words are easy to remember."
    if len(password) > LONGEST:
        return f"The password may have at most {LONGEST} characters."
    if not _is_text(password):
        return "The password holds characters that cannot be stored; type it again."
    if len(set(password)) < FEWEST_DIFFERENT or _is_common(password.lower(), name.lower()):
        return "This password is one of the first that others would guess; take words that only you know."
    return None


def hashed(password: str) -> str:
    """What is stored of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """Whether it is the password of which `stored` was made; with None never, though it takes as long."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(stored or _NOBODYS, password) and stored is not None
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether it was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(stored)


def _is_text(password: str) -> bool:
    try:
        password.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_common(password: str, name: str) -> bool:
    left = password
    for part in (*COMMON_PARTS, name) if len(name) > 2 else COMMON_PARTS:
        left = left.replace(part, "")
    return len(left) != len(password) and len(left) < _LEFT_AT_LEAST
