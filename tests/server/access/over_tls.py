"""A log-in as it comes over TLS."""

from __future__ import annotations

import asyncio

import httpx

from server.api.app import build_app
from server.config import Settings
from tests.server.access.browsing import hidden
from tests.server.filling import NOON


def log_in_over_tls(settings: Settings, name: str, password: str) -> str:
    """The cookie that the browser is given."""

    async def asked() -> str:
        transport = httpx.ASGITransport(build_app(settings, lambda: NOON))
        async with httpx.AsyncClient(transport=transport, base_url="https://footfall.test") as client:
            form = await client.get("/log-in")
            fields = {"name": name, "password": password, "csrf": hidden(form.text)}
            answer = await client.post("/log-in", data=fields)
            return answer.headers["set-cookie"]

    return asyncio.run(asked())
