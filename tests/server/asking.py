"""Asks the web application without a network, at a fixed moment."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from starlette.types import ASGIApp

from server.api.app import build_app
from server.config import Settings


@dataclass(frozen=True, slots=True)
class Asking:
    """One application and the two things that one asks of it."""

    app: ASGIApp

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, options))

    async def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://footfall.test") as client:
            return await client.request(method, path, **options)


def asking(settings: Settings, now: datetime) -> Asking:
    """The application with its clock stopped."""
    return Asking(build_app(settings, lambda: now))
