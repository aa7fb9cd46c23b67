"""Forecasts as they were said: the newest for who plans, older ones for how right they were."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlite_utils import Database

from server.storage.exact import from_us, to_us

KEPT_DAYS = 120
"""What was said longer ago is forgotten: 28 days ahead and thirteen weeks of looking back."""

JUDGED_DAYS = (7, 28)
"""Of an older issue those days ahead stay, beside the hours that nobody forecast later."""

_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class ForecastHour:
    """One hour to come; in four of five the number that came lies from `low` to `high`."""

    begin: datetime
    """In UTC."""
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """One business day to come, as a whole: its range is not the sum of its hours' ranges."""

    day: date
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Issue:
    """One forecast of one series, as it was made."""

    issued_at: datetime
    model: str
    basis: tuple[str, ...] = ()
    """What it rests on, in sentences."""


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """What was said of an hour, and how long before; see `said_before`."""

    issued_at: datetime
    hour: ForecastHour


def keep_forecast(
    db: Database,
    store: str,
    what: str,
    issued_at: datetime,
    model: str,
    hours: Iterable[ForecastHour],
    days: Iterable[ForecastDay] = (),
    basis: Sequence[str] = (),
) -> None:
    """Keep a forecast and thin those before it; keeping the same twice is keeping it once.

    Belongs into a transaction. What stays of those before: hours that begin before this issue, and the days
    of `JUDGED_DAYS`, these of one issue a day (UTC); nothing of what is older than `KEPT_DAYS`. So a series
    with one issue a night holds its newest forecast and about 120 times 72 hours.
    """
    key = _key(store, what, issued_at)
    db.execute("DELETE FROM forecast_issues WHERE (store, what, issued_at) = (?, ?, ?)", key)
    number = db.execute(
        "INSERT INTO forecast_issues (store, what, issued_at, model, basis) VALUES (?, ?, ?, ?, ?)",
        (*key, model, json.dumps(list(basis))),
    ).lastrowid
    db.conn.executemany(
        "INSERT INTO forecast_hours (issue, begin_at, median, low, high) VALUES (?, ?, ?, ?, ?)",
        [(number, to_us(hour.begin), hour.median, hour.low, hour.high) for hour in hours],
    )
    db.conn.executemany(
        "INSERT INTO forecast_days (issue, day, median, low, high) VALUES (?, ?, ?, ?, ?)",
        [(number, day.day.isoformat(), day.median, day.low, day.high) for day in days],
    )
    _thin(db, store, what, issued_at)


def newest_forecast(
    db: Database, store: str, what: str, begin: datetime, end: datetime
) -> tuple[ForecastHour, ...]:
    """For each hour that begins in [begin, end) what was said of it last; hours without any are left out."""
    # SQLite takes the other columns from the row that has the max().
    found = db.execute(
        "SELECT h.begin_at, h.median, h.low, h.high, max(i.issued_at) FROM forecast_issues i"
        " JOIN forecast_hours h ON h.issue = i.number"
        " WHERE i.store = ? AND i.what = ? AND h.begin_at >= ? AND h.begin_at < ?"
        " GROUP BY h.begin_at ORDER BY h.begin_at",
        (store, what, to_us(begin), to_us(end)),
    )
    return tuple(ForecastHour(from_us(at), median, low, high) for at, median, low, high, _ in found)


def newest_days(db: Database, store: str, what: str) -> tuple[ForecastDay, ...]:
    """The days of the newest issue, in order."""
    found = db.execute(
        "SELECT day, median, low, high FROM forecast_days WHERE issue ="
        " (SELECT number FROM forecast_issues WHERE store = ? AND what = ? ORDER BY issued_at DESC LIMIT 1)"
        " ORDER BY day",
        (store, what),
    )
    return tuple(ForecastDay(date.fromisoformat(day), *values) for day, *values in found)


def issued(db: Database, store: str, what: str) -> list[Issue]:
    """The issues of a series of which anything is kept, newest first."""
    found = db.execute(
        "SELECT issued_at, model, basis FROM forecast_issues WHERE store = ? AND what = ?"
        " ORDER BY issued_at DESC",
        (store, what),
    )
    return [Issue(from_us(at), model, tuple(json.loads(basis))) for at, model, basis in found]


def forecast_series(db: Database, store: str) -> list[str]:
    """The series of which any forecast is kept, by name."""
    found = db.execute("SELECT DISTINCT what FROM forecast_issues WHERE store = ? ORDER BY what", (store,))
    return [what for (what,) in found]


def said_before(db: Database, store: str, what: str, begin: datetime, end: datetime) -> list[SaidBefore]:
    """All that is kept of what was said of hours that begin in [begin, end), in their order."""
    found = db.execute(
        "SELECT i.issued_at, h.begin_at, h.median, h.low, h.high FROM forecast_issues i"
        " JOIN forecast_hours h ON h.issue = i.number"
        " WHERE i.store = ? AND i.what = ? AND h.begin_at >= ? AND h.begin_at < ?"
        " ORDER BY h.begin_at, i.issued_at",
        (store, what, to_us(begin), to_us(end)),
    )
    return [
        SaidBefore(from_us(issued_at), ForecastHour(from_us(at), *values)) for issued_at, at, *values in found
    ]


def forget_forecasts(db: Database, before: datetime) -> int:
    """Delete what was said before an instant, whatever the store and series; how many issues."""
    return max(db.execute("DELETE FROM forecast_issues WHERE issued_at < ?", (to_us(before),)).rowcount, 0)


def _thin(db: Database, store: str, what: str, newest: datetime) -> None:
    # The hour that runs when a forecast is made is its first.
    first = newest.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    db.execute(
        "DELETE FROM forecast_issues WHERE store = ? AND what = ? AND issued_at < ?",
        _key(store, what, newest - timedelta(days=KEPT_DAYS)),
    )
    # Those before the last one were thinned when it came.
    last = db.execute(
        "SELECT number, issued_at FROM forecast_issues WHERE store = ? AND what = ? AND issued_at < ?"
        " ORDER BY issued_at DESC LIMIT 1",
        _key(store, what, newest),
    ).fetchone()
    if last:
        number, issued_at = last
        is_of_today = from_us(issued_at) >= first.replace(hour=0)
        _thin_one(db, number, issued_at, to_us(first), () if is_of_today else JUDGED_DAYS)


def _thin_one(db: Database, number: int, issued_at: int, first: int, judged: Sequence[int]) -> None:
    hour = issued_at // 3_600_000_000 * 3_600_000_000
    spans = [(hour + (days - 1) * _DAY_US, hour + days * _DAY_US) for days in judged]
    kept = "".join(" AND NOT (begin_at >= ? AND begin_at < ?)" for _ in spans)
    db.execute(
        f"DELETE FROM forecast_hours WHERE issue = ? AND begin_at >= ?{kept}",  # noqa: S608 -- only our own words
        (number, first, *(end for span in spans for end in span)),
    )
    db.execute("DELETE FROM forecast_days WHERE issue = ?", (number,))
    db.execute(
        "DELETE FROM forecast_issues WHERE number = ?"
        " AND NOT EXISTS (SELECT 1 FROM forecast_hours WHERE issue = number)",
        (number,),
    )


def _key(store: str, what: str, at: datetime) -> tuple[str, str, int]:
    return store, what, to_us(at)
