"""A log-in form filled in with anything."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import quote_from_bytes

import httpx

from server.access.tokens import form_token
from server.api.app import build_app
from server.api.door import COOKIE
from tests.server.asking import Asking
from tests.server.filling import NOON, settings_for

_SECRET = "of-an-open-form"


@cache
def _asking(folder: Path) -> Asking:
    app = build_app(settings_for(folder), lambda: NOON)
    return Asking(app, {"Cookie": f"{COOKIE}={_SECRET}", "Content-Type": "application/x-www-form-urlencoded"})


def send_log_in(folder: Path, name: str, password: str, back: str, raw: bytes | None) -> httpx.Response:
    """What becomes of it; `raw` in place of a well-formed body."""
    fields = {"name": name, "password": password, "next": back, "csrf": form_token(_SECRET)}
    body = "&".join(
        f"{field}={quote_from_bytes(text.encode('utf-8', 'surrogatepass'))}" for field, text in fields.items()
    )
    return _asking(folder).post("/log-in", content=body.encode() if raw is None else raw)
