from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.config import Settings
from server.ingest.apply import BatchResult
from server.storage import counts, quarantine, sales
from server.storage.database import migrate, open_database
from server.storage.devices import camera_states
from tests.server.ingest.running import Mosquitto, device, listening, until, wait_for_subscription
from tests.server.samples import NOON, bucket, health, live, sale, settings, status
from tests.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.broker

DAY = timedelta(days=1)

DIES_BEFORE_ACKNOWLEDGING = """
import os, signal, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from server.ingest.listener import Listener
from server.storage.database import open_database
from tests.server.samples import settings

here = settings(Path(sys.argv[1]), int(sys.argv[2]))


def die(_):
    # Not for the status alone, which comes over a connection of its own and at times first.
    with open_database(here.database, read_only=True) as db:
        if db.execute("SELECT count(*) FROM buckets").fetchone()[0]:
            os.kill(os.getpid(), signal.SIGKILL)


Listener(here, lambda: datetime.now(UTC), after_commit=die).run(threading.Event())
"""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    yield mosquitto
    mosquitto.stop()


@pytest.fixture
def here(tmp_path: Path, broker: Mosquitto) -> Settings:
    made = settings(tmp_path, broker.port)
    migrate(made.database)
    return made


def _buckets(here: Settings) -> int:
    with open_database(here.database, read_only=True) as db:
        return len(counts.bucket_rows(db, "demo", NOON - DAY, NOON + DAY))


def _tickets(here: Settings) -> int:
    with open_database(here.database, read_only=True) as db:
        return len(sales.ticket_rows(db, "demo", NOON - DAY, NOON + DAY))


def test_all_kinds_of_messages_arrive(broker: Mosquitto, here: Settings) -> None:
    broker.start()
    with listening(here):
        wait_for_subscription(here)
        with device(broker.port) as publish:
            for message in (bucket(), sale(), health(), live(), status("offline")):
                publish(message)
        until(lambda: _tickets(here) == 1, "the ticket is stored")
        with open_database(here.database, read_only=True) as db:
            until(
                lambda: camera_states(db, "demo")[0].status == status("offline"), "the last status is stored"
            )
            (camera,) = camera_states(db, "demo")
    assert (camera.health, camera.live) == (health(), live())
    assert _buckets(here) == 1


def test_what_was_published_while_the_listener_was_down_arrives_when_it_is_up(
    broker: Mosquitto, here: Settings
) -> None:
    broker.start()
    with listening(here):
        wait_for_subscription(here)
    with device(broker.port) as publish:
        for minute in range(50):
            publish(bucket(minute))
    assert _buckets(here) == 0
    with listening(here):
        until(lambda: _buckets(here) == 50, "all buckets are stored")


def test_a_listener_killed_between_commit_and_acknowledgement_loses_nothing_and_doubles_nothing(
    broker: Mosquitto, here: Settings
) -> None:
    broker.start()
    with listening(here):
        wait_for_subscription(here)
    with device(broker.port) as publish:
        for minute in range(60):
            publish(bucket(minute))
            publish(sale(f"{minute}"))

    folder = here.database.parent
    for _ in range(2):
        killed = subprocess.run(
            [sys.executable, "-c", DIES_BEFORE_ACKNOWLEDGING, str(folder), str(broker.port)],
            timeout=PATIENCE_SECONDS,
        )
        assert killed.returncode == -signal.SIGKILL
    stored = _buckets(here)
    assert 0 < stored < 60

    with listening(here):
        until(lambda: _tickets(here) == 60, "everything is stored")
    with open_database(here.database, read_only=True) as db:
        crossings = counts.line_rows(db, "demo", NOON - DAY, NOON + DAY)
        assert sum(row.count_in for row in crossings) == 60 * 3
        assert quarantine.waiting_count(db) == 0


def _said(caplog: pytest.LogCaptureFixture, words: str) -> int:
    return sum(words in record.getMessage() for record in caplog.records)


def test_a_broker_that_comes_late_and_goes_is_waited_for_and_spoken_of_once_each_time(
    broker: Mosquitto, here: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="footfall.listen")
    with listening(here):
        until(lambda: _said(caplog, "cannot be reached") == 1, "the absence is told")
        time.sleep(2)  # Long enough for another attempt, of which nothing is to be said.
        assert _said(caplog, "cannot be reached") == 1
        broker.start()
        wait_for_subscription(here)
        until(lambda: _said(caplog, "listening at") == 1, "it listens")
        broker.stop()
        until(lambda: _said(caplog, "is gone") == 1, "the loss is told")
        time.sleep(1.5)
        assert _said(caplog, "cannot be reached") == 1
        broker.start()
        until(lambda: _said(caplog, "listening at") == 2, "it listens again")
        wait_for_subscription(here)
        with device(broker.port) as publish:
            publish(bucket())
        until(lambda: _buckets(here) == 1, "the bucket is stored")


def test_a_listener_that_never_reached_a_broker_stops(
    here: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(here):
        until(lambda: _said(caplog, "cannot be reached") == 1, "the absence is told")


def test_a_database_that_is_locked_delays_and_loses_nothing(broker: Mosquitto, here: Settings) -> None:
    broker.start()
    with listening(here):
        wait_for_subscription(here)
        with open_database(here.database) as db, device(broker.port) as publish:
            db.execute("BEGIN IMMEDIATE")
            publish(bucket())
            time.sleep(0.5)
            db.execute("ROLLBACK")
        until(lambda: _buckets(here) == 1, "the bucket is stored")


def test_storing_that_breaks_is_tried_again_until_it_heals_and_told_once_each(
    broker: Mosquitto, here: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="footfall.listen")
    broker.start()
    with listening(here):
        wait_for_subscription(here)
        with open_database(here.database) as db, device(broker.port) as publish:
            db.execute("ALTER TABLE line_counts RENAME TO away")
            publish(bucket())
            until(lambda: _said(caplog, "nothing can be stored") == 1, "the trouble is told")
            time.sleep(2)
            db.execute("ALTER TABLE away RENAME TO line_counts")
        until(lambda: _buckets(here) == 1, "the bucket is stored")
        until(lambda: _said(caplog, "storing works again") == 1, "the end of it is told")
    assert _said(caplog, "nothing can be stored") == 1


def test_something_else_than_a_broker_is_not_taken_for_one(
    here: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="footfall.listen")
    with socket.create_server(("127.0.0.1", here.broker.port)) as silent:
        silent.settimeout(PATIENCE_SECONDS)
        with listening(here):
            connection, _ = silent.accept()
            connection.sendall(b"220 mail.example ESMTP\r\n")
            connection.close()
            until(lambda: _said(caplog, "is it an MQTT broker?") == 1, "it is told")
    assert _said(caplog, "listening at") == 0


def test_with_a_full_disk_nothing_is_acknowledged_and_nothing_lost(
    broker: Mosquitto, here: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="footfall.listen")
    broker.start()
    with listening(here):
        wait_for_subscription(here)
    with listening(here.model_copy(update={"least_free_megabytes": 10**9})), device(broker.port) as publish:
        for minute in range(30):
            publish(bucket(minute))
        until(lambda: _said(caplog, "nearly full") == 1, "it is told")
        time.sleep(2)
        assert (_said(caplog, "nearly full"), _buckets(here)) == (1, 0)
    with listening(here):
        until(lambda: _buckets(here) == 30, "all of it is stored once there is room")


def test_a_live_view_does_not_wait_behind_counts_that_are_caught_up(
    broker: Mosquitto, here: Settings
) -> None:
    broker.start("allow_anonymous true", "max_queued_messages 0")
    with listening(here):
        wait_for_subscription(here)
    with device(broker.port) as publish:
        for minute in range(3_000):
            publish(bucket(minute))
        published, stored_when_seen = threading.Event(), list[int]()

        def look(_: BatchResult) -> None:
            assert published.wait(PATIENCE_SECONDS)
            with open_database(here.database, read_only=True) as db:
                if camera_states(db, "demo")[0].live == live(occupancy=7):
                    stored_when_seen.append(db.execute("SELECT count(*) FROM buckets").fetchone()[0])

        with listening(here, look):
            until(lambda: _buckets(here) > 0, "catching up has begun")
            publish(live(occupancy=7))
            published.set()
            until(lambda: bool(stored_when_seen), "the live view is stored")
    assert 0 < stored_when_seen[0] < 3_000
