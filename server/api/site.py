"""What every handler works with: who asks, the settings, the clock and a way to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from sqlite_utils import Database

from server.access.callers import STRANGER, Visit
from server.access.rights import Action, Role
from server.accounts.by import By, by_visit
from server.accounts.sessions import holder_of_session, holder_of_token
from server.api.problems import Problem
from server.api.watching import Watchers
from server.config import Settings, StoreSettings
from server.storage.catalogue import with_names
from server.storage.database import open_database
from server.storage.space import DiskFull, check_space

Clock = Callable[[], datetime]
"""Gives this moment as an aware datetime in UTC."""

_NO_ROOM = "The server's disk is nearly full, so nothing was stored. Send it again once there is room."


@dataclass(frozen=True, slots=True)
class Site:
    """One server as the handlers of one request see it: with only those stores that whoever asks may see."""

    settings: Settings
    clock: Clock
    watchers: Watchers
    visit: Visit = STRANGER
    planning: Lock = field(default_factory=Lock)
    """Held while a roster or placement is made: one at a time, for it takes a whole processor."""

    def store(self, store: str) -> StoreSettings:
        """The settings of a store, with the names that its catalogue gives.

        Raises:
            Problem: 404, there is none of that id, or whoever asks may not see it: that is not told apart.
        """
        if store not in self.settings.stores:
            raise Problem(404, f"There is no store {store!r} here. Stores are added in server.toml.")
        with self.reading() as db:
            return with_names(db, store, self.settings.stores[store])

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

    @contextmanager
    def taking(self) -> Iterator[Database]:
        """A connection that may write, for data that come from outside and may be sent again.

        Raises:
            Problem: 507, the disk is nearly full.
        """
        try:
            check_space(self.settings.database, self.settings.least_free_megabytes)
        except DiskFull as error:
            raise Problem(507, _NO_ROOM) from error
        with self.writing() as db:
            yield db

    @property
    def by(self) -> By:
        """In whose name something is done, for the audit log."""
        return by_visit(self.visit, self.clock())

    def seen_by(self, visit: Visit) -> Site:
        """The site for one request: a store that the caller may not see is not there at all."""
        caller, known = visit.caller, self.settings.stores
        stores = {store: of for store, of in known.items() if caller is not None and caller.sees(store)}
        return replace(self, visit=visit, settings=self.settings.model_copy(update={"stores": stores}))

    def sees_store(self, store: str | None) -> bool:
        """Whether whoever asks may see what belongs to a store; None: to none, or to an unknown one."""
        return self.visit.caller is not None and self.visit.caller.sees(store)

    def sees_zone(self, store: str, zone: str) -> bool:
        """Whether whoever asks may see what a zone shows; a display is bound to its own."""
        return self.visit.caller is not None and self.visit.caller.reaches(store, zone)

    def still_knows(self, db: Database) -> bool:
        """Whether whoever asked is still logged in, or holds a token that holds, and with the same rights."""
        caller, secret, now = self.visit.caller, self.visit.secret, self.clock()
        if caller is not None and caller.kind == "token":
            return holder_of_token(db, secret, now) == caller
        return holder_of_session(db, secret, self.settings.access, now) == caller

    @property
    def least_on_pages(self) -> int:
        """Figures of fewer people are not shown on pages: the shop's own people see theirs, others do not."""
        caller = self.visit.caller
        outside = caller is None or caller.role is Role.HEAD_OFFICE
        return self.settings.suppress_below if outside else 0

    @property
    def quarantine_of(self) -> frozenset[str] | None:
        """The stores whose refused messages and rows whoever asks may see; None: all, and those of none."""
        return self.visit.caller.stores if self.visit.caller else frozenset()


def site_of(request: Request) -> Site:
    """The site for this request; for strangers if nobody asked who it is."""
    site: Site = request.app.state.site
    return site.seen_by(getattr(request.state, "visit", STRANGER))


Here = Annotated[Site, Depends(site_of)]
"""What a handler asks for to get the site."""


GONE: Mapping[int | str, dict[str, Any]] = {204: {"description": "It is removed."}}
"""How an address is described that removes something and then has nothing to say."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address, how it is asked, who answers, and what it does: by that it is decided who may.

    There is no default for the action, so an address without one does not even start.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    handler: Callable[..., Any]
    action: Action
    answers: Any = None
    """The model of the answer, where the handler makes the whole response itself."""
    described: Mapping[int | str, dict[str, Any]] = field(default_factory=dict)
    """What OpenAPI says of its answers beside that."""
