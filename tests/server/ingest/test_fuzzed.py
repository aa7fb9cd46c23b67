"""Whatever comes as a message: stored, unchanged or set aside; never lost, never in the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.wire import encode
from server.config import Settings
from server.ingest.apply import Received
from server.ingest.retrying import retry
from server.storage import quarantine
from server.storage.database import open_database
from tests.server.filling import NOON, STORE, counts, fill, health, live, receive, sale, settings_for, status

TRUE = [
    (message.topic, json.loads(encode(message)))
    for message in (counts(NOON, 3, 1), sale("t1", NOON), status(NOON), health(NOON), live(NOON, tea=2))
]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [place for key, of in inner for place in _places(of, (*path, key))]


@st.composite
def spoilt(draw: Callable[..., Any]) -> Received:
    """A true message with one of its parts replaced by something else."""
    topic, body = draw(st.sampled_from(TRUE))
    body = json.loads(json.dumps(body))
    *way, last = draw(st.sampled_from(_places(body)))
    part = body
    for key in way:
        part = part[key]
    part[last] = draw(JUNK)
    return Received(topic, json.dumps(body).encode())


ANYTHING = st.one_of(
    spoilt(),
    st.builds(Received, st.sampled_from([topic for topic, _ in TRUE]), st.binary(max_size=60)),
    st.builds(
        Received, st.text(max_size=30).map(f"footfall/v1/{STORE}/".__add__), st.just(b"{}"), st.booleans()
    ),
    st.builds(Received, st.text(max_size=30), st.binary(max_size=20)),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One for all examples: what one leaves behind must not be in the way of the next."""
    return settings_for(tmp_path_factory.mktemp("shop"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(messages=st.lists(ANYTHING, min_size=1, max_size=5))
def test_every_message_is_accounted_for_and_a_good_one_behind_it_lands(
    shop: Settings, messages: list[Received]
) -> None:
    result = receive(shop, messages, NOON)
    assert result.refused == 0
    assert result.stored + result.unchanged + result.quarantined == len(messages)
    revision = _held_revision(shop) + 1
    assert fill(shop, [counts(NOON, 7, 7, camera="good", revision=revision)], NOON).stored == 1
    with open_database(shop.database) as db:
        db.execute("PRAGMA busy_timeout = 0")
        for row in quarantine.waiting(db, 3):
            assert retry(db, shop, row.number, NOON)
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)


def _held_revision(shop: Settings) -> int:
    with open_database(shop.database, read_only=True) as db:
        found = db.execute("SELECT coalesce(max(revision), 0) FROM buckets WHERE camera = 'good'").fetchone()
    return int(found[0])
