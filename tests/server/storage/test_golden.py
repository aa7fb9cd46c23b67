"""Databases of released versions, brought up to this one with nothing lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.storage import counts, devices, quarantine, queues, sales
from server.storage.database import migrate, open_database
from server.storage.heat import heat_rows
from tests.server.samples import MINUTE, NOON, live, status

FOLDER = Path(__file__).parent / "golden"
GOLDEN = sorted(FOLDER.glob("*.sql"))


def _grown(dump: Path, file: Path) -> dict[str, set[tuple[object, ...]]]:
    """Make a database of its dump; what each table of ours holds."""
    with closing(sqlite3.connect(file)) as old:
        old.executescript(dump.read_text("utf-8"))
        return _content(old)


def _content(
    db: sqlite3.Connection, columns: dict[str, list[str]] | None = None
) -> dict[str, set[tuple[object, ...]]]:
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    ours = [name for name in names if not name.startswith(("_", "sqlite_"))]
    return {
        name: set(db.execute(f"SELECT {', '.join((columns or {}).get(name, ['*']))} FROM {name}"))
        for name in ours
    }


@pytest.mark.parametrize("dump", GOLDEN, ids=lambda dump: dump.stem)
def test_a_database_of_an_earlier_version_keeps_every_row_and_column(dump: Path, tmp_path: Path) -> None:
    file = tmp_path / "f.db"
    before = _grown(dump, file)
    with closing(sqlite3.connect(file)) as old:
        columns = {name: [row[1] for row in old.execute(f"PRAGMA table_info({name})")] for name in before}
    assert before["buckets"]
    assert before["tickets"]
    assert migrate(file), "there are steps after this dump"
    with open_database(file) as db:
        after = _content(db.conn, columns)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert {name: after[name] for name in before} == before


def test_what_the_first_version_stored_reads_as_it_was_sent(tmp_path: Path) -> None:
    _grown(FOLDER / "m004.sql", tmp_path / "f.db")
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as db:
        lines = counts.line_rows(db, "demo", NOON, NOON + 10 * MINUTE)
        assert [(row.count_in, row.count_out) for row in lines] == [(3, 1), (11, 1), (3, 1)]
        assert [row.dwell.n for row in counts.zone_rows(db, "demo", NOON, NOON + 10 * MINUTE)] == [2, 2, 3]
        assert {ticket.ticket for ticket in sales.ticket_rows(db, "demo", NOON, NOON + MINUTE)} == {"1", "2"}
        assert len(sales.planogram_rows(db, "demo")) == 2
        assert (quarantine.waiting_count(db), quarantine.refused_count(db)) == (1, 7)
        (camera,) = devices.camera_states(db, "demo")
        assert (camera.status, camera.live) == (status(), live(5))


def test_what_the_first_version_did_not_know_is_not_told_rather_than_zero(tmp_path: Path) -> None:
    _grown(FOLDER / "m004.sql", tmp_path / "f.db")
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db", read_only=True) as db:
        first, *_ = counts.line_rows(db, "demo", NOON, NOON + 10 * MINUTE)
        assert (first.staff_in, first.staff_out, first.passed) == (None, None, None)
        assert (first.groups_in, first.groups_out) == (None, None)
        zone, *_ = counts.zone_rows(db, "demo", NOON, NOON + 10 * MINUTE)
        assert (zone.staff_dwell, zone.ended) == (None, None)
        assert queues.queue_rows(db, "demo", NOON, NOON + 10 * MINUTE) == []
        assert list(heat_rows(db, "demo", NOON, NOON + 10 * MINUTE)) == []
