"""Asks the web application without a network, at a fixed moment."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from starlette.types import ASGIApp

from server.access.callers import Stores
from server.access.rights import Role
from server.access.tokens import TOKEN_PREFIX, digest, new_secret
from server.accounts.by import By
from server.accounts.sessions import open_session
from server.api.app import build_app
from server.config import Settings
from server.storage import tokens, users
from server.storage.database import open_database, writing
from server.storage.tokens import Token


@dataclass(frozen=True, slots=True)
class Asking:
    """One application, the two things that one asks of it, and what one shows of oneself each time."""

    app: ASGIApp
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        shown = {**self.headers, **options.pop("headers", {})}
        return asyncio.run(self._ask(method, path, {"headers": shown, **options}))

    def put(self, path: str, **options: Any) -> httpx.Response:
        return self.request("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.request("DELETE", path, **options)

    async def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("192.0.2.9", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://footfall.test") as client:
            return await client.request(method, path, **options)


def asking(settings: Settings, now: datetime, role: Role = Role.MANAGER, stores: Stores = None) -> Asking:
    """The application with its clock stopped, asked by a program that by default may see all stores."""
    return Asking(build_app(settings, lambda: now), bearer(settings, now, role, stores))


def logged_in(
    settings: Settings, now: datetime, name: str = "olga", role: Role = Role.OWNER, stores: Stores = None
) -> str:
    """The secret of a new session, as it stands in a browser's cookie; of a new user if need be."""
    with open_database(settings.database) as db, writing(db):
        users.add(db, name, None, role, stores, now)
        return open_session(db, name, settings.access, By("test", now))


def bearer(
    settings: Settings,
    now: datetime,
    role: Role = Role.MANAGER,
    stores: Stores = None,
    parts: frozenset[str] | None = None,
) -> dict[str, str]:
    """The header of a new token."""
    secret = new_secret(TOKEN_PREFIX)
    with open_database(settings.database) as db:
        tokens.add(db, Token(secret[-8:], role, stores, None, now, None, parts=parts), digest(secret))
        # Its first use is noted already, so that asking changes nothing in the database.
        tokens.used(db, digest(secret), now)
    return {"Authorization": f"Bearer {secret}"}
