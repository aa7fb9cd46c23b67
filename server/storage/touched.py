"""Quarter-hours that a transaction has written buckets into, told once before it is committed.

Triggers note them (see `m052_touched_quarters`), so no way of writing passes them by. What was written past
this program, by hand, is told with the next that the program writes; until then its roll-ups do not count.
"""

from __future__ import annotations

from sqlite_utils import Database

from server.storage.migrations import LONGEST_US

_KINDS = ", ".join(f"('{kind}', {longest})" for kind, longest in LONGEST_US.items())

_FORGET_ROLLUPS = f"""
    DELETE FROM rollups WHERE id IN (
        WITH kinds (kind, longest) AS (VALUES {_KINDS})
        SELECT r.id FROM touched t CROSS JOIN kinds k CROSS JOIN rollups r
        WHERE r.store = t.store AND r.what = 'counts' AND r.kind = k.kind
            AND r."begin" > t.quarter - k.longest AND r."begin" < t.until AND r."end" > t.quarter
    )
"""  # noqa: S608 -- our constants

_TELL = """
    INSERT OR REPLACE INTO changes (store, kind, key, gone)
    SELECT store, 'counts', CAST(quarter AS TEXT), NOT EXISTS (
        SELECT 1 FROM buckets b WHERE b.store = touched.store
        AND b.bucket_start >= quarter AND b.bucket_start < quarter + 900000000
    )
    FROM touched ORDER BY quarter, store
"""


def settle_touched(db: Database) -> None:
    """Remove the roll-ups that touched quarter-hours change, and put these into the feed.

    Belongs at the end of a transaction: the feed's numbers are given while the write lock is held, so they
    are committed in their order.
    """
    if db.execute("SELECT 1 FROM touched LIMIT 1").fetchone() is None:
        return
    db.execute(_FORGET_ROLLUPS)
    db.execute(_TELL)
    db.execute("DELETE FROM touched")
