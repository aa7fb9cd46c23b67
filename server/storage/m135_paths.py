"""The step that holds where people went next; beside the others, in the same list."""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import MIGRATIONS


@MIGRATIONS()
def m135_paths(db: Database) -> None:
    """Paths of a bucket, a row for each pair of stops. Whether a bucket tells of paths stands in itself:
    most minutes in which nobody went anywhere need no row then."""
    db.executescript("""
        ALTER TABLE buckets ADD COLUMN tells_paths INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE path_counts (
            store TEXT NOT NULL, bucket_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            origin TEXT NOT NULL, next_stop TEXT NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY (store, bucket_start, device, camera, origin, next_stop),
            FOREIGN KEY (store, bucket_start, device, camera) REFERENCES buckets ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
    """)
