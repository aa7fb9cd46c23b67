"""The step that makes room for experiments. Imported for its effect, see `database`."""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import MIGRATIONS


@MIGRATIONS()
def m080_experiments(db: Database) -> None:
    """Plans, which are never changed once they have begun; who is in which arm; what each day gave.

    `key` decides every throw. `before` is what a store sold before, where stores are compared.
    """
    db.executescript("""
        CREATE TABLE experiments (
            name TEXT PRIMARY KEY, plan TEXT NOT NULL, planned_at INTEGER NOT NULL,
            key BLOB, begins TEXT, started_at INTEGER,
            stopped_at INTEGER, stopped_why TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER experiments_are_frozen
        BEFORE UPDATE OF name, plan, key, begins, started_at ON experiments
        WHEN OLD.started_at IS NOT NULL
        BEGIN SELECT raise(ABORT, 'an experiment that has begun is never changed'); END;
        CREATE TABLE experiment_places (
            experiment TEXT NOT NULL REFERENCES experiments ON DELETE CASCADE, store TEXT NOT NULL,
            arm TEXT NOT NULL, place INTEGER NOT NULL, before TEXT NOT NULL,
            PRIMARY KEY (experiment, store)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE experiment_odds (
            experiment TEXT NOT NULL REFERENCES experiments ON DELETE CASCADE, since TEXT NOT NULL,
            shares TEXT NOT NULL,
            PRIMARY KEY (experiment, since)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE experiment_days (
            experiment TEXT NOT NULL REFERENCES experiments ON DELETE CASCADE, store TEXT NOT NULL,
            day TEXT NOT NULL, measured_at INTEGER NOT NULL, outcomes TEXT NOT NULL,
            left_out INTEGER NOT NULL,
            PRIMARY KEY (experiment, store, day)
        ) STRICT, WITHOUT ROWID;
    """)
