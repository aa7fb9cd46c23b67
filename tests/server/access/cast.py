"""The cast of every access test: who they are, and how they ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from server.access.rights import Role
from server.access.tokens import form_token
from server.api.app import build_app
from server.api.door import COOKIE
from server.api.forms import HEADER
from server.config import Settings
from server.ingest.apply import Received
from tests.server.asking import Asking, bearer, logged_in
from tests.server.filling import NOON, STORE, berlin_store, counts, fill, receive, settings_for

OTHER_STORE = "annex"


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of the cast. `stores` None: all."""

    role: Role
    stores: frozenset[str] | None
    is_program: bool = False
    parts: frozenset[str] | None = None


CAST: Mapping[str, Somebody | None] = {
    "owner": Somebody(Role.OWNER, None),
    "manager": Somebody(Role.MANAGER, frozenset({STORE})),
    "manager of another store": Somebody(Role.MANAGER, frozenset({OTHER_STORE})),
    "staff": Somebody(Role.STAFF, frozenset({STORE})),
    "head office": Somebody(Role.HEAD_OFFICE, None, is_program=True),
    "device": Somebody(Role.DEVICE, frozenset({STORE}), is_program=True),
    "till": Somebody(Role.TILL, frozenset({STORE}), is_program=True),
    "display": Somebody(Role.DISPLAY, frozenset({STORE}), is_program=True, parts=frozenset({"shelf-1"})),
    "stranger": None,
}


def two_stores(folder: Path) -> Settings:
    """Two stores with a count each, and a refused message each: number 1 here, number 2 in the other."""
    settings = settings_for(
        folder, **{STORE: berlin_store(), OTHER_STORE: berlin_store(name="Annex", zones={})}
    )
    fill(settings, [counts(NOON, 7, 2), counts(NOON, 5, 1, store=OTHER_STORE)], NOON)
    for store in (STORE, OTHER_STORE):
        receive(settings, [Received(f"footfall/v1/{store}/edge-1/counts", b"nonsense")], NOON)
    return settings


def asked_by(settings: Settings, name: str) -> Asking:
    """The application as one of the cast asks it, at noon, with forms that are theirs."""
    app = build_app(settings, lambda: NOON)
    app.state.site.watchers.close()  # An open stream would never end.
    return Asking(app, headers_of(settings, name))


def headers_of(settings: Settings, name: str) -> dict[str, str]:
    """What one of the cast shows."""
    who = CAST[name]
    if who is not None and who.is_program:
        return bearer(settings, NOON, who.role, who.stores, who.parts)
    if who is None:
        return browser("of an open form")
    return browser(logged_in(settings, NOON, name.replace(" ", "-"), who.role, who.stores))


def browser(secret: str) -> dict[str, str]:
    """What a browser with that cookie sends along with a form of ours."""
    return {"Cookie": f"{COOKIE}={secret}".replace(" ", "-"), HEADER: form_token(secret.replace(" ", "-"))}
