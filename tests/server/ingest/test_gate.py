from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.wire import encode
from server.config import Settings
from server.ingest.apply import BatchResult, Message, Received, apply_batch
from server.ingest.clocks import Confirmed, confirm_time
from server.ingest.enrolling import accept_device, refuse_device
from server.storage import counts, gate_decisions, quarantine, unknown_time
from server.storage.database import migrate, open_database
from server.storage.devices import camera_states
from tests.server.samples import MINUTE, NOON, bucket, live, sale, settings, status

LATER = NOON + 5 * MINUTE


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "footfall.db")
    with open_database(tmp_path / "footfall.db") as opened:
        yield opened


def _holding(hold: str = "hold") -> Settings:
    return settings(Path()).model_copy(update={"unknown_devices": hold})


def _apply(db: Database, known: Settings, *messages: Message) -> BatchResult:
    received = [Received(message.topic, encode(message)) for message in messages]
    return apply_batch(db, known, received, LATER)


def _people_in(db: Database) -> int:
    return sum(row.count_in for row in counts.line_rows(db, "demo", NOON - 60 * MINUTE, NOON + 60 * MINUTE))


def test_what_an_unknown_device_sends_waits_and_is_stored_once_it_is_let_in(db: Database) -> None:
    known = _holding()
    assert _apply(db, known, bucket(0), bucket(1), status(), sale()) == BatchResult(1, 0, 3, 0)
    assert (_people_in(db), camera_states(db, "demo")) == (0, [])
    assert "device not enrolled" in quarantine.waiting(db)[0].reason
    assert accept_device(db, known, "demo", "box", LATER) == 3
    assert (_people_in(db), quarantine.waiting_count(db)) == (6, 0)
    assert _apply(db, known, bucket(2)) == BatchResult(1, 0, 0, 0)


def test_letting_one_device_in_leaves_the_others_waiting(db: Database) -> None:
    known = _holding()
    other = bucket(0).model_copy(update={"device": "box-2"})
    _apply(db, known, bucket(0), other)
    assert accept_device(db, known, "demo", "box", LATER) == 1
    assert [row.origin for row in quarantine.waiting(db)] == [other.topic]


def test_a_refused_device_is_left_out_and_told_of_and_what_it_had_sent_stays(db: Database) -> None:
    known = _holding("accept")
    _apply(db, known, bucket(0))
    refuse_device(db, "demo", "box", LATER)
    assert _apply(db, known, bucket(1), live()) == BatchResult(0, 0, 0, 0, ignored=2)
    assert _people_in(db) == 3
    assert [(found.device, found.state) for found in gate_decisions.all_devices(db, "demo")] == [
        ("box", "refused")
    ]


def test_made_up_names_do_not_fill_the_table_of_cameras(db: Database) -> None:
    known = _holding("accept")
    made_up = [bucket(0).model_copy(update={"camera": f"c{number}"}) for number in range(1_005)]
    assert _apply(db, known, *made_up) == BatchResult(1_000, 0, 5, 0)
    assert _apply(db, known, *made_up[:3]) == BatchResult(0, 3, 0, 0)
    assert len(camera_states(db, "demo")) == 1_000


def _unsure(minute: int, revision: int = 1, count_in: int = 3) -> Message:
    return bucket(minute, revision=revision, count_in=count_in).model_copy(update={"clock_synced": False})


def test_counts_of_unknown_time_stand_in_no_figure_until_the_device_knows_the_time(db: Database) -> None:
    known = _holding("accept")
    assert _apply(db, known, _unsure(0), _unsure(1)) == BatchResult(2, 0, 0, 0)
    assert (_people_in(db), unknown_time.count(db)) == (0, 2)
    assert _apply(db, known, _unsure(0)) == BatchResult(0, 1, 0, 0)
    assert _apply(db, known, bucket(0, revision=2)) == BatchResult(1, 0, 0, 0)
    assert (_people_in(db), unknown_time.count(db)) == (3, 1)


def test_a_bucket_whose_time_was_known_stays_in_the_figures(db: Database) -> None:
    known = _holding("accept")
    _apply(db, known, bucket(0))
    assert _apply(db, known, _unsure(0, revision=2, count_in=5)) == BatchResult(1, 0, 0, 0)
    assert (_people_in(db), unknown_time.count(db)) == (5, 0)


def test_somebody_who_knows_how_wrong_the_clock_was_can_bring_counts_in(db: Database) -> None:
    known = _holding("accept")
    _apply(db, known, _unsure(0), _unsure(1, count_in=4), bucket(11))
    assert confirm_time(db, "demo", "box", 10 * MINUTE, LATER) == Confirmed(stored=1, still_held=1)
    rows = counts.bucket_rows(db, "demo", NOON, NOON + 60 * MINUTE)
    assert [(row.begin, row.clock_synced) for row in rows] == [
        (NOON + 10 * MINUTE, False),
        (NOON + 11 * MINUTE, True),
    ]
    assert [held.buckets for held in unknown_time.held(db, "demo")] == [1]
