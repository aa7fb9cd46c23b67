"""A database of an older version comes up to date, and nothing that it held is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from edge.wire import DwellSketch
from server.storage import counts, queues
from server.storage.database import migrate, open_database
from server.storage.heat import heat_rows
from server.storage.migrations import MIGRATIONS
from tests.server.samples import NOON

AT_M004 = Path(__file__).parent / "golden" / "at_m004.sql"
"""Written by that version itself; never edited."""

LATER = NOON + timedelta(days=1)


def _tables(file: Path) -> dict[str, list[dict[str, object]]]:
    with closing(sqlite3.connect(file)) as db:
        db.row_factory = sqlite3.Row
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = [name for name in names if not name.startswith(("_", "sqlite_"))]
        return {name: [dict(row) for row in db.execute(f'SELECT * FROM "{name}"')] for name in ours}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    file = tmp_path / "footfall.db"
    with closing(sqlite3.connect(file)) as db:
        db.executescript(AT_M004.read_text("utf-8"))
    return file


def test_every_row_of_the_old_version_is_there_afterwards_with_all_it_said(old: Path) -> None:
    before = _tables(old)
    assert sum(map(len, before.values())) > 10
    steps = [step.name for step in MIGRATIONS._migrations]
    assert migrate(old) == steps[steps.index("m004_quarantine") + 1 :]
    after = _tables(old)
    for table, rows in before.items():
        known = [{column: row[column] for column in rows[0]} for row in after[table]] if rows else []
        assert known == rows, table


def test_what_the_old_version_did_not_know_is_not_told_rather_than_zero(old: Path) -> None:
    migrate(old)
    with open_database(old, read_only=True) as db:
        first, _ = counts.line_rows(db, "demo", NOON, LATER)
        assert (first.count_in, first.count_out, first.kind) == (5, 1, "entrance")
        assert (first.staff_in, first.staff_out, first.passed) == (None, None, None)
        assert (first.groups_in, first.groups_out) == (None, None)
        zone, _ = counts.zone_rows(db, "demo", NOON, LATER)
        assert zone.dwell == DwellSketch.of([4.0, 9.0])
        assert (zone.staff_dwell, zone.ended) == (None, None)
        assert queues.queue_rows(db, "demo", NOON, LATER) == []
        assert list(heat_rows(db, "demo", NOON, LATER)) == []
