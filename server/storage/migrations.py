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
def m005_staff_and_groups(db: Database) -> None:
    """What lines and zones say beside the raw figures. NULL: not told, which is never 0."""
    db.executescript("""
        ALTER TABLE line_counts ADD COLUMN staff_in INTEGER;
        ALTER TABLE line_counts ADD COLUMN staff_out INTEGER;
        ALTER TABLE line_counts ADD COLUMN groups_in TEXT;
        ALTER TABLE line_counts ADD COLUMN groups_out TEXT;
        ALTER TABLE line_counts ADD COLUMN passed INTEGER;
        ALTER TABLE zone_counts ADD COLUMN staff_dwell TEXT;
        ALTER TABLE zone_counts ADD COLUMN ended TEXT;
    """)


@MIGRATIONS()
def m006_queues(db: Database) -> None:
    """Queues of a bucket. Only the longest length is always known; NULL: not told."""
    db.executescript("""
        CREATE TABLE queue_counts (
            store TEXT NOT NULL, bucket_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            queue TEXT NOT NULL, joined INTEGER, served INTEGER, abandoned INTEGER, lost INTEGER,
            wait TEXT, abandoned_wait TEXT, person_seconds REAL, observed_seconds REAL,
            peak INTEGER NOT NULL,
            PRIMARY KEY (store, bucket_start, device, camera, queue),
            FOREIGN KEY (store, bucket_start, device, camera) REFERENCES buckets ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
    """)


@MIGRATIONS()
def m007_heat(db: Database) -> None:
    """Where people spent time within a bucket, packed: a table of cells would be most of the database."""
    db.executescript("""
        CREATE TABLE heat (
            store TEXT NOT NULL, bucket_start INTEGER NOT NULL, device TEXT NOT NULL, camera TEXT NOT NULL,
            unit TEXT NOT NULL, cell REAL NOT NULL, seconds BLOB NOT NULL,
            PRIMARY KEY (store, bucket_start, device, camera),
            FOREIGN KEY (store, bucket_start, device, camera) REFERENCES buckets ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
    """)


@MIGRATIONS()
def m040_figures_rollups(db: Database) -> None:
    """Hours, days and longer spans put together beforehand; whatever changes beneath one removes it.

    `shelves` counts the products of each zone and validity, for a planogram of many thousand takes long to
    look through. An empty text there is what the planogram has as NULL.
    `what` is 'counts' or 'sales'. `clock` is the business clock by which spans were cut, `lag_us` the time
    from visit to till. The triggers stand on the rows with which every change of a bucket or a ticket goes.
    """
    db.executescript("""
        CREATE TABLE rollups (
            id INTEGER PRIMARY KEY,
            store TEXT NOT NULL, what TEXT NOT NULL CHECK (what IN ('counts', 'sales')), kind TEXT NOT NULL,
            "begin" INTEGER NOT NULL, "end" INTEGER NOT NULL, clock TEXT NOT NULL, lag_us INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX rollups_by_span ON rollups (store, what, kind, "begin", "end", clock, lag_us);
        CREATE TABLE labour (
            store TEXT NOT NULL, "begin" INTEGER NOT NULL, "end" INTEGER NOT NULL, people_e4 INTEGER NOT NULL,
            PRIMARY KEY (store, "begin", "end")
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE measured_lags (
            store TEXT PRIMARY KEY, minutes INTEGER NOT NULL, strength REAL NOT NULL,
            measured_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE shelves (
            store TEXT NOT NULL, zone TEXT NOT NULL, valid_from TEXT NOT NULL, valid_until TEXT NOT NULL,
            products INTEGER NOT NULL,
            PRIMARY KEY (store, zone, valid_from, valid_until)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO shelves SELECT store, zone, ifnull(valid_from, ''), ifnull(valid_until, ''), count(*)
            FROM planogram GROUP BY 1, 2, 3, 4;
    """)
    for row, event in (("NEW", "INSERT"), ("OLD", "DELETE"), ("NEW", "UPDATE"), ("OLD", "UPDATE")):
        name = f"{event.lower()}_{row.lower()}"
        for table, columns, body in (
            ("buckets", "", _forget_counts(row)),
            ("tickets", " OF at, kind, currency", _forget_sales(row)),
            ("planogram", "", _forget_shelves(row) + _count_shelf(row, 1 if row == "NEW" else -1)),
        ):
            of = columns if event == "UPDATE" else ""
            db.execute(f"CREATE TRIGGER rollups_{table}_{name} AFTER {event}{of} ON {table} BEGIN {body} END")


_HOUR_US = 3_600_000_000
_LONGEST_US = {
    # The hour that a clock repeats is cut in two, so no hour is longer than one.
    "hour": _HOUR_US,
    "day": 26 * _HOUR_US,
    "week": 8 * 24 * _HOUR_US,
    "month": 32 * 24 * _HOUR_US,
    "4-5-4": 43 * 24 * _HOUR_US,
}
"""Length of the longest span of each kind: bounds what a trigger looks through."""


def _forget_counts(row: str) -> str:
    return " ".join(
        f"DELETE FROM rollups WHERE store = {row}.store AND what = 'counts' AND kind = '{kind}'"  # noqa: S608
        f' AND "begin" > {row}.bucket_start - {longest} AND "begin" < {row}.bucket_end'
        f' AND "end" > {row}.bucket_start;'
        for kind, longest in _LONGEST_US.items()
    )


def _forget_sales(row: str) -> str:
    return " ".join(
        f"DELETE FROM rollups WHERE store = {row}.store AND what = 'sales' AND kind = '{kind}'"  # noqa: S608
        f' AND "begin" > {row}.at - {longest + 24 * _HOUR_US} AND "begin" <= {row}.at'
        f' AND ("end" > {row}.at OR ("begin" <= {row}.at - lag_us AND "end" > {row}.at - lag_us));'
        for kind, longest in _LONGEST_US.items()
    )


def _count_shelf(row: str, products: int) -> str:
    return (
        f" INSERT INTO shelves VALUES ({row}.store, {row}.zone, ifnull({row}.valid_from, ''),"  # noqa: S608
        f" ifnull({row}.valid_until, ''), {products})"
        " ON CONFLICT DO UPDATE SET products = products + excluded.products;"
        f" DELETE FROM shelves WHERE store = {row}.store AND zone = {row}.zone AND products = 0;"
    )


def _forget_shelves(row: str) -> str:
    # Counts do not depend on shelves, but for spans that put days with and without products together.
    return (
        f"DELETE FROM rollups WHERE store = {row}.store AND what = 'sales';"  # noqa: S608 -- NEW or OLD
        f" DELETE FROM rollups WHERE store = {row}.store AND what = 'counts'"
        " AND kind IN ('week', 'month', '4-5-4');"
    )
