"""Hours of work on the sales floor, and the measured time from visit to till."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.metrics.intervals import Interval
from server.metrics.rows import LabourRow
from server.storage.exact import from_e4, from_us, to_e4, to_us

_LONGEST_US = 24 * 3_600_000_000
"""No shift is longer."""


def replace_labour(db: Database, store: str, rows: Sequence[LabourRow]) -> int:
    """Keep shifts in place of all that share time with the span from the first to the last; how many went."""
    if not rows:
        return 0
    begin, end = min(row.begin for row in rows), max(row.end for row in rows)
    cursor = db.execute(
        'DELETE FROM labour WHERE store = ? AND "begin" < ? AND "end" > ?', (store, to_us(end), to_us(begin))
    )
    _insert(db, store, rows)
    return max(cursor.rowcount, 0)


def _insert(db: Database, store: str, rows: Sequence[LabourRow]) -> None:
    db.conn.executemany(
        'INSERT INTO labour (store, "begin", "end", people_e4) VALUES (?, ?, ?, ?)'
        " ON CONFLICT DO UPDATE SET people_e4 = people_e4 + excluded.people_e4",
        [(store, to_us(row.begin), to_us(row.end), to_e4(row.people)) for row in rows],
    )


def replace_within(db: Database, store: str, within: Interval, rows: Sequence[LabourRow]) -> None:
    """Keep shifts in place of all that begin within a span."""
    db.execute(
        'DELETE FROM labour WHERE store = ? AND "begin" >= ? AND "begin" < ?',
        (store, to_us(within.begin), to_us(within.end)),
    )
    _insert(db, store, rows)


def labour_begun(db: Database, store: str, within: Interval) -> list[LabourRow]:
    """Shifts that begin within a span, in order."""
    rows = labour_rows(db, store, within)
    return [row for row in rows if within.begin <= row.begin]


def labour_rows(db: Database, store: str, within: Interval) -> list[LabourRow]:
    """Shifts that share time with an interval, in order."""
    found = db.execute(
        'SELECT "begin", "end", people_e4 FROM labour'
        ' WHERE store = ? AND "begin" > ? AND "begin" < ? AND "end" > ? ORDER BY "begin"',
        (store, to_us(within.begin) - _LONGEST_US - 1, to_us(within.end), to_us(within.begin)),
    )
    return [LabourRow(from_us(begin), from_us(end), from_e4(people)) for begin, end, people in found]


@dataclass(frozen=True, slots=True)
class MeasuredLag:
    """The time from zone visit to till in minutes, as it was measured, and how clearly (0 to 1)."""

    minutes: int
    strength: float
    measured_at: datetime


def keep_lag(db: Database, store: str, lag: MeasuredLag) -> None:
    """Use a measured lag from now on, in place of what is configured."""
    db.execute(
        "INSERT OR REPLACE INTO measured_lags VALUES (?, ?, ?, ?)",
        (store, lag.minutes, lag.strength, to_us(lag.measured_at)),
    )


def forget_lag(db: Database, store: str) -> bool:
    """Go back to what is configured; whether there was a measured lag."""
    return bool(db.execute("DELETE FROM measured_lags WHERE store = ?", (store,)).rowcount)


def kept_lag(db: Database, store: str) -> MeasuredLag | None:
    """The lag that was measured and kept; None without one."""
    found = db.execute(
        "SELECT minutes, strength, measured_at FROM measured_lags WHERE store = ?", (store,)
    ).fetchone()
    return None if found is None else MeasuredLag(found[0], found[1], from_us(found[2]))
