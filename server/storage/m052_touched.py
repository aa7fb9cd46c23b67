"""The step by which what is written into buckets is noted, and told once at the end of a transaction."""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import MIGRATIONS

QUARTER_US = 900_000_000


@MIGRATIONS()
def m052_touched_quarters(db: Database) -> None:
    """Buckets no longer feed the changes and remove roll-ups row by row, but note their quarter-hour.

    A quarter-hour of twenty devices has 300 minutes, which told the same 300 times. `until`: the end of the
    longest bucket that begins in it. What is noted is settled before the commit (see `storage.touched`).
    """
    for name in ("new", "kept", "moved", "gone"):
        db.execute(f"DROP TRIGGER changes_bucket_{name}")
    for name in ("insert_new", "delete_old", "update_new", "update_old"):
        db.execute(f"DROP TRIGGER rollups_buckets_{name}")
    db.execute("""
        CREATE TABLE touched (
            store TEXT NOT NULL, quarter INTEGER NOT NULL, until INTEGER NOT NULL,
            PRIMARY KEY (store, quarter)
        ) STRICT, WITHOUT ROWID
    """)
    for row, event in (("NEW", "INSERT"), ("OLD", "DELETE"), ("NEW", "UPDATE"), ("OLD", "UPDATE")):
        start = f"{row}.bucket_start - {row}.bucket_start % {QUARTER_US}"
        db.execute(f"""
            CREATE TRIGGER touched_by_{event.lower()}_{row.lower()} AFTER {event} ON buckets
            WHEN NOT EXISTS (
                SELECT 1 FROM touched WHERE store = {row}.store AND quarter = {start}
                AND until >= {row}.bucket_end
            )
            BEGIN
                INSERT INTO touched VALUES ({row}.store, {start}, {row}.bucket_end)
                    ON CONFLICT DO UPDATE SET until = max(until, excluded.until);
            END
        """)  # noqa: S608 -- only words of this very function
