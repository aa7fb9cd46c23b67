"""The broker's settings in the operator's document do what they are given for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge.wire import (
    config_set_topic,
    counts_topic,
    health_topic,
    sales_topic,
    status_topic,
    subscriptions,
)
from tests.clients import talking
from tests.docs.reading import blocks
from tests.server.ingest.running import Mosquitto, until
from tests.waiting import PATIENCE_SECONDS

STORE = "high-street"


@contextmanager
def connected(port: int, user: str) -> Iterator[mqtt.Client]:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user)
    client.username_pw_set(user)
    client.connect("127.0.0.1", port)
    with talking(client):
        until(client.is_connected, f"{user} is connected")
        yield client


@contextmanager
def documented_broker(folder: Path) -> Iterator[Mosquitto]:
    """A Mosquitto with the settings and rights of the document.

    Without a password file anybody may take any name; which rights a name has is what is tried here.
    """
    (settings,), (rights,) = blocks("docs/operations.md", "conf"), blocks("docs/operations.md", "acl")
    acl = folder / "acl"
    acl.write_text(rights, "utf-8")
    acl.chmod(0o600)
    broker = Mosquitto(folder)
    broker.start(
        *settings.splitlines(), f"persistence_location {folder}/", "allow_anonymous true", f"acl_file {acl}"
    )
    try:
        yield broker
    finally:
        broker.stop()


def hearing(client: mqtt.Client, filters: list[tuple[str, int]]) -> list[str]:
    """Subscribe, and wait until that is granted; the topics of what then comes."""
    heard: list[str] = []
    granted: list[int] = []
    client.on_message = lambda _client, _userdata, message: heard.append(message.topic)
    client.on_subscribe = lambda _client, _userdata, _mid, reasons, _properties: granted.extend(
        int(reason.value) for reason in reasons
    )
    client.subscribe(filters)
    until(lambda: len(granted) == len(filters), "the subscription is granted")
    return heard


@pytest.mark.broker
def test_everybody_writes_only_their_own_topics(tmp_path: Path) -> None:
    with (
        documented_broker(tmp_path) as broker,
        connected(broker.port, "footfall-server") as server,
        connected(broker.port, "door-1") as device,
        connected(broker.port, "till-2") as till,
    ):
        heard = hearing(server, subscriptions())
        device.publish(counts_topic(STORE, "door-2"), b"no", qos=1)
        device.publish(sales_topic(STORE, "till-2"), b"no", qos=1)
        till.publish(counts_topic(STORE, "door-1"), b"no", qos=1)
        allowed = [
            (till, sales_topic(STORE, "till-2")),
            (device, status_topic(STORE, "door-1", "entrance")),
            (device, health_topic(STORE, "door-1", "entrance")),
            (device, counts_topic(STORE, "door-1")),
        ]
        for client, topic in allowed:
            client.publish(topic, b"yes", qos=1).wait_for_publish(PATIENCE_SECONDS)
        until(lambda: len(heard) >= len(allowed), "all that is allowed has come")
    assert sorted(heard) == sorted(topic for _, topic in allowed)


@pytest.mark.broker
def test_a_configuration_from_afar_reaches_its_device_and_no_other(tmp_path: Path) -> None:
    with (
        documented_broker(tmp_path) as broker,
        connected(broker.port, "footfall-server") as server,
        connected(broker.port, "door-1") as device,
    ):
        heard = hearing(device, [(config_set_topic(STORE, "door-1").replace("door-1", "+"), 1)])
        for name in ("door-2", "door-1"):
            server.publish(config_set_topic(STORE, name), b"yes", qos=1).wait_for_publish(PATIENCE_SECONDS)
        until(lambda: bool(heard), "the configuration has come")
    assert heard == [config_set_topic(STORE, "door-1")]
