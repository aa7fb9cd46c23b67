"""Who asks, and what comes with the question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.access.rights import OF_ALL_STORES, RIGHTS, Action, Role

Stores = frozenset[str] | None
"""Ids of stores; None stands for all there are, now and later."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user who has logged in, or a program with its token. `scopes` None: all that the role may do.

    `parts` are ids of zones of a display, or of tills of a till, in its one store; None: all there are.
    """

    name: str
    kind: Literal["user", "token"]
    role: Role
    stores: Stores
    scopes: frozenset[Action] | None = None
    parts: frozenset[str] | None = None

    def may(self, action: Action) -> bool:
        """Whether this one may do that, in the stores that it sees."""
        if action is Action.OPEN:
            return True
        if self.kind == "token" and action is Action.OWN_ACCOUNT:
            return False
        if action in OF_ALL_STORES and self.stores is not None:
            return False
        within_scope = self.scopes is None or action in self.scopes or action is Action.BE_KNOWN
        return action in RIGHTS[self.role] and within_scope

    def sees(self, store: str | None) -> bool:
        """Whether a store is one of this one's; None is what belongs to no store."""
        return self.stores is None or store in self.stores

    def reaches(self, store: str, part: str) -> bool:
        """Whether a zone (of a display) or a till (of a till) in a store is one of this one's."""
        return self.sees(store) and (self.parts is None or part in self.parts)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: who makes it, and from where.

    `secret` is the token, or what the browser's cookie holds: of a session, of a display or, before there is
    one, of an open form; `form_token` is what the browser's forms have to bring along, empty where nothing
    came by cookie. `secure`: it came over TLS.
    """

    caller: Caller | None = None
    secret: str = ""
    form_token: str = ""
    address: str = ""
    base: str = ""
    secure: bool = False

    def may(self, action: str) -> bool:
        """Whether whoever asks may do something."""
        if self.caller is None:
            return Action(action) is Action.OPEN
        return self.caller.may(Action(action))


STRANGER = Visit()
"""Somebody of whom nothing is known, and who sees no store."""
