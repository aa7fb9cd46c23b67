"""Signatures by which a receiver knows that an event is ours, unchanged, and new.

In the form of Standard Webhooks (https://www.standardwebhooks.com), for which most languages have a library.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

SECRET_PREFIX = "whsec_"  # noqa: S105 -- says what follows, and is no secret
_SECRET_BYTES = 24


def new_secret() -> str:
    """A secret that the sender and one receiver share."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(secret: str, event: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers: the event's id, the second of sending, and HMAC-SHA256 over both and the body.

    A receiver refuses what is older than some minutes, and an id that it has taken already.
    """
    timestamp = str(int(now.timestamp()))
    return {
        "webhook-id": event,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(secret, event, timestamp, body),
    }


def signature(secret: str, event: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the HMAC in base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    content = f"{event}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
