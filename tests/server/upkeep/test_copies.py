from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.wire import encode
from server.config import Settings
from server.ingest.apply import Received, apply_batch
from server.storage.database import StorageError, migrate, open_database
from server.upkeep.copies import CopyFailed, back_up, back_up_nightly, restore
from tests.server.ingest.running import Mosquitto, device, listening, until, wait_for_subscription
from tests.server.samples import NOON, bucket, settings

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
GOLDEN = Path(__file__).parents[1] / "storage" / "golden" / "m004.sql"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = settings(tmp_path)
    migrate(made.database)
    return made


def _store(here: Settings, minutes: range) -> None:
    with open_database(here.database) as db:
        received = [Received(bucket(minute).topic, encode(bucket(minute))) for minute in minutes]
        apply_batch(db, here, received, NOON)


def _minutes(file: Path) -> int:
    with closing(sqlite3.connect(file)) as db:
        return int(db.execute("SELECT count(*) FROM buckets").fetchone()[0])


def test_a_copy_holds_what_was_there_and_is_one_file(here: Settings, tmp_path: Path) -> None:
    _store(here, range(20))
    copy = back_up(here.database, tmp_path / "copy.db")
    assert copy.rows["buckets"] == copy.rows["line_counts"] == 20
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]
    assert _minutes(copy.file) == 20


@contextmanager
def _storing_all_the_time(here: Settings) -> Iterator[None]:
    stop = threading.Event()

    def work() -> None:
        for first in range(0, 100_000, 10):
            if stop.is_set():
                return
            _store(here, range(first, first + 10))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_copy_made_while_others_write_is_of_one_instant(here: Settings, tmp_path: Path) -> None:
    with _storing_all_the_time(here):
        until(lambda: _minutes(here.database) > 50, "something is stored")
        copies = [back_up(here.database, tmp_path / f"{number}.db") for number in range(5)]
    stored = [copy.rows["buckets"] for copy in copies]
    assert stored == sorted(stored)
    assert all(
        copy.rows["line_counts"] == copy.rows["zone_counts"] == copy.rows["buckets"] for copy in copies
    )
    assert all(number % 10 == 0 for number in stored)


def test_what_is_brought_back_is_what_was_copied_and_what_was_there_is_kept(
    here: Settings, tmp_path: Path
) -> None:
    _store(here, range(20))
    copy = back_up(here.database, tmp_path / "copy.db")
    _store(here, range(20, 30))
    _, before = restore(copy.file, here.database, NOW)
    assert before is not None
    assert (_minutes(here.database), _minutes(before)) == (20, 30)
    assert not list(tmp_path.glob("*.restoring*"))


@pytest.mark.broker
def test_a_copy_is_brought_back_while_a_listener_runs_and_what_is_sent_again_makes_it_whole(
    tmp_path: Path,
) -> None:
    broker = Mosquitto(tmp_path)
    broker.start()
    here = settings(tmp_path, broker.port)
    migrate(here.database)
    try:
        with listening(here):
            wait_for_subscription(here)
            with device(broker.port) as publish, open_database(here.database, read_only=True) as page:
                for minute in range(40):
                    publish(bucket(minute))
                until(lambda: _minutes(here.database) == 40, "the first are stored")
                copy = back_up(here.database, tmp_path / "copy.db")
                for minute in range(40, 60):
                    publish(bucket(minute))
                until(lambda: _minutes(here.database) == 60, "all are stored")
                restore(copy.file, here.database, NOW)
                assert page.execute("SELECT count(*) FROM buckets").fetchone() == (40,)
                for minute in range(30, 80):
                    publish(bucket(minute))
                until(lambda: _minutes(here.database) == 80, "the rest is stored")
                assert page.execute("SELECT sum(count_in) FROM line_counts").fetchone() == (80 * 3,)
                assert page.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        broker.stop()


def test_a_copy_of_an_earlier_version_is_brought_up_to_date(here: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.executescript(GOLDEN.read_text("utf-8"))
    restore(tmp_path / "old.db", here.database, NOW)
    with open_database(here.database) as db:
        assert db.execute("SELECT count(*) FROM buckets").fetchone() == (3,)


def test_what_root_brings_back_belongs_to_the_service_whose_folder_it_is(
    here: Settings, tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    copy = tmp_path / "copy" / "kept.db"
    copy.parent.mkdir()
    back_up(here.database, copy)
    os.chown(here.database.parent, 12_345, 12_345)
    _, before = restore(copy, here.database, NOON)
    assert before
    assert {path.stat().st_uid for path in (here.database, before)} == {12_345}


def test_a_lost_database_is_brought_back(here: Settings, tmp_path: Path) -> None:
    _store(here, range(5))
    copy = back_up(here.database, tmp_path / "copy.db")
    for file in tmp_path.glob("footfall.db*"):
        file.unlink()
    assert restore(copy.file, here.database, NOW)[1] is None
    with open_database(here.database) as db:
        assert db.journal_mode == "wal"
    assert _minutes(here.database) == 5


def _damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096 : 3 * 4096] = b"\xa5" * (2 * 4096)
    file.write_bytes(content)


def test_a_damaged_copy_is_refused_and_nothing_is_touched(here: Settings, tmp_path: Path) -> None:
    _store(here, range(500))
    copy = back_up(here.database, tmp_path / "copy.db")
    _damage(copy.file)
    with pytest.raises(CopyFailed, match="damaged"):
        restore(copy.file, here.database, NOW)
    assert _minutes(here.database) == 500
    assert not list(tmp_path.glob("*-before-restore-*"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"no database at all" * 100, "cannot be read as a backup", id="no database"),
        pytest.param(None, "there is no backup", id="no file"),
        pytest.param(b"", "not a copy of footfall's database", id="empty"),
    ],
)
def test_what_is_no_copy_is_told_in_words(
    here: Settings, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(CopyFailed, match=sentence):
        restore(tmp_path / "x.db", here.database, NOW)


def test_a_copy_of_a_newer_version_is_refused(here: Settings, tmp_path: Path) -> None:
    copy = back_up(here.database, tmp_path / "copy.db")
    with closing(sqlite3.connect(copy.file)) as db:
        db.execute("INSERT INTO _sqlite_migrations VALUES (999, 'footfall', 'm999_later', '')")
        db.commit()
    with pytest.raises(StorageError, match="newer version"):
        restore(copy.file, here.database, NOW)


def test_a_copy_overwrites_nothing(here: Settings, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(CopyFailed, match="is there already"):
        back_up(here.database, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_of_the_nightly_copies_the_newest_are_kept_and_nothing_else_is_touched(
    here: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "footfall-mine.db").write_text("mine")
    for night in range(5):
        back_up_nightly(here.database, folder, 3, NOW + timedelta(days=night))
    assert sorted(path.name for path in folder.iterdir()) == [
        "footfall-20261124T033000Z.db",
        "footfall-20261125T033000Z.db",
        "footfall-20261126T033000Z.db",
        "footfall-mine.db",
    ]


def test_what_a_killed_copy_left_behind_is_in_nobodys_way(here: Settings, tmp_path: Path) -> None:
    (tmp_path / "copy.db.part").write_bytes(b"half a copy")
    back_up(here.database, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db.part").exists()
