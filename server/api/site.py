"""What every handler works with: the settings, the clock and a way to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from sqlite_utils import Database

from server.api.problems import Problem
from server.api.watching import Watchers
from server.config import Settings, StoreSettings
from server.storage.database import open_database

Clock = Callable[[], datetime]
"""Gives this moment as an aware datetime in UTC."""


@dataclass(frozen=True, slots=True)
class Site:
    """One server as its handlers see it."""

    settings: Settings
    clock: Clock
    watchers: Watchers

    def store(self, store: str) -> StoreSettings:
        """The settings of a store.

        Raises:
            Problem: 404, there is none of that id.
        """
        if store not in self.settings.stores:
            raise Problem(404, f"There is no store {store!r} here.")
        return self.settings.stores[store]

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A read-only connection of the calling thread; everything read from it is of one moment."""
        with open_database(self.settings.database, read_only=True) as db, db.atomic():
            yield db

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """A connection of the calling thread that may write."""
        with open_database(self.settings.database) as db:
            yield db


def _site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(_site_of)]
"""What a handler asks for to get the site."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address, how it is asked, and who answers."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    handler: Callable[..., Any]
    answers: Any = None
    """The model of the answer, where the handler makes the whole response itself."""
    described: Mapping[int | str, dict[str, Any]] = field(default_factory=dict)
    """What OpenAPI says of its answers beside that."""
