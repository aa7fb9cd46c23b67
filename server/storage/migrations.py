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
def m010_sales_over_http(db: Database) -> None:
    """Customers' hashes, answers to requests that may come again, and refusals of what came over HTTP."""
    db.executescript("""
        ALTER TABLE tickets ADD COLUMN customer TEXT;
        CREATE TABLE requests (
            key TEXT PRIMARY KEY, digest BLOB NOT NULL, answer TEXT NOT NULL, at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX requests_by_time ON requests (at);
        CREATE TABLE counter_sums (
            store TEXT NOT NULL, counter TEXT NOT NULL, name TEXT NOT NULL,
            at INTEGER NOT NULL, count_in INTEGER, count_out INTEGER,
            PRIMARY KEY (store, counter, name)
        ) STRICT, WITHOUT ROWID;
    """)
    _let_quarantine_take(db, "http")


@MIGRATIONS()
def m011_catalogue(db: Database) -> None:
    """Products, names that people read, opening hours, holidays; a revision for each part that is edited."""
    db.executescript("""
        CREATE TABLE products (
            sku TEXT PRIMARY KEY, name TEXT, category TEXT, brand TEXT, price_e4 INTEGER, cost_e4 INTEGER,
            currency TEXT, attributes TEXT NOT NULL, revision INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE display_names (
            store TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('zone', 'line', 'camera')),
            id TEXT NOT NULL, name TEXT NOT NULL,
            PRIMARY KEY (store, kind, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE opening_hours (
            store TEXT NOT NULL, weekday INTEGER NOT NULL, opens TEXT NOT NULL, closes TEXT NOT NULL,
            PRIMARY KEY (store, weekday, opens)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE holidays (
            store TEXT NOT NULL, day TEXT NOT NULL, name TEXT NOT NULL, opens TEXT, closes TEXT,
            PRIMARY KEY (store, day)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE catalogue_revisions (
            store TEXT NOT NULL, part TEXT NOT NULL, revision INTEGER NOT NULL, PRIMARY KEY (store, part)
        ) STRICT, WITHOUT ROWID;
    """)


@MIGRATIONS()
def m020_access_people(db: Database) -> None:
    """Who may log in, their sessions, tokens of programs, one-time links, and wrong guesses.

    Of every secret only a hash is kept. `stores` is a JSON list, NULL for all stores.
    """
    db.executescript("""
        CREATE TABLE users (
            name TEXT PRIMARY KEY, password TEXT, role TEXT NOT NULL, stores TEXT,
            created_at INTEGER NOT NULL, disabled_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sessions (
            hash BLOB PRIMARY KEY, user TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
            created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_by_user ON sessions (user, created_at);
        CREATE TABLE tokens (
            name TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, role TEXT NOT NULL, stores TEXT, scopes TEXT,
            created_at INTEGER NOT NULL, expires_at INTEGER, used_at INTEGER, revoked_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE links (
            hash BLOB PRIMARY KEY, purpose TEXT NOT NULL CHECK (purpose IN ('join', 'renew', 'enter')),
            user TEXT, role TEXT NOT NULL, stores TEXT,
            created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE guesses (
            kind TEXT NOT NULL CHECK (kind IN ('name', 'address')), who TEXT NOT NULL,
            wrong INTEGER NOT NULL, last_at INTEGER NOT NULL,
            PRIMARY KEY (kind, who)
        ) STRICT, WITHOUT ROWID;
    """)


@MIGRATIONS()
def m021_access_audit(db: Database) -> None:
    """Who did what; nothing in it is changed, and only what is older than 100,000 entries may go."""
    db.executescript("""
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, target TEXT NOT NULL,
            address TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
        BEGIN SELECT raise(ABORT, 'an entry of the audit log is never changed'); END;
        CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
        WHEN OLD.id > (SELECT max(id) FROM audit) - 100000
        BEGIN SELECT raise(ABORT, 'the last 100,000 entries of the audit log are kept'); END;
    """)


@MIGRATIONS()
def m022_access_broker(db: Database) -> None:
    """Who may talk to the broker; the password in Mosquitto's own form of a hash."""
    db.executescript("""
        CREATE TABLE enrolled (
            store TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('device', 'till', 'server')),
            name TEXT NOT NULL, password TEXT NOT NULL,
            enrolled_at INTEGER NOT NULL, rotated_at INTEGER, revoked_at INTEGER,
            PRIMARY KEY (store, kind, name)
        ) STRICT, WITHOUT ROWID;
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


def _let_quarantine_take(db: Database, source: str) -> None:
    # SQLite cannot change a CHECK. The table is made anew as it is now, whatever other steps added to it.
    statements = [row[0] for row in db.execute(_DEFINITIONS, ("quarantine",))]
    old = "source IN ('mqtt', 'csv')"
    assert old in statements[0], "the quarantine is not as step m004 made it"
    db.execute("ALTER TABLE quarantine RENAME TO quarantine_before")
    for (index,) in db.execute(_INDEXES, ("quarantine_before",)).fetchall():
        db.execute(f'DROP INDEX "{index}"')
    db.execute(statements[0].replace(old, f"source IN ('mqtt', 'csv', '{source}')"))
    db.execute("INSERT INTO quarantine SELECT * FROM quarantine_before")
    # Numbers that were given up are never given again, even where nothing is left.
    db.execute("DELETE FROM sqlite_sequence WHERE name = 'quarantine'")
    db.execute(
        "INSERT INTO sqlite_sequence SELECT 'quarantine', seq FROM sqlite_sequence"
        " WHERE name = 'quarantine_before'"
    )
    db.execute("DROP TABLE quarantine_before")
    for statement in statements[1:]:
        db.execute(statement)


_DEFINITIONS = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'index'"
_INDEXES = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"


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
LONGEST_US = {
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
        f"DELETE FROM rollups WHERE store = {row}.store AND what = 'counts' AND kind = '{kind}'"  # noqa: S608 - our own names
        f' AND "begin" > {row}.bucket_start - {longest} AND "begin" < {row}.bucket_end'
        f' AND "end" > {row}.bucket_start;'
        for kind, longest in LONGEST_US.items()
    )


def _forget_sales(row: str) -> str:
    return " ".join(
        f"DELETE FROM rollups WHERE store = {row}.store AND what = 'sales' AND kind = '{kind}'"  # noqa: S608 - our own names
        f' AND "begin" > {row}.at - {longest + 24 * _HOUR_US} AND "begin" <= {row}.at'
        f' AND ("end" > {row}.at OR ("begin" <= {row}.at - lag_us AND "end" > {row}.at - lag_us));'
        for kind, longest in LONGEST_US.items()
    )


def _count_shelf(row: str, products: int) -> str:
    return (
        f" INSERT INTO shelves VALUES ({row}.store, {row}.zone, ifnull({row}.valid_from, ''),"  # noqa: S608 - our own names
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


@MIGRATIONS()
def m050_api_changes(db: Database) -> None:
    """What changed, in the order of commits; by triggers, so that no way of writing can pass it by.

    Only the last change of a quarter-hour or ticket is kept. `gone`: nothing is left of it.
    """
    quarter = "{row}.bucket_start - {row}.bucket_start % 900000000"
    db.executescript("""
        CREATE TABLE feed (id TEXT NOT NULL, forgotten INTEGER NOT NULL) STRICT;
        INSERT INTO feed VALUES (lower(hex(randomblob(8))), 0);
        CREATE TABLE changes (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            store TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('counts', 'ticket')),
            key TEXT NOT NULL, gone INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX changes_by_key ON changes (store, kind, key);
        CREATE INDEX changes_gone ON changes (number) WHERE gone = 1;
        INSERT INTO changes (store, kind, key, gone)
            SELECT DISTINCT store, 'counts', CAST(bucket_start - bucket_start % 900000000 AS TEXT), 0
            FROM buckets ORDER BY bucket_start, store;
        INSERT INTO changes (store, kind, key, gone)
            SELECT store, 'ticket', ticket, 0 FROM tickets ORDER BY at, store, ticket;
    """)
    for name, when, row in (
        ("new", "AFTER INSERT ON buckets", "NEW"),
        ("kept", "AFTER UPDATE ON buckets", "NEW"),
        (
            "moved",
            "AFTER UPDATE ON buckets WHEN OLD.store != NEW.store OR OLD.bucket_start != NEW.bucket_start",
            "OLD",
        ),
        ("gone", "AFTER DELETE ON buckets", "OLD"),
    ):
        start = quarter.format(row=row)
        db.executescript(f"""
            CREATE TRIGGER changes_bucket_{name} {when} BEGIN
                DELETE FROM changes
                    WHERE store = {row}.store AND kind = 'counts' AND key = CAST({start} AS TEXT);
                INSERT INTO changes (store, kind, key, gone)
                    SELECT {row}.store, 'counts', CAST({start} AS TEXT), NOT EXISTS (
                        SELECT 1 FROM buckets WHERE store = {row}.store
                        AND bucket_start >= {start} AND bucket_start < {start} + 900000000
                    );
            END;
        """)  # noqa: S608 -- only words of this very function
    for name, when, row, gone in (
        ("new", "AFTER INSERT ON tickets", "NEW", 0),
        ("kept", "AFTER UPDATE ON tickets", "NEW", 0),
        (
            "renamed",
            "AFTER UPDATE ON tickets WHEN OLD.store != NEW.store OR OLD.ticket != NEW.ticket",
            "OLD",
            1,
        ),
        ("gone", "AFTER DELETE ON tickets", "OLD", 1),
    ):
        db.executescript(f"""
            CREATE TRIGGER changes_ticket_{name} {when} BEGIN
                DELETE FROM changes WHERE store = {row}.store AND kind = 'ticket' AND key = {row}.ticket;
                INSERT INTO changes (store, kind, key, gone)
                    VALUES ({row}.store, 'ticket', {row}.ticket, {gone});
            END;
        """)  # noqa: S608 -- only words of this very function


@MIGRATIONS()
def m051_api_alerts(db: Database) -> None:
    """What was or is wrong, who is told of it, and how the telling goes. Store NULL: the server itself."""
    db.executescript("""
        CREATE TABLE alerts (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            store TEXT, kind TEXT NOT NULL, subject TEXT NOT NULL, sentence TEXT NOT NULL,
            began_at INTEGER NOT NULL, calm_since INTEGER, ended_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX alerts_open_once ON alerts (coalesce(store, ''), kind, subject)
            WHERE ended_at IS NULL;
        CREATE TABLE webhooks (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            url TEXT NOT NULL, secret TEXT NOT NULL, kinds TEXT NOT NULL, stores TEXT,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE deliveries (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            webhook INTEGER NOT NULL REFERENCES webhooks ON DELETE CASCADE,
            event TEXT NOT NULL, body TEXT NOT NULL, made_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'given-up')),
            tries INTEGER NOT NULL, next_try_at INTEGER NOT NULL, ended_at INTEGER, last_error TEXT
        ) STRICT;
        CREATE INDEX deliveries_due ON deliveries (next_try_at) WHERE state = 'waiting';
        CREATE INDEX deliveries_of_webhook ON deliveries (webhook, number);
        CREATE INDEX deliveries_done ON deliveries (number) WHERE state != 'waiting';
    """)
