"""Tells open pages that something changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database
from sse_starlette import ServerSentEvent

from server.storage.database import data_version, open_database

MOST_WATCHERS = 200
"""More open pages than these are not kept current; they still renew themselves every minute."""

LOOK_EVERY_SECONDS = 1.0
"""So often the database is asked whether anything changed: a page hears of it at most once a second."""


StillMay = Callable[[Database], bool]
"""Whether a page may go on listening."""


def _for_ever(_: Database) -> bool:
    return True


class Watchers:
    """The open pages that are told of changes; they live in the event loop's thread."""

    def __init__(self, most: int = MOST_WATCHERS) -> None:
        self._most = most
        self._open = 0
        self._closed = False

    @property
    def full(self) -> bool:
        """Whether one more would be too many."""
        return self._open >= self._most

    @property
    def closed(self) -> bool:
        """Whether the server is about to stop."""
        return self._closed

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Whether one more may wait for changes; within the block it counts as one of them."""
        if self.full:
            yield False
            return
        self._open += 1
        try:
            yield True
        finally:
            self._open -= 1

    def close(self) -> None:
        """End all events within a second, so that a server can stop; from any thread."""
        self._closed = True

    async def changes(
        self, database: Path, still_may: StillMay = _for_ever
    ) -> AsyncGenerator[ServerSentEvent, None]:
        """For one page: an event "changed" at once, and after every second in which something was stored.

        It ends once `still_may` says no, so that nobody goes on listening who was logged out or shut out.

        At once, because something may have changed between the page and this connection. Belongs to the
        event loop's thread, as its connection does; asking takes microseconds and waits for no lock.
        """
        self._open += 1
        try:
            with open_database(database, read_only=True) as db:
                told = None
                while not self._closed and still_may(db):
                    if (version := data_version(db)) != told:
                        told = version
                        yield ServerSentEvent(event="changed", data=str(version))
                    await asyncio.sleep(LOOK_EVERY_SECONDS)
        finally:
            self._open -= 1
