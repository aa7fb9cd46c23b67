from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.wire import DwellSketch
from server.storage import counts
from server.storage.database import migrate, open_database
from tests.server.samples import MINUTE, NOON, bucket

DAY = timedelta(days=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as opened:
        yield opened


def _count_in(db: Database) -> list[int]:
    return [row.count_in for row in counts.line_rows(db, "demo", NOON - DAY, NOON + DAY)]


@pytest.mark.parametrize(
    ("revisions", "kept"),
    [
        pytest.param([1, 1], 1, id="received twice"),
        pytest.param([1, 2], 2, id="higher after lower"),
        pytest.param([2, 1], 2, id="lower after higher"),
        pytest.param([1, 3, 2, 3], 3, id="mixed"),
    ],
)
def test_the_highest_revision_of_a_bucket_wins(db: Database, revisions: list[int], kept: int) -> None:
    for revision in revisions:
        counts.keep(db, bucket(revision=revision, count_in=10 * revision), NOON)
    assert _count_in(db) == [10 * kept]


def test_keeping_says_whether_anything_changed(db: Database) -> None:
    assert counts.keep(db, bucket(revision=2), NOON)
    assert not counts.keep(db, bucket(revision=2, count_in=99), NOON)
    assert not counts.keep(db, bucket(revision=1), NOON)
    assert counts.keep(db, bucket(revision=3), NOON)


def test_a_higher_revision_takes_lines_and_zones_away_too(db: Database) -> None:
    counts.keep(db, bucket(revision=1), NOON)
    counts.keep(db, bucket(revision=2).model_copy(update={"lines": (), "zones": ()}), NOON)
    assert counts.line_rows(db, "demo", NOON, NOON + DAY) == []
    assert counts.zone_rows(db, "demo", NOON, NOON + DAY) == []
    assert len(counts.bucket_rows(db, "demo", NOON, NOON + DAY)) == 1


def test_what_comes_out_is_what_went_in(db: Database) -> None:
    odd = NOON + timedelta(microseconds=1)
    counts.keep(db, bucket().model_copy(update={"bucket_start": odd}), NOON)
    (row,) = counts.bucket_rows(db, "demo", NOON, NOON + DAY)
    assert (row.begin, row.end, row.coverage, row.final, row.replayed) == (
        odd,
        NOON + MINUTE,
        0.9,
        True,
        False,
    )
    (zone,) = counts.zone_rows(db, "demo", NOON, NOON + DAY)
    assert zone.dwell == DwellSketch.of([4.0, 9.0])
    assert (zone.person_seconds, zone.observed_seconds, zone.peak) == (13.5, 54.0, 2)


def test_a_range_holds_its_begin_and_not_its_end_and_one_store_only(db: Database) -> None:
    for minute in range(4):
        counts.keep(db, bucket(minute, count_in=minute), NOON)
    counts.keep(db, bucket(1, store="other"), NOON)
    rows = counts.line_rows(db, "demo", NOON + MINUTE, NOON + 3 * MINUTE)
    assert [row.count_in for row in rows] == [1, 2]
    assert counts.stored_days(db, "demo") == (NOON, NOON + 3 * MINUTE)
    assert counts.stored_days(db, "nowhere") is None


def test_a_range_is_read_through_the_key(db: Database) -> None:
    plan = db.execute("EXPLAIN QUERY PLAN " + counts._LINES, ("demo", 0, 1)).fetchall()
    assert not any("SCAN" in step[3] for step in plan), plan
