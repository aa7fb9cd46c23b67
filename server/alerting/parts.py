"""Watching and telling as parts of the server, which go on through a full disk or a locked database."""

from __future__ import annotations

import logging
import random
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from server.alerting.ahead import Ahead
from server.alerting.delivering import Post, deliver_due
from server.alerting.watching import note, wrong_now
from server.config import Settings
from server.storage.changes import forget_gone
from server.storage.database import StorageError, open_database, writing
from server.storage.webhooks import MOST_WEBHOOKS, due_webhooks

DELIVER_SECONDS = 2.0

_log = logging.getLogger("footfall.alerts")


@dataclass
class _Saying:
    """Says once that the database cannot be used, and once that it can be again."""

    what: str
    failing: bool = field(default=False)

    def broke(self, error: Exception) -> None:
        if not self.failing:
            _log.error("%s does not work: %s; trying again", self.what, error)
        self.failing = True

    def works(self) -> None:
        if self.failing:
            _log.info("%s works again", self.what)
        self.failing = False


@dataclass(frozen=True)
class AlertWatch:
    """Looks again and again whether all is well. `free_bytes` says how much space the database has left."""

    settings: Settings
    clock: Callable[[], datetime]
    free_bytes: Callable[[], int]
    ahead: Ahead = field(default_factory=Ahead)

    def run(self, stop: threading.Event) -> None:
        """Look until `stop` is set."""
        _again_and_again(self.look, "watching for alerts", self.settings.alerts.look_seconds, stop)

    def look(self) -> None:
        """Look once, and tell what changed."""
        now, settings = self.clock(), self.settings
        with open_database(settings.database) as db:
            found = [
                *wrong_now(db, settings, now, self.free_bytes()),
                *self.ahead.conditions(db, settings, now),
            ]
            for alert in note(db, found, settings.alerts, now):
                what = "is over" if alert.ended_at else "began"
                _log.warning("alert %d %s: %s", alert.number, what, alert.condition.sentence)
            with writing(db):
                forget_gone(db)


@dataclass(frozen=True)
class Deliverer:
    """Tells webhooks what waits."""

    settings: Settings
    clock: Callable[[], datetime]
    post: Post

    def run(self, stop: threading.Event) -> None:
        """Tell until `stop` is set: each receiver in a thread of its own, so that none waits for another."""
        busy: dict[int, Future[None]] = {}
        with ThreadPoolExecutor(MOST_WEBHOOKS, "webhook") as pool:

            def hand_out() -> None:
                for webhook in self._due():
                    if webhook not in busy:
                        busy[webhook] = pool.submit(self._tell_one, webhook, stop)
                for webhook in [webhook for webhook, telling in busy.items() if telling.done()]:
                    busy.pop(webhook).result()

            _again_and_again(hand_out, "telling webhooks", DELIVER_SECONDS, stop)

    def tell(self) -> None:
        """Tell what is due, one thing after another."""
        with open_database(self.settings.database) as db:
            deliver_due(db, self.settings.webhooks, self.post, self.clock, random.random)

    def _due(self) -> list[int]:
        with open_database(self.settings.database, read_only=True) as db:
            return due_webhooks(db, self.clock())

    def _tell_one(self, webhook: int, stop: threading.Event) -> None:
        """Tell one receiver, in order, until nothing more is due; a stop waits for one try at most."""
        terms = self.settings.webhooks
        with open_database(self.settings.database) as db:
            while not stop.is_set() and deliver_due(
                db, terms, self.post, self.clock, random.random, webhook=webhook, limit=1
            ):
                pass


def _again_and_again(
    work: Callable[[], None], what: str, pause_seconds: float, stop: threading.Event
) -> None:
    saying = _Saying(what)
    while not stop.is_set():
        try:
            work()
        except (StorageError, sqlite3.OperationalError) as error:
            saying.broke(error)
        else:
            saying.works()
        stop.wait(pause_seconds)
