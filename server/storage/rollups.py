"""Spans of time put together beforehand: kept, found by their edges, read whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter
from sqlite_utils import Database

from server.metrics.intervals import Interval, Resolution
from server.metrics.report import Rows
from server.storage.database import kind_of
from server.storage.exact import from_us, to_us

What = Literal["counts", "sales"]

_BODY: TypeAdapter[Rows] = TypeAdapter(Rows)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the roll-ups of a store lie that are cut by one clock, for one lag from visit to till."""

    store: str
    what: What
    clock: str
    lag_us: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A span that is held, by the number under which its rows are read."""

    span: Interval
    number: int


class Overtaken(Exception):
    """Something was written after the snapshot from which rows were put together, or is being written: they
    may be stale."""


@contextmanager
def unchanged(db: Database) -> Iterator[None]:
    """A transaction that reads first and writes last, without keeping writers waiting meanwhile.

    SQLite itself refuses to write from a snapshot that is no longer the newest, so what is written in the
    block always fits what was read in it. It refuses at once, too, while another connection is about to
    write: waiting for it could only end with an old snapshot.

    Raises:
        Overtaken: another connection has written meanwhile, or does; nothing of the block is kept.
    """
    db.execute("BEGIN")
    try:
        yield
        db.execute("COMMIT")
    except sqlite3.OperationalError as error:
        db.rollback()
        if kind_of(error) == sqlite3.SQLITE_BUSY:
            raise Overtaken from error
        raise
    except BaseException:
        db.rollback()
        raise


def held(db: Database, shelf: Shelf, kind: Resolution, within: Interval) -> list[Held]:
    """The spans of a kind that lie within an interval, in order; none with anything newer beneath it."""
    found = db.execute(
        'SELECT "begin", "end", id FROM rollups WHERE store = ? AND what = ? AND kind = ?'
        ' AND "begin" >= ? AND "begin" < ? AND "end" <= ? AND clock = ? AND lag_us = ?'
        " AND NOT EXISTS (SELECT 1 FROM touched t WHERE t.store = rollups.store"
        ' AND t.quarter < rollups."end" AND t.until > rollups."begin")'
        ' ORDER BY "begin"',
        (
            shelf.store,
            shelf.what,
            kind.value,
            to_us(within.begin),
            to_us(within.end),
            to_us(within.end),
            shelf.clock,
            shelf.lag_us,
        ),
    )
    return [Held(Interval(from_us(begin), from_us(end)), number) for begin, end, number in found]


def rows_of(db: Database, numbers: Sequence[int]) -> list[Rows]:
    """The rows of some spans."""
    found = db.execute(
        "SELECT body FROM rollups WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)
    )
    return [_BODY.validate_json(body) for (body,) in found]


def put(db: Database, shelf: Shelf, kind: Resolution, spans: Iterable[tuple[Interval, Rows]]) -> None:
    """Keep the rows of some spans."""
    db.conn.executemany(
        'INSERT OR REPLACE INTO rollups (store, what, kind, "begin", "end", clock, lag_us, body)'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                shelf.store,
                shelf.what,
                kind.value,
                to_us(span.begin),
                to_us(span.end),
                shelf.clock,
                shelf.lag_us,
                _BODY.dump_json(rows, exclude_defaults=True),
            )
            for span, rows in spans
        ],
    )


def forget_others(db: Database, shelf: Shelf) -> int:
    """Remove what was cut by another clock, or for another lag; how many spans."""
    others = "FROM rollups WHERE store = ? AND what = ? AND (clock <> ? OR lag_us <> ?)"
    key = (shelf.store, shelf.what, shelf.clock, shelf.lag_us)
    # Looked for first: there hardly ever are any, and a deletion of none would wait for other writers, too.
    if db.execute(f"SELECT 1 {others} LIMIT 1", key).fetchone() is None:
        return 0
    return db.execute(f"DELETE {others}", key).rowcount


def stored_span(db: Database, store: str) -> tuple[datetime, datetime] | None:
    """When the first and the last bucket or ticket of a store begins; None without any."""
    found = db.execute(
        "SELECT (SELECT min(bucket_start) FROM buckets WHERE store = :store),"
        " (SELECT max(bucket_start) FROM buckets WHERE store = :store),"
        " (SELECT min(at) FROM tickets WHERE store = :store),"
        " (SELECT max(at) FROM tickets WHERE store = :store)",
        {"store": store},
    ).fetchone()
    known = [at for at in found if at is not None]
    return (from_us(min(known)), from_us(max(known))) if known else None
