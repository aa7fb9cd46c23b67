"""Secrets that machines keep: made at random, and stored as a hash only."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_PREFIX = "fft_"  # noqa: S105 -- what our tokens begin with, so that scanners of leaks know them


def new_secret(prefix: str = "") -> str:
    """256 random bits as text for addresses and cookies."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a secret. A plain hash does: nobody guesses 256 bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def form_token(secret: str) -> str:
    """What the forms of a session bring along; from it nobody finds the session's secret."""
    return hmac.new(secret.encode("utf-8", "replace"), b"footfall form", hashlib.sha256).hexdigest()


def is_form_token(given: str, secret: str) -> bool:
    """Whether a form was made for this session; takes as long for every wrong one."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), form_token(secret).encode())
