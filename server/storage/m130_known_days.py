"""The step that holds what is known of days; beside the others, in the same list."""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import MIGRATIONS


@MIGRATIONS()
def m130_known_days(db: Database) -> None:
    """What makes days unlike others: events by name, and the weather."""
    db.executescript("""
        CREATE TABLE store_events (
            store TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('campaign', 'event')),
            first_day TEXT NOT NULL, last_day TEXT NOT NULL,
            PRIMARY KEY (store, first_day, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE weather (
            store TEXT NOT NULL, day TEXT NOT NULL, temperature_c REAL, rain_mm REAL,
            PRIMARY KEY (store, day)
        ) STRICT, WITHOUT ROWID;
    """)
