from __future__ import annotations

import gc
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge.wire import Status
from server.config import Settings
from server.ingest.broker import BrokerFailed, EmbeddedBroker
from server.storage import counts
from server.storage.database import migrate, open_database
from server.storage.devices import camera_states
from tests.clients import talking
from tests.server.ingest.running import device, free_port, listening, until
from tests.server.samples import NOON, bucket, settings, status
from tests.waiting import PATIENCE_SECONDS

DAY = timedelta(days=1)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    made = settings(tmp_path, free_port())
    migrate(made.database)
    return made


@pytest.fixture
def embedded(here: Settings) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker("127.0.0.1", here.broker.port, here.broker.client_id)
    broker.start()
    yield broker
    broker.stop()


def _buckets(here: Settings) -> int:
    with open_database(here.database, read_only=True) as db:
        return len(counts.bucket_rows(db, "demo", NOON - DAY, NOON + DAY))


@pytest.mark.usefixtures("embedded")
def test_a_device_that_connects_before_the_listener_loses_nothing(here: Settings) -> None:
    with device(here.broker.port) as publish:
        publish(status())
        for minute in range(40):
            publish(bucket(minute))
    with listening(here):
        until(lambda: _buckets(here) == 40, "all buckets are stored")
        # States come over a connection of their own.
        until(lambda: _status(here) == status(), "the status is stored")


def _status(here: Settings) -> Status | None:
    with open_database(here.database, read_only=True) as db:
        return camera_states(db, "demo")[0].status


@pytest.mark.usefixtures("embedded")
def test_a_listener_that_comes_back_gets_what_it_missed(here: Settings) -> None:
    with listening(here), device(here.broker.port) as publish:
        publish(bucket(0))
        until(lambda: _buckets(here) == 1, "the first bucket is stored")
    with device(here.broker.port) as publish:
        publish(bucket(1))
    with listening(here):
        until(lambda: _buckets(here) == 2, "the second bucket is stored")


CONNECT = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04slow"
SUBSCRIBE_TO_ALL = b"\x82\x06\x00\x01\x00\x01#\x00"


def _says_nothing(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port))


def _takes_nothing(port: int) -> socket.socket:
    """Subscribes to everything and then reads no more, with more on its way than systems hold."""
    slow = socket.create_connection(("127.0.0.1", port))
    slow.sendall(CONNECT)
    assert slow.recv(4)[0] == 0x20
    slow.sendall(SUBSCRIBE_TO_ALL)
    assert slow.recv(5)[0] == 0x90
    loud = mqtt.Client(CallbackAPIVersion.VERSION2)
    loud.connect("127.0.0.1", port)
    with talking(loud):
        for _ in range(60):
            loud.publish("t", bytes(200_000), qos=1).wait_for_publish(PATIENCE_SECONDS)
    return slow


@pytest.mark.parametrize("client", [_says_nothing, _takes_nothing])
def test_a_broker_that_ends_leaves_no_connection_open(
    client: Callable[[int], socket.socket], caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    broker = EmbeddedBroker("127.0.0.1", port, "x")
    broker.start()
    with client(port):
        broker.stop()
    del broker
    gc.collect()  # what is still open warns now, which is an error
    assert caplog.text == ""


def test_a_port_that_is_taken_is_told_in_words(here: Settings) -> None:
    with socket.create_server(("127.0.0.1", here.broker.port)):
        broker = EmbeddedBroker("127.0.0.1", here.broker.port, "x")
        with pytest.raises(BrokerFailed, match=f"cannot start on 127.0.0.1:{here.broker.port}") as caught:
            broker.start()
    assert "embedded = false" in caught.value.hint


def test_it_serves_this_machine_only() -> None:
    with pytest.raises(BrokerFailed, match="this machine only"):
        EmbeddedBroker("0.0.0.0", 1883, "x").start()
