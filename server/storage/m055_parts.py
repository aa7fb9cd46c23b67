"""The step by which tokens and broker accounts are bound to parts of a store."""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import MIGRATIONS


@MIGRATIONS()
def m055_parts_of_a_store(db: Database) -> None:
    """Of what in its store a token is: zones of a display, tills of a till. A JSON list, NULL for all."""
    db.execute("ALTER TABLE tokens ADD COLUMN parts TEXT")
