"""The step that remembers since when a device does not know the time; beside the others, in the same list."""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import MIGRATIONS


@MIGRATIONS()
def m125_device_care(db: Database) -> None:
    """Since when a camera's device does not know the time, and when it last gave up counts."""
    db.execute("ALTER TABLE devices ADD COLUMN clock_unknown_since INTEGER")
    db.execute("ALTER TABLE devices ADD COLUMN dropped_at INTEGER")
