"""Experiments as they are held: plans, places, odds, and what each day gave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils import Database

from server.storage.exact import from_us, from_us_or_none, to_us

MOST_EXPERIMENTS = 500
"""So many are kept, begun or not."""

_COLUMNS = "SELECT name, plan, planned_at, key, begins, started_at, stopped_at, stopped_why FROM experiments "


@dataclass(frozen=True, slots=True)
class ExperimentRow:
    """One experiment; `plan` is JSON. Without `begins` it has not begun."""

    name: str
    plan: str
    planned_at: datetime
    key: bytes | None = None
    begins: date | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_why: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A store's arm and group where stores are compared, and as JSON what was measured of it before."""

    store: str
    arm: str
    group: int
    before: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """What one business day of one store gave, as JSON, and how many blocks could not be measured."""

    store: str
    day: date
    measured_at: datetime
    outcomes: str
    left_out: int


def get(db: Database, name: str) -> ExperimentRow | None:
    """The experiment of that name; None if there is none."""
    found = db.execute(_COLUMNS + "WHERE name = ?", (name,)).fetchone()
    return None if found is None else _row(*found)


def known(db: Database) -> list[ExperimentRow]:
    """All experiments, those that were planned last first."""
    return [_row(*values) for values in db.execute(_COLUMNS + "ORDER BY planned_at DESC, name")]


def begun(db: Database) -> list[ExperimentRow]:
    """Those that have begun and were not stopped."""
    return [
        _row(*values)
        for values in db.execute(_COLUMNS + "WHERE begins IS NOT NULL AND stopped_at IS NULL ORDER BY name")
    ]


def put_plan(db: Database, name: str, plan: str, now: datetime) -> bool:
    """Keep a plan, in place of one of that name that has not begun; False where that one has."""
    cursor = db.execute(
        "INSERT INTO experiments (name, plan, planned_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET plan = excluded.plan, planned_at = excluded.planned_at WHERE started_at IS NULL",
        (name, plan, to_us(now)),
    )
    return cursor.rowcount == 1


def begin(db: Database, name: str, key: bytes, begins: date, now: datetime) -> bool:
    """Let an experiment begin on a business day; False if it has begun already, or there is none."""
    cursor = db.execute(
        "UPDATE experiments SET key = ?, begins = ?, started_at = ? WHERE name = ? AND started_at IS NULL",
        (key, begins.isoformat(), to_us(now), name),
    )
    return cursor.rowcount == 1


def stop(db: Database, name: str, why: str, now: datetime) -> bool:
    """End an experiment; False if it was over, or has not begun."""
    cursor = db.execute(
        "UPDATE experiments SET stopped_at = ?, stopped_why = ?"
        " WHERE name = ? AND started_at IS NOT NULL AND stopped_at IS NULL",
        (to_us(now), why, name),
    )
    return cursor.rowcount == 1


def forget(db: Database, name: str) -> bool:
    """Remove a plan that has not begun; False if it has, or there is none."""
    cursor = db.execute("DELETE FROM experiments WHERE name = ? AND started_at IS NULL", (name,))
    return cursor.rowcount == 1


def count(db: Database) -> int:
    """How many experiments are held."""
    return int(db.execute("SELECT count(*) FROM experiments").fetchone()[0])


def put_places(db: Database, name: str, places: Iterable[PlaceRow]) -> None:
    """Keep where each store stands."""
    db.conn.executemany(
        "INSERT INTO experiment_places VALUES (?, ?, ?, ?, ?)",
        [(name, row.store, row.arm, row.group, row.before) for row in places],
    )


def places(db: Database, name: str) -> list[PlaceRow]:
    """Where each store stands; none unless stores are compared."""
    found = db.execute(
        "SELECT store, arm, place, before FROM experiment_places WHERE experiment = ? ORDER BY store", (name,)
    )
    return [PlaceRow(*values) for values in found]


def put_odds(db: Database, name: str, since: date, shares: str) -> bool:
    """Keep the odds from a business day on; False if that day has some, for they never change."""
    cursor = db.execute(
        "INSERT OR IGNORE INTO experiment_odds VALUES (?, ?, ?)", (name, since.isoformat(), shares)
    )
    return cursor.rowcount == 1


def odds(db: Database, name: str) -> list[tuple[date, str]]:
    """All odds, in order of time: from when, and as JSON the chance of each arm."""
    found = db.execute(
        "SELECT since, shares FROM experiment_odds WHERE experiment = ? ORDER BY since", (name,)
    )
    return [(date.fromisoformat(since), shares) for since, shares in found]


def put_day(db: Database, name: str, row: DayRow) -> None:
    """Keep what a day gave, in place of what was known of it."""
    db.execute(
        "INSERT OR REPLACE INTO experiment_days VALUES (?, ?, ?, ?, ?, ?)",
        (name, row.store, row.day.isoformat(), to_us(row.measured_at), row.outcomes, row.left_out),
    )


def days(db: Database, name: str) -> list[DayRow]:
    """What all measured days gave, in order of time."""
    found = db.execute(
        "SELECT store, day, measured_at, outcomes, left_out FROM experiment_days WHERE experiment = ?"
        " ORDER BY day, store",
        (name,),
    )
    return [
        DayRow(store, date.fromisoformat(day), from_us(at), outcomes, left_out)
        for store, day, at, outcomes, left_out in found
    ]


def _row(
    name: str,
    plan: str,
    planned_at: int,
    key: bytes | None,
    begins: str | None,
    started_at: int | None,
    stopped_at: int | None,
    stopped_why: str | None,
) -> ExperimentRow:
    return ExperimentRow(
        name=name,
        plan=plan,
        planned_at=from_us(planned_at),
        key=key,
        begins=date.fromisoformat(begins) if begins else None,
        started_at=from_us_or_none(started_at),
        stopped_at=from_us_or_none(stopped_at),
        stopped_why=stopped_why,
    )
