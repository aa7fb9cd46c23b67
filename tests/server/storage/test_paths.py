"""Where people went next: kept with its bucket, replaced with it, and gone with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from server.ingest.apply import Received
from server.metrics.paths import Taken
from server.storage import counts
from server.storage.database import migrate, open_database
from server.storage.hours import minutes_within
from server.storage.paths import _TAKEN, told
from tests.server.filling import CAMERA, DEVICE, NOON, STORE, receive, settings_for
from tests.server.walking import MINUTE, MORNING, paths_of, quiet, walked

BEFORE, AFTER = NOON - timedelta(days=1), NOON + timedelta(days=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as opened:
        yield opened


def taken(db: Database, begin: datetime = BEFORE, end: datetime = AFTER) -> dict[tuple[str, str], int]:
    return {(one.origin, one.to): one.people for one in told(db, STORE, begin, end).taken}


def test_paths_of_many_minutes_add_up(db: Database) -> None:
    counts.keep_all(db, [walked(NOON + n * MINUTE, MORNING) for n in range(3)], NOON)

    assert taken(db) == {way: 3 * people for way, people in MORNING.items()}
    assert taken(db, NOON + MINUTE) == {way: 2 * people for way, people in MORNING.items()}
    assert Taken(DEVICE, CAMERA, "tea", "gifts", 36) in told(db, STORE, BEFORE, AFTER).taken


def test_those_who_left_are_without_staff_and_of_minutes_that_tell_of_paths_only(db: Database) -> None:
    staffed = walked(NOON, MORNING)
    staffed = staffed.model_copy(
        update={
            "zones": (
                staffed.zones[0].model_copy(update={"staff_dwell": staffed.zones[1].dwell}),
                staffed.zones[1],
            ),
            "lines": (staffed.lines[0].model_copy(update={"staff_in": 4, "staff_out": 1}),),
        }
    )
    counts.keep_all(db, [staffed, walked(NOON + MINUTE), quiet(NOON + 2 * MINUTE, coverage=0.5)], NOON)
    found = told(db, STORE, BEFORE, AFTER)

    assert {one.stop: one.people for one in found.left} == {
        "tea": 12,
        "gifts": 18,
        "in:main": 36,
        "out:main": 30,
    }
    assert found.watched == {(DEVICE, CAMERA): (150.0, 90.0)}


def test_a_camera_that_does_not_tell_is_not_one_that_saw_nobody(db: Database) -> None:
    counts.keep_all(db, [walked(NOON), quiet(NOON, camera="hall")], NOON)

    assert told(db, STORE, BEFORE, AFTER).watched == {(DEVICE, "hall"): (60.0, 60.0)}


def test_a_higher_revision_replaces_them_and_a_lower_one_changes_nothing(db: Database) -> None:
    counts.keep(db, walked(NOON, MORNING), NOON)
    counts.keep(db, walked(NOON, {("tea", "gifts"): 1}, revision=3), NOON)
    counts.keep(db, walked(NOON, MORNING, revision=2), NOON)
    assert taken(db) == {("tea", "gifts"): 1}

    counts.keep(db, walked(NOON, revision=4), NOON)
    assert told(db, STORE, BEFORE, AFTER).watched == {}


def test_a_bucket_that_goes_takes_its_paths_along(db: Database) -> None:
    minute = walked(NOON, MORNING)
    counts.keep(db, minute, NOON)
    counts.delete(db, [minute])
    counts.keep(db, minute, NOON)
    db.execute("DELETE FROM buckets")

    assert db.execute("SELECT count(*) FROM path_counts").fetchone() == (0,)


def test_minutes_come_out_as_they_went_in(db: Database) -> None:
    said = [walked(NOON, MORNING), walked(NOON + MINUTE), quiet(NOON + 2 * MINUTE)]
    counts.keep_all(db, said, NOON)
    kept = minutes_within(db, STORE, BEFORE, AFTER)

    assert [minute.paths and set(minute.paths) for minute in kept] == [set(paths_of(MORNING)), None, ()]


def test_a_minute_in_which_nobody_went_anywhere_takes_no_room(db: Database) -> None:
    counts.keep(db, quiet(NOON), NOON)
    assert db.execute("SELECT count(*) FROM path_counts").fetchone() == (0,)


def test_they_are_found_through_the_key(db: Database) -> None:
    plan = db.execute("EXPLAIN QUERY PLAN " + _TAKEN, (STORE, 0, 1)).fetchall()
    assert not any("SCAN" in step[3] for step in plan), plan


def test_a_minute_that_says_a_way_twice_waits_in_quarantine(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    minute = walked(NOON, {("tea", "gifts"): 1})
    body = minute.model_dump_json(by_alias=True).replace(
        '"paths":[', '"paths":[{"from":"tea","to":"gifts","n":2},'
    )

    assert receive(settings, [Received(minute.topic, body.encode())], NOON).quarantined == 1


def test_the_table_is_strict(db: Database) -> None:
    counts.keep(db, quiet(NOON), NOON)
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(
            "INSERT INTO path_counts"
            " SELECT store, bucket_start, device, camera, 'tea', 'gifts', 'many' FROM buckets"
        )
