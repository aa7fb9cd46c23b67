"""Counts on a network that swallows, answers too late or not at all, before a broker that forgets."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.outbox import Outbox
from edge.uplink import BrokerAddress, Publisher
from tests.edge.cast import NOON, minute, so_far, until
from tests.edge.disk import filled, small_disk
from tests.edge.uplink.broker import Mosquitto, kept, listening
from tests.edge.uplink.network import Network
from tests.edge.uplink.test_publisher import HEALTH, FakeReporter

pytestmark = pytest.mark.broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start()
    yield mosquitto
    mosquitto.kill()


@pytest.fixture
def network(broker: Mosquitto) -> Iterator[Network]:
    one = Network(broker.port)
    yield one
    one.close()


class Uplink:
    """An outbox and its publisher, at some port."""

    def __init__(self, path: Path, port: int) -> None:
        self.path = path
        self.publisher = Publisher(
            "footfall-shop-door-1-entrance",
            BrokerAddress("127.0.0.1", port),
            lambda: Outbox(path),
            FakeReporter(),
            lambda: NOON + 7200,
            time.monotonic,
            keepalive_seconds=2,
        )

    def put(self, begin: int, end: int) -> None:
        box = Outbox(self.path)
        box.put("entrance", [minute(number) for number in range(begin, end)], so_far(end), NOON)
        box.close()

    def waiting(self) -> int:
        box = Outbox(self.path)
        try:
            return box.depth(NOON)[0]
        finally:
            box.close()


@contextmanager
def uplink(path: Path, port: int) -> Iterator[Uplink]:
    one = Uplink(path, port)
    one.publisher.start()
    try:
        yield one
    finally:
        one.publisher.stop()


def test_a_connection_that_is_only_half_there_is_given_up_and_nothing_is_lost(
    tmp_path: Path, broker: Mosquitto, network: Network
) -> None:
    with listening(broker.port) as listener, uplink(tmp_path / "outbox.db", network.port) as one:
        one.put(0, 10)
        until(lambda: one.waiting() == 0, "the first are delivered")
        network.swallows_all = True
        one.put(10, 30)
        until(lambda: not one.publisher.connected, "it is noticed")
        assert one.waiting() == 20
        network.swallows_all = False
        until(lambda: one.waiting() == 0, "the rest is delivered")
        until(lambda: len(listener.newest()) == 30, "it is heard")
    assert {round((start - NOON) / 60) for start in listener.newest()} == set(range(30))


def test_what_was_taken_and_whose_answer_got_lost_is_sent_again_and_counts_once(
    tmp_path: Path, broker: Mosquitto, network: Network
) -> None:
    with listening(broker.port) as listener, uplink(tmp_path / "outbox.db", network.port) as one:
        until(lambda: one.publisher.connected, "connected")
        network.swallows_answers = True
        one.put(0, 10)
        until(lambda: len(listener.newest()) == 10, "the broker has them")
        assert one.waiting() == 10
        network.cut()
        network.swallows_answers = False
        until(lambda: one.waiting() == 0, "they are delivered")
    assert {one.revision for one in listener.counts()} == {1}
    assert len(listener.newest()) == 10


def test_a_broker_that_comes_back_without_memory_is_told_the_last_minutes_again(
    tmp_path: Path, broker: Mosquitto
) -> None:
    with uplink(tmp_path / "outbox.db", broker.port) as one:
        one.put(0, 10)
        until(lambda: one.waiting() == 0, "delivered")
        broker.kill()  # what it had not given to anybody is gone
        broker.start()
        with listening(broker.port) as listener:
            until(lambda: len(listener.newest()) == 10, "all are told again")
        until(lambda: one.waiting() == 0, "and acknowledged")


def test_on_a_full_disk_health_goes_on_and_once_there_is_room_all_is_delivered(
    tmp_path: Path, broker: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk), listening(broker.port) as listener, uplink(disk / "outbox.db", broker.port) as one:
        one.put(0, 300)
        with filled(disk):
            until(lambda: "nothing can be published" in caplog.text, "it is said")
            until(lambda: one.publisher.connected, "it is connected all the same")
            until(lambda: HEALTH in kept(broker.port), "health is told all the same")
        until(lambda: one.waiting() == 0, "all is delivered")
        until(lambda: len(listener.newest()) == 300, "all is there")
    assert caplog.text.count("nothing can be published") == 1
