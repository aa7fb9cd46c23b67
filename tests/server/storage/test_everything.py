"""What a bucket says beside the raw figures: kept as it was said, absent where it was not."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from sqlite_utils import Database

from edge.wire import Counts, Heat, LineCount, QueueCount
from server.storage import counts, queues
from server.storage.database import migrate, open_database
from server.storage.heat import _HEAT, heat_rows
from server.storage.packing import packed_cells, unpacked_cells
from tests.server.filling import NOON, STORE
from tests.server.shop_with_everything import everything_at, warmth
from tests.wire import making

BEFORE, AFTER = NOON - timedelta(days=1), NOON + timedelta(days=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as opened:
        yield opened


def _bucket(**changes: object) -> Counts:
    return everything_at(7, random.Random(4)).model_copy(update=changes)


def test_lines_zones_queues_and_heat_come_out_as_they_went_in(db: Database) -> None:
    said = _bucket()
    counts.keep(db, said, NOON)
    for line, row in zip(said.lines, counts.line_rows(db, STORE, BEFORE, AFTER), strict=True):
        assert (row.line, row.kind, row.passed) == (line.line, line.kind, line.passed)
        assert (row.staff_in, row.staff_out) == (line.staff_in, line.staff_out)
        assert (row.groups_in, row.groups_out) == (line.groups_in, line.groups_out)
    (zone,) = counts.zone_rows(db, STORE, BEFORE, AFTER)
    assert (zone.staff_dwell, zone.ended) == (said.zones[0].staff_dwell, said.zones[0].ended)
    (row_of_queue,) = queues.queue_rows(db, STORE, BEFORE, AFTER)
    queue = said.queues[0]
    assert (row_of_queue.wait, row_of_queue.abandoned_wait) == (queue.wait, queue.abandoned_wait)
    assert (row_of_queue.joined, row_of_queue.served) == (queue.joined, queue.served)
    assert (row_of_queue.abandoned, row_of_queue.lost) == (queue.abandoned, queue.lost)
    assert row_of_queue.person_seconds == queue.waiting_person_seconds
    assert (row_of_queue.observed_seconds, row_of_queue.peak) == (60, queue.length_peak)
    (heat,) = heat_rows(db, STORE, BEFORE, AFTER)
    assert said.heat
    assert (heat.unit, heat.cell) == (said.heat.unit, said.heat.cell)
    assert {f"{c},{r}": seconds for (c, r), seconds in heat.seconds.items()} == said.heat.seconds


def test_a_queue_of_which_only_the_length_is_known_has_nothing_else(db: Database) -> None:
    counts.keep(db, _bucket(queues=(QueueCount(queue="bakery", length_peak=0),)), NOON)
    (row,) = queues.queue_rows(db, STORE, BEFORE, AFTER)
    assert (row.peak, row.joined, row.served, row.abandoned, row.lost) == (0, None, None, None, None)
    assert (row.wait, row.abandoned_wait, row.person_seconds, row.observed_seconds) == (None,) * 4


def test_a_higher_revision_takes_queues_and_heat_away_too(db: Database) -> None:
    counts.keep(db, _bucket(), NOON)
    counts.keep(db, _bucket(revision=2, queues=(), heat=None), NOON)
    assert queues.queue_rows(db, STORE, BEFORE, AFTER) == []
    assert list(heat_rows(db, STORE, BEFORE, AFTER)) == []


def test_a_lower_revision_changes_nothing_of_them(db: Database) -> None:
    newer = _bucket(revision=5)
    counts.keep(db, newer, NOON)
    counts.keep(db, _bucket(revision=4, lines=(LineCount(line="main", count_in=0, count_out=0),)), NOON)
    line, _ = counts.line_rows(db, STORE, BEFORE, AFTER)
    assert line.staff_in == newer.lines[0].staff_in is not None
    assert len(list(heat_rows(db, STORE, BEFORE, AFTER))) == 1


def test_only_what_was_told_takes_room(db: Database) -> None:
    counts.keep(db, _bucket(queues=(), heat=None), NOON)
    assert db.execute("SELECT count(*) FROM heat").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM queue_counts").fetchone() == (0,)


@given(making.heats)
def test_a_packed_grid_is_the_grid(heat: Heat) -> None:
    assert unpacked_cells(packed_cells(heat.seconds)) == {
        (int(name.split(",")[0]), int(name.split(",")[1])): seconds for name, seconds in heat.seconds.items()
    }


def test_two_names_of_one_cell_add_up() -> None:
    assert unpacked_cells(packed_cells({"-0,1": 2.0, "0,01": 3.0})) == {(0, 1): 5.0}


def test_a_full_grid_packs_to_a_third_of_its_text() -> None:
    chance = random.Random(2)
    seconds = {f"{c},{r}": round(chance.uniform(0, 60), 1) for c in range(64) for r in range(64)}
    assert len(packed_cells(seconds)) < len(json.dumps(seconds)) / 3
    assert len(packed_cells(warmth(chance).seconds)) < 80


def test_one_cameras_heat_is_found_through_the_key(db: Database) -> None:
    counts.keep(db, _bucket(), NOON)
    counts.keep(db, _bucket(camera="hall"), NOON)
    assert [row.camera for row in heat_rows(db, STORE, BEFORE, AFTER, "hall")] == ["hall"]
    plan = db.execute("EXPLAIN QUERY PLAN " + _HEAT, (STORE, 0, 1, None, None)).fetchall()
    assert not any("SCAN" in step[3] for step in plan), plan
