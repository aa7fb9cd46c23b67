"""Triggers as parts of the server: one that looks, and one that tells the broker."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.config import Settings
from server.storage import zone_triggers
from server.storage.database import data_version, open_database
from server.triggering.assigning import Assigning
from server.triggering.choosing import Ranking
from server.triggering.telling import Connection, connected, tell
from server.triggering.usual import UsualBook
from server.triggering.watching import Changed, Watch, look

LONGEST_LOOK_SECONDS = 5.0
"""So often is looked even where nothing new was stored: time passes, too."""

_PAUSE_SECONDS = 2.0
_TELL_SECONDS = 0.1

_log = logging.getLogger("footfall.triggers")


@dataclass(frozen=True)
class TriggerWatch:
    """Looks at all rules whenever something new was stored, and every few seconds."""

    settings: Settings
    clock: Callable[[], datetime]
    assigning: Assigning
    ranking: Ranking

    def run(self, stop: threading.Event) -> None:
        """Look until `stop` is set; a full disk or a locked database may come and go."""
        watch = Watch(self.assigning, self.ranking, UsualBook())
        with open_database(self.settings.database) as db:
            news = _News(db)

            def look_once() -> None:
                if news.are_there(time.monotonic()):
                    for changed in look(db, self.settings.stores, watch, self.clock()):
                        _say(changed)

            _again_and_again(look_once, "looking at triggers", self.settings.triggering.look_seconds, stop)


class _News:
    """Whether it is time to look again."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: int | None = None
        self._look_at = 0.0

    def are_there(self, now: float) -> bool:
        """Whether anything was stored since this was last asked, or that was long ago.

        `now` is a steady clock's, in seconds.
        """
        version = data_version(self._db)
        if version == self._seen and now < self._look_at:
            return False
        self._seen, self._look_at = version, now + LONGEST_LOOK_SECONDS
        return True


@dataclass(frozen=True)
class Teller:
    """Has the broker keep what each zone shows. It connects only once there is something to keep."""

    settings: Settings

    def run(self, stop: threading.Event) -> None:
        """Tell until `stop` is set.

        Raises:
            ConfigError: the broker's password or certificate file cannot be read.
        """
        with open_database(self.settings.database) as db:
            while not stop.is_set() and not zone_triggers.all_messages(db):
                stop.wait(_TELL_SECONDS)
            if stop.is_set():
                return
            with connected(self.settings.broker) as connection:
                telling = _Telling(db, connection)
                _again_and_again(telling.tell_once, "telling zones", _TELL_SECONDS, stop)


class _Telling:
    """Tells what is new, and everything over a new connection."""

    def __init__(self, db: Database, connection: Connection) -> None:
        self._db = db
        self._connection = connection
        self._seen: int | None = None

    def tell_once(self) -> None:
        """Tell, if there is somebody to tell and something to be told."""
        if not self._connection.stands:
            return
        version, is_new = data_version(self._db), self._connection.is_new()
        if not is_new and version == self._seen:
            return
        complete = tell(self._db, self._connection.publish, everything=is_new)
        self._seen = version if complete else None
        if is_new and not complete:
            self._connection.renew()


def _again_and_again(
    work: Callable[[], None], what: str, pause_seconds: float, stop: threading.Event
) -> None:
    failing = False
    while not stop.is_set():
        try:
            work()
        except sqlite3.OperationalError as error:
            if not failing:
                _log.error("%s does not work: %s; trying again", what, error)
            failing = True
            stop.wait(_PAUSE_SECONDS)
        else:
            if failing:
                _log.info("%s works again", what)
            failing = False
        stop.wait(pause_seconds)


def _say(changed: Changed) -> None:
    place = f"zone {changed.zone} of {changed.store}"
    if changed.ended:
        _log.info("%s: %s is over: %s", place, changed.ended, changed.why)
    if (decision := changed.began) is not None:
        what = {"shown": "shows", "held": "is a control and holds back", "nothing": "has nothing for"}
        _log.info("%s: %s %s, by %s", place, what[decision.outcome], decision.id, decision.rule)
