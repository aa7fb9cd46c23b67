"""The step that holds audits; beside the others, in the same list."""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import MIGRATIONS


@MIGRATIONS()
def m120_audits(db: Database) -> None:
    """How counts compared with what somebody counted at a camera; one row for each direction of a line."""
    db.executescript("""
        CREATE TABLE device_audits (
            store TEXT NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL, began_at INTEGER NOT NULL,
            ended_at INTEGER NOT NULL, tolerance_seconds REAL NOT NULL, detector TEXT NOT NULL,
            received_at INTEGER NOT NULL,
            PRIMARY KEY (store, device, camera, began_at)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE device_audit_ways (
            store TEXT NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL, began_at INTEGER NOT NULL,
            line TEXT NOT NULL, way TEXT NOT NULL CHECK (way IN ('in', 'out')),
            clicked INTEGER NOT NULL, counted INTEGER NOT NULL, matched INTEGER NOT NULL,
            PRIMARY KEY (store, device, camera, began_at, line, way),
            FOREIGN KEY (store, device, camera, began_at) REFERENCES device_audits ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
    """)
