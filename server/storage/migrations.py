"""The database as a list of named steps. A step that was released is never edited again."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("footfall")


@MIGRATIONS()
def m001_counts(db: Database) -> None:
    """Buckets with their lines and zones; the keys begin with what is read by: store and time."""
    db.executescript("""
        CREATE TABLE buckets (
            store TEXT NOT NULL, bucket_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            bucket_end INTEGER NOT NULL, revision INTEGER NOT NULL, final INTEGER NOT NULL,
            coverage REAL NOT NULL, clock_synced INTEGER NOT NULL, replayed INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            PRIMARY KEY (store, bucket_start, device, camera)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE line_counts (
            store TEXT NOT NULL, bucket_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            line TEXT NOT NULL, kind TEXT NOT NULL, count_in INTEGER NOT NULL, count_out INTEGER NOT NULL,
            PRIMARY KEY (store, bucket_start, device, camera, line),
            FOREIGN KEY (store, bucket_start, device, camera) REFERENCES buckets ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE zone_counts (
            store TEXT NOT NULL, bucket_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            zone TEXT NOT NULL, dwell_n INTEGER NOT NULL, dwell_sum_seconds REAL NOT NULL,
            dwell_bins TEXT NOT NULL, person_seconds REAL NOT NULL, observed_seconds REAL NOT NULL,
            peak INTEGER NOT NULL,
            PRIMARY KEY (store, bucket_start, device, camera, zone),
            FOREIGN KEY (store, bucket_start, device, camera) REFERENCES buckets ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
    """)


@MIGRATIONS()
def m002_devices(db: Database) -> None:
    """What each camera last said about itself, and what it last saw."""
    db.executescript("""
        CREATE TABLE devices (
            store TEXT NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            status TEXT, status_received_at INTEGER, health TEXT, health_received_at INTEGER,
            seen_at INTEGER,
            PRIMARY KEY (store, device, camera)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE live (
            store TEXT NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            body TEXT NOT NULL, received_at INTEGER NOT NULL,
            PRIMARY KEY (store, device, camera)
        ) STRICT, WITHOUT ROWID;
    """)


@MIGRATIONS()
def m003_sales(db: Database) -> None:
    """Tickets with their lines, and where products lie."""
    db.executescript("""
        CREATE TABLE tickets (
            store TEXT NOT NULL, ticket TEXT NOT NULL, till TEXT NOT NULL, at INTEGER NOT NULL,
            revision INTEGER NOT NULL, kind TEXT NOT NULL, currency TEXT, source TEXT NOT NULL,
            imported_at INTEGER NOT NULL,
            PRIMARY KEY (store, ticket)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX tickets_by_time ON tickets (store, at);
        CREATE TABLE ticket_lines (
            store TEXT NOT NULL, ticket TEXT NOT NULL, line_number INTEGER NOT NULL,
            sku TEXT NOT NULL, name TEXT, quantity_e4 INTEGER NOT NULL, net_e4 INTEGER,
            PRIMARY KEY (store, ticket, line_number),
            FOREIGN KEY (store, ticket) REFERENCES tickets ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE planogram (
            id INTEGER PRIMARY KEY,
            store TEXT NOT NULL, sku TEXT NOT NULL, zone TEXT NOT NULL, valid_from TEXT, valid_until TEXT
        ) STRICT;
        CREATE INDEX planogram_by_store ON planogram (store, sku);
    """)


@MIGRATIONS()
def m004_quarantine(db: Database) -> None:
    """What could not be read, kept until it can be; and how much had to be turned away."""
    db.executescript("""
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL CHECK (source IN ('mqtt', 'csv')),
            origin TEXT NOT NULL, position INTEGER, payload BLOB NOT NULL, reason TEXT NOT NULL,
            received_at INTEGER NOT NULL, store TEXT, context TEXT NOT NULL,
            tries INTEGER NOT NULL DEFAULT 1, resolved_at INTEGER, digest BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX quarantine_waiting_once ON quarantine (digest) WHERE resolved_at IS NULL;
        CREATE INDEX quarantine_waiting ON quarantine (id) WHERE resolved_at IS NULL;
        CREATE TABLE tallies (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    """)


@MIGRATIONS()
def m030_care_enrolled_devices(db: Database) -> None:
    """Which devices may send: accepted, refused; one that is not listed is unknown."""
    db.executescript("""
        CREATE TABLE enrolled_devices (
            store TEXT NOT NULL, device TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('accepted', 'refused')), since INTEGER NOT NULL,
            PRIMARY KEY (store, device)
        ) STRICT, WITHOUT ROWID;
    """)


@MIGRATIONS()
def m031_care_unknown_time(db: Database) -> None:
    """Counts of devices that did not know the time: they stand in no figure until somebody does."""
    db.executescript("""
        CREATE TABLE unknown_time (
            store TEXT NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL, bucket_start INTEGER NOT NULL,
            revision INTEGER NOT NULL, body TEXT NOT NULL, received_at INTEGER NOT NULL,
            PRIMARY KEY (store, device, camera, bucket_start)
        ) STRICT, WITHOUT ROWID;
    """)


@MIGRATIONS()
def m032_care_closed_hours(db: Database) -> None:
    """Hours whose minutes were put together and deleted; nothing is added to them any more."""
    db.executescript("""
        CREATE TABLE closed_hours (
            store TEXT NOT NULL, hour_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            hour_end INTEGER NOT NULL, minutes INTEGER NOT NULL, closed_at INTEGER NOT NULL,
            PRIMARY KEY (store, hour_start, device, camera)
        ) STRICT, WITHOUT ROWID;
    """)
