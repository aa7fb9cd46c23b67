"""The step that holds forecasts; beside the others, in the same list."""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import MIGRATIONS


@MIGRATIONS()
def m150_forecasts(db: Database) -> None:
    """What was expected, by hour and by day, as it was said each time; and until when a model was taught.

    `basis` is a JSON list of sentences.
    """
    db.executescript("""
        CREATE TABLE forecast_issues (
            number INTEGER PRIMARY KEY, store TEXT NOT NULL, what TEXT NOT NULL, issued_at INTEGER NOT NULL,
            model TEXT NOT NULL, basis TEXT NOT NULL,
            UNIQUE (store, what, issued_at)
        ) STRICT;
        CREATE TABLE forecast_hours (
            issue INTEGER NOT NULL REFERENCES forecast_issues ON DELETE CASCADE, begin_at INTEGER NOT NULL,
            median REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
            PRIMARY KEY (issue, begin_at)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE forecast_days (
            issue INTEGER NOT NULL REFERENCES forecast_issues ON DELETE CASCADE, day TEXT NOT NULL,
            median REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
            PRIMARY KEY (issue, day)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE forecast_training (
            store TEXT NOT NULL, panel TEXT NOT NULL, taught_until TEXT NOT NULL,
            retrained_at INTEGER NOT NULL, tried_at INTEGER, sentence TEXT NOT NULL,
            PRIMARY KEY (store, panel)
        ) STRICT, WITHOUT ROWID;
    """)
