"""Messages from the broker into storage: batches in, acknowledgements out after the commit."""

from __future__ import annotations

import select
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlite_utils import Database

from server.config import BrokerSettings, Settings
from server.ingest.apply import BatchResult, Received, apply_batch
from server.ingest.link import Link, Voice
from server.ingest.packets import Published
from server.ingest.reports import Reports
from server.ingest.sessions import sessions
from server.storage.database import open_database
from server.storage.space import DiskFull, check_space

BATCH_MESSAGES = 1_000
BATCH_SECONDS = 0.05
QUIET_SECONDS = 0.002
"""A batch ends early when nothing came for this long: brokers send few messages before the first
acknowledgement (Mosquitto 20, unless its `max_inflight_messages` says otherwise)."""

WAIT_SECONDS = 0.2

_LONGEST_STORE_PAUSE_SECONDS = 30.0


class Listener:
    """Takes messages from the broker into the database, until it is stopped.

    In one thread and over two connections: one for counts and tickets, for which the broker keeps what
    comes while nobody listens; one for what is of use only while it is new (live views, status, health),
    so that it never waits behind days of counts. What is not yet stored is not read, so a slow disk slows
    the broker and not this machine's memory.

    `after_commit` is called between a batch's commit and its acknowledgement. `clock` gives the
    present in UTC.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        after_commit: Callable[[BatchResult], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._after_commit = after_commit
        self._reports = Reports()

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set. The broker and the disk may come and go meanwhile.

        Raises:
            StorageError: there is no database, or not one of this version.
            ConfigError: the broker's password or certificate file cannot be read.
        """
        with open_database(self._settings.database) as db, _links(self._settings.broker) as links:
            while not stop.is_set():
                links.keep()
                if batch := _next_batch(links):
                    self._store(db, links, batch, stop)

    def _store(self, db: Database, links: _Links, batch: Sequence[Published], stop: threading.Event) -> None:
        messages = [Received(message.topic, message.payload, message.retained) for message in batch]
        pause_seconds = 0.5
        while (result := self._stored(db, messages)) is None:
            if stop.wait(pause_seconds):
                return  # Not acknowledged, so the broker sends them again.
            links.keep(reading=False)
            pause_seconds = min(2 * pause_seconds, _LONGEST_STORE_PAUSE_SECONDS)
        self._reports.stored(result)
        self._after_commit(result)
        links.acknowledge()

    def _stored(self, db: Database, messages: Sequence[Received]) -> BatchResult | None:
        """What became of a batch; None where nothing can be stored at present."""
        try:
            check_space(self._settings.database, self._settings.least_free_megabytes)
            return apply_batch(db, self._settings, messages, self._clock())
        except (sqlite3.OperationalError, DiskFull) as error:
            self._reports.storing_fails(self._settings.database, error)
            return None


class _Links:
    """Both connections. What is of use only while it is new is always read first."""

    def __init__(self, live: Link, kept: Link) -> None:
        self._both = (live, kept)

    def keep(self, *, reading: bool = True) -> None:
        for link in self._both:
            link.keep(time.monotonic(), reading=reading)

    def read(self, timeout_seconds: float) -> list[Published]:
        """What has come on both, as soon as anything has; nothing after the time."""
        sockets = [link.connected for link in self._both if link.connected]
        if not sockets:
            time.sleep(timeout_seconds)
            return []
        if any(link.has_bytes_waiting() for link in self._both):
            timeout_seconds = 0
        ready = select.select(sockets, [], [], timeout_seconds)[0]
        messages: list[Published] = []
        for link in self._both:
            if link.connected in ready or link.has_bytes_waiting():
                messages += link.read(time.monotonic())
        return messages

    def acknowledge(self) -> None:
        for link in self._both:
            link.acknowledge(time.monotonic())

    def close(self) -> None:
        for link in self._both:
            link.close()


@contextmanager
def _links(broker: BrokerSettings) -> Iterator[_Links]:
    voice = Voice(f"{broker.host}:{broker.port}", 2)
    live, kept = (Link(broker, session, voice) for session in sessions(broker))
    links = _Links(live, kept)
    try:
        yield links
    finally:
        links.close()


def _next_batch(links: _Links) -> list[Published]:
    batch = links.read(WAIT_SECONDS)
    ends_at = time.monotonic() + BATCH_SECONDS
    while batch and len(batch) < BATCH_MESSAGES and (left := ends_at - time.monotonic()) > 0:
        more = links.read(min(left, QUIET_SECONDS))
        if not more:
            break
        batch += more
    return batch
