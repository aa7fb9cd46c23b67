"""The outbox's tables, as named steps that are never edited once released."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("footfall-outbox")


@migrations()
def m001_buckets(db: Database) -> None:
    """Buckets at their newest revision, and which revision the broker has acknowledged."""
    db.execute(
        """
        CREATE TABLE buckets (
            camera TEXT NOT NULL,
            bucket_start INTEGER NOT NULL, -- seconds since the epoch
            revision INTEGER NOT NULL,
            news_revision INTEGER NOT NULL, -- the last one in which somebody crossed or ended a visit
            delivered_revision INTEGER NOT NULL DEFAULT 0,
            final INTEGER NOT NULL,
            put_at REAL NOT NULL, -- seconds since the epoch
            topic TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (camera, bucket_start)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute("CREATE INDEX buckets_waiting ON buckets (bucket_start) WHERE delivered_revision < revision")


@migrations()
def m002_progress(db: Database) -> None:
    """How far each camera's source has been counted, and what had to be dropped."""
    db.execute(
        """
        CREATE TABLE progress (
            camera TEXT PRIMARY KEY,
            source TEXT NOT NULL,
            started_at REAL NOT NULL,
            counted_until REAL NOT NULL,
            ended INTEGER NOT NULL DEFAULT 0,
            dropped_buckets INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """
    )


@migrations()
def m003_clock(db: Database) -> None:
    """Which minutes were counted by a clock of which nobody knew whether it was right, and how it stood."""
    db.execute("ALTER TABLE buckets ADD COLUMN unsure_boot TEXT NOT NULL DEFAULT ''")
    db.execute(
        """
        CREATE TABLE clocks (
            camera TEXT PRIMARY KEY,
            boot TEXT NOT NULL,
            ahead REAL NOT NULL, -- seconds since the epoch less seconds since the machine's start
            known INTEGER NOT NULL
        ) STRICT
        """
    )


@migrations()
def m004_coarsening(db: Database) -> None:
    """In which hours anything was sent: the others may be put together; how much that was; what came when."""
    db.execute(
        """
        CREATE TABLE sent_hours (
            camera TEXT NOT NULL,
            hour_start INTEGER NOT NULL, -- seconds since the epoch
            sent_at REAL NOT NULL,
            PRIMARY KEY (camera, hour_start)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute(
        """
        INSERT OR IGNORE INTO sent_hours
        SELECT camera, bucket_start - bucket_start % 3600, put_at FROM buckets
        """
    )
    db.execute("ALTER TABLE buckets ADD COLUMN delivered_at REAL NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE progress ADD COLUMN coarsened_buckets INTEGER NOT NULL DEFAULT 0")


@migrations()
def m005_beside(db: Database) -> None:
    """What people who are still there would come to; and from when on a recording is followed again."""
    db.execute(
        """
        CREATE TABLE beside (
            camera TEXT NOT NULL,
            number INTEGER NOT NULL,
            topic TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (camera, number)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute("ALTER TABLE progress ADD COLUMN follow_from REAL")
