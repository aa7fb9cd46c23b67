"""In whose name something is done, for the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.access.callers import Visit
from server.storage import audit


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, when, and from which address."""

    who: str
    at: datetime
    address: str = ""

    def note(self, db: Database, what: str, target: str = "") -> None:
        """Write it into the audit log."""
        audit.note(db, audit.Entry(self.at, self.who, what, target, self.address))


def by_command(at: datetime) -> By:
    """Whoever has a shell on the server."""
    return By("command", at)


def by_visit(visit: Visit, at: datetime) -> By:
    """Whoever made a request."""
    caller = visit.caller
    return By(f"{caller.kind}:{caller.name}" if caller else "stranger", at, visit.address)
