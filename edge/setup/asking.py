"""What a browser sends: whether it comes from our own page, and what JSON it brings."""

from __future__ import annotations

import json
from email.message import Message
from io import BufferedIOBase
from typing import Any
from urllib.parse import urlsplit


class Unread(Exception):
    """A body of no length that is read: what follows on the connection cannot be understood."""


def is_from_our_page(headers: Message) -> bool:
    """Browsers say where a request comes from; a program that says nothing has no cookie to abuse."""
    if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == headers.get("Host", "")


def json_body(headers: Message, stream: BufferedIOBase, most: int) -> dict[str, Any] | None:
    """The JSON object that a request brings; None if it brings something else.

    Raises:
        Unread: it does not say how long it is, or has more than so many bytes.
    """
    length = headers.get("Content-Length", "")
    if not length.isdecimal() or int(length) > most:
        raise Unread
    content = stream.read(int(length))
    if headers.get("Content-Type") != "application/json":
        return None
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
