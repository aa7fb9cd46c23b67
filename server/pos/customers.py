"""Customers' numbers become keyed hashes on entry, and are kept nowhere as they were."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from sqlite_utils import Database

from server.errors import ServerError
from server.storage import expiry

_HASH = re.compile(r"customer:[0-9a-f]{32}")
_KEY_BYTES = 32


class CustomerKeyUnusable(ServerError):
    """The file with the key for customers' numbers cannot be made or read."""

    exit_code = 3


def hashed(key: bytes, number: str) -> str:
    """What is kept of a customer's number: 128 bits of its HMAC-SHA256; empty stays empty.

    Without the key nobody finds the number by trying all. What is hashed already stays as it is, so a
    row from quarantine, which holds the hash, can be read again.
    """
    number = number.strip()
    if not number or _HASH.fullmatch(number):
        return number
    return f"customer:{hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:32]}"


def customer_key(file: Path) -> bytes:
    """The key in a file that only its owner may read; it is made if it is not there.

    Raises:
        CustomerKeyUnusable: the file can neither be made nor read, is too short, or others may read it.
    """
    try:
        _make_once(file)
        key = file.read_bytes().strip()
        mode = file.stat().st_mode & 0o077
    except OSError as error:
        raise CustomerKeyUnusable(
            f"the customers' key {file} cannot be used: {error.strerror}",
            "customers' numbers are never stored without it: see sales.customer_key_file",
        ) from error
    if mode:
        raise CustomerKeyUnusable(f"others may read the customers' key {file}", f"chmod 600 {file}")
    if len(key) < _KEY_BYTES:
        raise CustomerKeyUnusable(
            f"the customers' key {file} has {len(key)} bytes, at least {_KEY_BYTES} are needed",
            "put the right file back; with a new key, known customers become new ones",
        )
    return key


def forget_customer(db: Database, key_file: Path, number: str) -> int:
    """Take a customer off all tickets; how many tickets. Their amounts and products stay.

    Belongs into a transaction.

    Raises:
        CustomerKeyUnusable: the key is not there or cannot be read, so nobody knows whose tickets they are.
    """
    if not key_file.exists():
        raise CustomerKeyUnusable(
            f"there is no customers' key {key_file}, so nobody can be found by their number",
            "put it back where sales.customer_key_file says",
        )
    return expiry.forget_customer(db, hashed(customer_key(key_file), number))


def _make_once(file: Path) -> None:
    if file.exists():
        return
    # Whole before it has its name, so that two processes at once agree on one key.
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(secrets.token_hex(_KEY_BYTES).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()
