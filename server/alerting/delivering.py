"""Tells webhooks what waits to be told: tried again ever more seldom, until it is taken or too old."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from sqlite_utils import Database

from server.config import WebhookSettings
from server.storage import webhooks
from server.storage.database import writing
from server.storage.webhooks import Delivery, Webhook
from server.webhooks.addresses import Target, WebhookRefused, target_of
from server.webhooks.signing import signed_headers

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
AT_ONCE = 20
"""So many deliveries are tried before it is looked again what waits longest."""

_log = logging.getLogger("footfall.webhooks")


class Post(Protocol):
    """Sends a body; None if it was taken, else why not."""

    def __call__(
        self, target: Target, body: bytes, headers: Mapping[str, str], *, allow_private: bool
    ) -> str | None:
        """Send."""


def pause_after(tries: int, jitter: float) -> timedelta:
    """How long to wait after so many tries: doubled each time, and moved by `jitter` from 0 to 1.

    Half of it is left to chance, so that receivers that were down are not asked by all at once.
    """
    # Beyond this power the longest pause holds anyway, and timedelta would overflow.
    doublings = 1 << min(tries, 20)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE) * (0.5 + jitter / 2)


def deliver_due(
    db: Database,
    terms: WebhookSettings,
    post: Post,
    clock: Callable[[], datetime],
    jitter: Callable[[], float],
    *,
    webhook: int | None = None,
    limit: int = AT_ONCE,
) -> int:
    """Try what is due, of one webhook or of all; how many events were tried.

    The next try is set before this one begins, so a receiver that brings us down is not asked at once again,
    and of two processes only one sends.
    """
    now = clock()
    with writing(db):
        webhooks.give_up(db, now - timedelta(hours=terms.give_up_hours), now)
    tried = 0
    for delivery in webhooks.due(db, now, limit, webhook):
        receiver = webhooks.get(db, delivery.webhook)
        later = clock() + pause_after(delivery.tries, jitter())
        if receiver is None or not webhooks.claim(db, delivery, later):
            continue
        tried += 1
        _note(db, delivery, _sent(receiver, delivery, terms, post, clock()), clock())
    return tried


def _sent(
    webhook: Webhook, delivery: Delivery, terms: WebhookSettings, post: Post, now: datetime
) -> str | None:
    try:
        # The configuration may have become stricter since the address was given.
        target = target_of(webhook.url, allow_private=terms.allow_private)
    except WebhookRefused as error:
        return str(error)
    body = delivery.body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "footfall",
        **signed_headers(webhook.secret, delivery.event, body, now),
    }
    return post(target, body, headers, allow_private=terms.allow_private)


def _note(db: Database, delivery: Delivery, error: str | None, now: datetime) -> None:
    if error is None:
        webhooks.delivered(db, delivery.number, now)
        if delivery.last_error is not None:
            _log.info("webhook %d is told again", delivery.webhook)
        return
    webhooks.failed(db, delivery.number, error)
    if delivery.tries == 0:
        _log.warning("webhook %d is not told of %s yet: %s", delivery.webhook, delivery.event, error)
