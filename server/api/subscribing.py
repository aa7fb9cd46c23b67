"""Subscribing to alerts and looking after it: one way for API and commands."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from server.config import Settings
from server.errors import ServerError
from server.storage import changes, webhooks
from server.storage.alerts import AlertKind
from server.storage.database import writing
from server.storage.webhooks import MOST_WEBHOOKS, Webhook
from server.webhooks.addresses import target_of
from server.webhooks.signing import new_secret


class TooManyWebhooks(ServerError):
    """There are as many as can be."""


class NoSuchWebhook(ServerError):
    """There is none of that number."""

    exit_code = 3


def subscribe(
    db: Database,
    settings: Settings,
    url: str,
    kinds: Collection[AlertKind],
    stores: Collection[str] | None,
    now: datetime,
) -> Webhook:
    """Let an address be told of alerts.

    Raises:
        WebhookRefused: it may not be told.
        ConfigError: a store is not in the configuration.
        TooManyWebhooks: there are as many as can be.
    """
    target_of(url, allow_private=settings.webhooks.allow_private)
    for store in stores or ():
        settings.store(store)
    of_stores = None if stores is None else frozenset(stores)
    with writing(db):
        added = webhooks.add(db, url, new_secret(), frozenset(kinds), of_stores, now)
    if added is None:
        raise TooManyWebhooks(f"there are {MOST_WEBHOOKS} webhooks already", "remove one that is not needed")
    return added


def try_out(db: Database, number: int, now: datetime) -> int:
    """Send a webhook an event that says nothing; the delivery's number.

    Raises:
        NoSuchWebhook: there is none of that number.
    """
    with writing(db):
        if webhooks.get(db, number) is None:
            raise NoSuchWebhook(f"there is no webhook {number}", "see: footfall-server webhook list")
        event = f"{changes.feed(db).id}-test-{secrets.token_hex(8)}"
        body = json.dumps({"type": "test", "timestamp": now.isoformat(), "data": {}})
        return webhooks.put(db, number, event, body, now)
