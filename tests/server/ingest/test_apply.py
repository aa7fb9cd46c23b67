from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.wire import encode
from server.ingest.apply import BatchResult, Message, Received, apply_batch, retry_message
from server.storage import counts, devices, quarantine, sales
from server.storage.database import migrate, open_database
from tests.server.samples import MINUTE, NOON, bucket, health, live, sale, settings, status

DAY = timedelta(days=1)
LATER = NOON + 5 * MINUTE
SETTINGS = settings(Path())


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as opened:
        yield opened


def _sent(message: Message, *, retained: bool = False) -> Received:
    return Received(message.topic, encode(message), retained)


def _apply(db: Database, *messages: Received) -> BatchResult:
    return apply_batch(db, SETTINGS, messages, LATER)


def _people_in(db: Database) -> int:
    return sum(row.count_in for row in counts.line_rows(db, "demo", NOON - DAY, NOON + DAY))


def test_receiving_twice_is_receiving_once(db: Database) -> None:
    assert _apply(db, _sent(bucket()), _sent(sale())) == BatchResult(2, 0, 0, 0)
    assert _apply(db, _sent(bucket()), _sent(sale())) == BatchResult(0, 2, 0, 0)
    assert _people_in(db) == 3
    assert len(sales.ticket_rows(db, "demo", NOON, NOON + DAY)) == 1


def test_a_lower_revision_after_a_higher_changes_nothing_even_within_a_batch(db: Database) -> None:
    high, low = bucket(revision=2, count_in=7), bucket(revision=1, count_in=1)
    assert _apply(db, _sent(high), _sent(low)) == BatchResult(1, 1, 0, 0)
    assert _people_in(db) == 7


def test_what_is_new_what_is_known_and_what_is_wrong_may_stand_in_one_batch(db: Database) -> None:
    """Whichever way the batch is stored in the end, each message fares as it would alone."""
    _apply(db, _sent(bucket(0)), _sent(bucket(1, revision=5, count_in=9)))
    too_many = bucket(3).model_copy(update={"revision": 2**63})
    batch = [_sent(bucket(0)), _sent(live()), _sent(bucket(1, revision=4)), _sent(bucket(2)), _sent(sale())]
    assert _apply(db, *batch) == BatchResult(stored=3, unchanged=2, quarantined=0, refused=0)
    again = [*batch, _sent(too_many), _sent(bucket(4)), Received(TOPIC, b"nonsense")]
    assert _apply(db, *again) == BatchResult(stored=2, unchanged=4, quarantined=2, refused=0)
    assert _people_in(db) == 3 + 9 + 3 + 3


def test_clearing_a_state_that_the_broker_kept_is_no_mistake(db: Database) -> None:
    cleared = Received(status().topic, b"")
    assert _apply(db, cleared) == BatchResult(0, 1, 0, 0)
    assert _apply(db, Received(TOPIC, b"")) == BatchResult(0, 0, 1, 0)


def _altered(**changes: object) -> bytes:
    return json.dumps(json.loads(encode(bucket(9))) | changes).encode()


TOPIC = bucket().topic


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        pytest.param(Received(TOPIC, b"\xff\x00"), "payload is not JSON", id="not text"),
        pytest.param(Received(TOPIC, b"[" * 100_000), "payload is not JSON", id="nested too deep"),
        pytest.param(Received(TOPIC, b""), "payload is not JSON", id="empty"),
        pytest.param(Received(TOPIC, b" " * 300_000), "300000 bytes", id="too long"),
        pytest.param(Received(TOPIC, _altered(schema=99)), "schema is 99", id="schema from the future"),
        pytest.param(Received(TOPIC, _altered(coverage=2)), "coverage:", id="impossible value"),
        pytest.param(Received(TOPIC, _altered(revision=2**63)), "cannot be stored", id="number too large"),
        pytest.param(
            Received(sale().topic, encode(sale()).replace(b'"bread"', rb'"\ud800"')),
            "",
            id="half a character",
        ),
        pytest.param(
            Received("footfall/v1/demo/pos/counts", _altered()), "cannot be called 'pos'", id="reserved name"
        ),
        pytest.param(Received("elsewhere", b"{}"), "does not begin with", id="foreign topic"),
        pytest.param(_sent(bucket(store="unknown")), "'unknown' is not in this server's", id="unknown store"),
    ],
)
def test_a_poisoned_message_steps_aside_and_the_rest_of_the_batch_lands(
    db: Database, poison: Received, reason: str
) -> None:
    assert _apply(db, _sent(bucket(0)), poison, _sent(bucket(1))) == BatchResult(2, 0, 1, 0)
    assert _people_in(db) == 6
    (row,) = quarantine.waiting(db)
    assert (row.source, row.origin, row.payload[:1000]) == ("mqtt", poison.topic, poison.payload[:1000])
    assert reason in row.reason


def test_a_poisoned_message_that_comes_again_waits_once(db: Database) -> None:
    for _ in range(2):
        _apply(db, Received(TOPIC, b"?"))
    assert quarantine.waiting_count(db) == 1


def test_a_chatty_unknown_store_takes_one_place_per_topic_for_its_live_views(db: Database) -> None:
    for occupancy in range(50):
        stranger = live(occupancy).model_copy(update={"store": "unknown"})
        _apply(db, _sent(stranger))
    assert quarantine.waiting_count(db) == 1


@pytest.mark.parametrize(
    ("sent", "seen_at"),
    [
        pytest.param(_sent(live()), LATER, id="live"),
        pytest.param(_sent(bucket()), LATER, id="counts"),
        pytest.param(_sent(status()), LATER, id="online"),
        pytest.param(_sent(health()), LATER, id="health"),
        pytest.param(_sent(status(), retained=True), NOON, id="online, handed out again by the broker"),
        pytest.param(_sent(health(), retained=True), NOON, id="health, handed out again by the broker"),
        pytest.param(_sent(status("offline")), None, id="last will"),
    ],
)
def test_a_camera_was_seen_only_when_its_process_ran_for_certain(
    db: Database, sent: Received, seen_at: object
) -> None:
    _apply(db, sent)
    (state,) = devices.camera_states(db, "demo")
    assert state.seen_at == seen_at


def test_what_was_set_aside_for_an_unknown_store_lands_once_the_store_is_configured(db: Database) -> None:
    lost = _sent(bucket(store="new"))
    _apply(db, lost)
    (row,) = quarantine.waiting(db)
    assert retry_message(db, SETTINGS, row, LATER) == "store 'new' is not in this server's configuration"
    (row,) = quarantine.waiting(db)
    assert row.tries == 2
    grown = SETTINGS.model_copy(update={"stores": {**SETTINGS.stores, "new": SETTINGS.stores["demo"]}})
    assert retry_message(db, grown, row, LATER) is None
    assert quarantine.waiting_count(db) == 0
    assert len(counts.bucket_rows(db, "new", NOON, NOON + DAY)) == 1


def test_a_retried_state_does_not_replace_a_newer_one(db: Database) -> None:
    _apply(db, Received(live().topic, encode(live(1)).replace(b'"demo"', b'"new"')))
    _apply(db, _sent(live(7)))
    (row,) = quarantine.waiting(db)
    assert retry_message(db, SETTINGS, row, LATER) is not None
    (state,) = devices.camera_states(db, "demo")
    assert state.live == live(7)
