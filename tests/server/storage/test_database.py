from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from server.storage import quarantine
from server.storage.database import StorageError, data_version, migrate, open_database, writing
from server.storage.migrations import MIGRATIONS

NAMES = [step.name for step in MIGRATIONS._migrations]


def test_migrating_twice_is_migrating_once(tmp_path: Path) -> None:
    assert migrate(tmp_path / "f.db") == NAMES
    assert migrate(tmp_path / "f.db") == []


def test_processes_that_migrate_at_once_share_the_steps_among_them(tmp_path: Path) -> None:
    file = tmp_path / "f.db"
    program = "import sys; from server.storage.database import migrate; print(' '.join(migrate(sys.argv[1])))"
    runs = [
        subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    taken = [run.communicate(timeout=60)[0].split() for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0, 0]
    assert sorted(taken) == [[], [], [], NAMES]


def test_every_table_is_strict(tmp_path: Path) -> None:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as db:
        ours = [table for table in db.tables if not table.name.startswith(("_", "sqlite_"))]
        assert {
            "buckets",
            "tickets",
            "queue_counts",
            "heat",
            "products",
            "users",
            "enrolled",
            "closed_hours",
        } <= {table.name for table in ours}
        assert [table.name for table in ours if not table.strict] == []
        with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in INTEGER"):
            db.execute("INSERT INTO tallies (name, n) VALUES ('a', 'many')")


def test_commits_are_safe_on_disk_before_they_return(tmp_path: Path) -> None:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as db:
        assert db.journal_mode == "wal"
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)


def _write_and_fail(db: Database) -> None:
    with writing(db):
        db.execute("INSERT INTO tallies VALUES ('a', 1)")
        raise RuntimeError


def test_a_block_that_raises_leaves_nothing_behind(tmp_path: Path) -> None:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as db:
        with pytest.raises(RuntimeError):
            _write_and_fail(db)
        assert db.execute("SELECT count(*) FROM tallies").fetchone() == (0,)


def test_a_reader_notices_the_commit_of_another_connection_and_cannot_write(tmp_path: Path) -> None:
    file = tmp_path / "f.db"
    migrate(file)
    with open_database(file, read_only=True) as reader, open_database(file) as writer:
        before = data_version(reader)
        assert data_version(reader) == before
        writer.execute("INSERT INTO tallies VALUES ('a', 1)")
        assert data_version(reader) != before
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("INSERT INTO tallies VALUES ('b', 1)")


def _not_there(_: Path) -> None:
    pass


def _not_a_database(file: Path) -> None:
    file.write_bytes(b"shopping list " * 100)


def _never_migrated(file: Path) -> None:
    with Database(file) as db:
        db.execute("CREATE TABLE other (n INTEGER)")


def _from_the_future(file: Path) -> None:
    migrate(file)
    with open_database(file) as db:
        MIGRATIONS._record_applied(db, "m999_cups")


@pytest.mark.parametrize(
    ("prepare", "sentence", "hint"),
    [
        pytest.param(_not_there, "there is no database at", "migrate", id="missing"),
        pytest.param(_not_a_database, "cannot be used: file is not a database", "SQLite", id="another file"),
        pytest.param(_never_migrated, f"lacks {len(NAMES)} steps", "migrate", id="not migrated"),
        pytest.param(_from_the_future, "newer version: it holds the step m999_cups", "update", id="newer"),
    ],
)
def test_a_database_that_does_not_fit_is_refused_in_words(
    tmp_path: Path, prepare: object, sentence: str, hint: str
) -> None:
    assert callable(prepare)
    prepare(tmp_path / "f.db")
    with pytest.raises(StorageError, match=sentence) as caught:
        open_database(tmp_path / "f.db")
    assert hint in caught.value.hint


def test_what_waits_in_quarantine_keeps_its_number_when_the_database_grows(tmp_path: Path) -> None:
    file = tmp_path / "f.db"
    old = Database(file)
    MIGRATIONS.apply(old, stop_before="m010_sales_over_http")
    columns = "source, origin, position, payload, reason, received_at, store, context, digest"
    insert = (
        f"INSERT INTO quarantine ({columns}) VALUES (?, 'may.csv', 3, x'00', 'bad', 0, 'demo', '{{}}', ?)"
    )
    for digest in (b"a", b"b", b"c"):
        old.execute(insert, ("csv", digest))
    old.execute("DELETE FROM quarantine WHERE id = 3")
    old.conn.commit()
    old.close()

    assert migrate(file)[0] == "m010_sales_over_http"
    with open_database(file) as db:
        assert [row.number for row in quarantine.waiting(db)] == [1, 2]
        db.execute(insert, ("http", b"d"))
        assert [row.number for row in quarantine.waiting(db)] == [1, 2, 4]
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            db.execute(insert, ("http", b"d"))
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            db.execute(insert, ("carrier pigeon", b"e"))
