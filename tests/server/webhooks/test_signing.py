"""Signatures are those of Standard Webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from server.webhooks.signing import new_secret, signature, signed_headers

NOW = datetime(2026, 3, 3, 11, 0, 0, 600_000, tzinfo=UTC)


def test_the_published_example_is_signed_as_published() -> None:
    """From the specification's reference libraries: their test vector."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == expected


def test_a_receiver_can_check_it_with_its_standard_library() -> None:
    secret = new_secret()
    headers = signed_headers(secret, "feed-1-began", b"{}", NOW)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + b"{}"
    mac = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))


def test_every_secret_is_another() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
