"""Several listeners side by side, killed at any time: the figures are those of one that never died."""

from __future__ import annotations

import logging
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.config import Settings
from server.ingest.sessions import sessions
from server.storage import quarantine, sales
from server.storage.database import migrate, open_database
from server.storage.devices import camera_states
from tests.server.ingest.running import Mosquitto, device, listening, until
from tests.server.samples import bucket, live, sale, settings

MINUTES, REVISIONS = 300, 3

LISTENER = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from server.ingest.listener import Listener
from tests.server.ingest.test_several import sharing

settings = sharing(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
Listener(settings, lambda: datetime.now(UTC)).run(threading.Event())
"""


def sharing(folder: Path, port: int, name: str) -> Settings:
    plain = settings(folder, port)
    shared = plain.broker.model_copy(update={"client_id": name, "share_group": "server"})
    return plain.model_copy(update={"broker": shared})


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start("allow_anonymous true", "max_queued_messages 0")
    yield mosquitto
    mosquitto.stop()


def _started(here: Settings, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", LISTENER, str(here.database.parent), str(here.broker.port), name],
        stderr=subprocess.DEVNULL,
    )


def _figures(here: Settings) -> tuple[int, int, int, int]:
    """Buckets, people in, visits and tickets."""
    with open_database(here.database, read_only=True) as db:
        return tuple(
            db.execute(f"SELECT {what}").fetchone()[0]
            for what in (
                "count(*) FROM buckets",
                "coalesce(sum(count_in), 0) FROM line_counts",
                "coalesce(sum(dwell_n), 0) FROM zone_counts",
                "count(*) FROM tickets",
            )
        )


def _everything(publish: Callable[..., None], between: Callable[[], None]) -> None:
    """Each minute in several revisions, the highest not always last, and a ticket with it."""
    chance = random.Random(7)
    for minute in range(MINUTES):
        revisions = list(range(1, REVISIONS + 1))
        chance.shuffle(revisions)
        for revision in revisions:
            publish(bucket(minute, revision=revision, count_in=10 * revision))
        publish(sale(str(minute)))
        between()


@pytest.mark.broker
def test_two_listeners_killed_at_random_lose_nothing_and_double_nothing(
    broker: Mosquitto, tmp_path: Path
) -> None:
    here = sharing(tmp_path, broker.port, "one")
    migrate(here.database)
    names, chance = ("one", "two"), random.Random(11)
    for number, name in enumerate(names):
        _hold_a_place(sharing(tmp_path, broker.port, name), str(number))
    running = {name: _started(here, name) for name in names}

    def kill_sometimes() -> None:
        if chance.random() < 0.03:
            name = chance.choice(names)
            running[name].kill()
            running[name].wait()
            running[name] = _started(here, name)

    try:
        with device(broker.port) as publish:
            _everything(publish, kill_sometimes)
        expected = (MINUTES, MINUTES * 10 * REVISIONS, MINUTES * 2, MINUTES)
        until(lambda: _figures(here) == expected, "everything is stored")
        time.sleep(1)
        assert _figures(here) == expected
        with open_database(here.database, read_only=True) as db:
            assert quarantine.waiting_count(db) == 0
    finally:
        for process in running.values():
            process.kill()
            process.wait()


def _hold_a_place(here: Settings, ticket: str) -> None:
    """Let the broker keep from now on what comes for this listener; alone, it hears everything."""
    with listening(here), device(here.broker.port) as publish:

        def hears() -> bool:
            publish(sale(ticket))
            with open_database(here.database, read_only=True) as db:
                return sales.held_ticket(db, "demo", ticket) is not None

        until(hears, f"{here.broker.client_id} hears")


@pytest.mark.broker
def test_what_is_shared_comes_once_and_what_is_new_comes_to_all(
    broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="footfall.listen")
    folders = [tmp_path / name for name in ("a", "b")]
    both = []
    for folder in folders:
        folder.mkdir()
        both.append(sharing(folder, broker.port, folder.name))
        migrate(both[-1].database)
    with listening(both[0]), listening(both[1]):
        until(lambda: _listening(caplog) == 2, "both hear")
        with device(broker.port) as publish:
            for minute in range(40):
                publish(bucket(minute))
            publish(live())
        until(lambda: sum(_figures(here)[0] for here in both) == 40, "all buckets are stored somewhere")
        until(lambda: all(_sees(here) for here in both), "both know who is there")
    assert all(_figures(here)[0] >= 10 for here in both)


def _listening(caplog: pytest.LogCaptureFixture) -> int:
    """How often it was told that both connections of a listener stand."""
    return sum("listening at" in record.getMessage() for record in caplog.records)


def _sees(here: Settings) -> bool:
    with open_database(here.database, read_only=True) as db:
        return any(camera.live for camera in camera_states(db, "demo"))


@pytest.mark.broker
def test_a_listener_that_begins_to_share_no_longer_hears_everything(
    broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="footfall.listen")
    alone = settings(tmp_path, broker.port)
    migrate(alone.database)
    with listening(alone):
        until(lambda: _listening(caplog) == 1, "it hears")
    name = alone.broker.client_id
    other = tmp_path / "other"
    other.mkdir()
    migrate(other / "footfall.db")
    with listening(sharing(tmp_path, broker.port, name)), listening(sharing(other, broker.port, "two")):
        until(lambda: _listening(caplog) == 3, "both hear")
        with device(broker.port) as publish:
            for minute in range(20):
                publish(bucket(minute))
        until(lambda: _figures(settings(other))[0] > 0, "the other has its share")
        until(lambda: _figures(alone)[0] + _figures(settings(other))[0] >= 20, "all buckets are stored")
        time.sleep(0.5)  # What comes twice would have come by then.
        assert _figures(alone)[0] + _figures(settings(other))[0] == 20


def test_only_counts_tickets_and_events_of_zones_are_kept_for_a_listener_and_shared() -> None:
    new, kept = sessions(sharing(Path(), 1883, "one").broker)
    assert (new.client_id, new.kept, kept.client_id, kept.kept) == ("one-live", False, "one", True)
    assert [topic for topic, _ in kept.filters] == [
        "$share/server/footfall/v1/+/+/counts",
        "$share/server/footfall/v1/+/pos/+/sales",
        "$share/server/footfall/v1/+/zone/+/events",
    ]
    assert not [topic for topic, _ in new.filters if topic.startswith("$share")]
    assert not {topic for topic, _ in kept.filters} & set(kept.drop)
