from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from server.storage import quarantine
from server.storage.database import migrate, open_database
from server.storage.quarantine import Refusal
from tests.server.samples import MINUTE, NOON


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as opened:
        yield opened


def _bad(number: int) -> Refusal:
    return Refusal("mqtt", "footfall/v1/demo/box/counts", b"bad %d" % number, "not JSON")


def test_what_was_put_waits_until_it_is_resolved(db: Database) -> None:
    row_of_file = Refusal("csv", "may.csv", b"\xff;1", "bad number", 17, "demo", {"mapping": "bakery"})
    quarantine.put(db, row_of_file, NOON)
    (row,) = quarantine.waiting(db)
    assert (row.source, row.origin, row.position, row.payload) == ("csv", "may.csv", 17, b"\xff;1")
    assert (row.store, row.context, row.tries, row.received_at) == ("demo", {"mapping": "bakery"}, 1, NOON)
    assert quarantine.resolved(db, row.number, NOON + MINUTE)
    assert not quarantine.resolved(db, row.number, NOON + MINUTE)
    assert quarantine.waiting_count(db) == 0
    held = quarantine.get(db, row.number)
    assert held is not None
    assert held.resolved_at == NOON + MINUTE


def test_refused_twice_waits_once(db: Database) -> None:
    for _ in range(2):
        assert quarantine.put(db, _bad(1), NOON)
    assert quarantine.waiting_count(db) == 1


def test_of_a_state_only_the_newest_waits(db: Database) -> None:
    for number in range(3):
        quarantine.put(db, Refusal("mqtt", "t/live", b"%d" % number, "no", newest_only=True), NOON)
    assert [row.payload for row in quarantine.waiting(db)] == [b"2"]


def test_reading_goes_on_after_a_number(db: Database) -> None:
    for number in range(5):
        quarantine.put(db, _bad(number), NOON)
    first = quarantine.waiting(db, limit=2)
    then = quarantine.waiting(db, limit=2, after=first[-1].number)
    assert [row.payload for row in then] == [b"bad 2", b"bad 3"]


def test_of_a_payload_too_long_to_read_only_the_beginning_is_kept(db: Database) -> None:
    quarantine.put(db, Refusal("mqtt", "t", b"x" * 300_000, "too long"), NOON)
    (row,) = quarantine.waiting(db)
    assert len(row.payload) == 1024
    assert row.context == {"cut_from_bytes": 300_000}


def test_a_full_quarantine_forgets_resolved_rows_first_and_then_refuses_and_counts(db: Database) -> None:
    for number in range(3):
        assert quarantine.put(db, _bad(number), NOON, most_rows=3)
    assert quarantine.resolved(db, 1, NOON)
    assert quarantine.put(db, _bad(3), NOON, most_rows=3)
    assert quarantine.get(db, 1) is None
    assert not quarantine.put(db, _bad(4), NOON, most_rows=3)
    assert [row.payload for row in quarantine.waiting(db)] == [b"bad 1", b"bad 2", b"bad 3"]
    assert quarantine.refused_count(db) == 1
