"""The broker's settings in the operator's document do what they are given for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge.wire import counts_topic, health_topic, sales_topic, status_topic, subscriptions
from tests.docs.reading import blocks
from tests.server.ingest.running import Mosquitto, until
from tests.waiting import PATIENCE_SECONDS

STORE = "high-street"


@contextmanager
def connected(port: int, user: str) -> Iterator[mqtt.Client]:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user)
    client.username_pw_set(user)
    client.connect("127.0.0.1", port)
    client.loop_start()
    until(client.is_connected, f"{user} is connected")
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.mark.broker
def test_everybody_writes_only_their_own_topics(tmp_path: Path) -> None:
    (settings,), (rights,) = blocks("docs/operations.md", "conf"), blocks("docs/operations.md", "acl")
    acl = tmp_path / "acl"
    acl.write_text(rights, "utf-8")
    acl.chmod(0o600)
    broker = Mosquitto(tmp_path)
    # Without a password file anybody may take any name; which rights a name has is what is tried here.
    broker.start(
        *settings.splitlines(), f"persistence_location {tmp_path}/", "allow_anonymous true", f"acl_file {acl}"
    )
    heard: list[str] = []
    try:
        with (
            connected(broker.port, "footfall-server") as server,
            connected(broker.port, "door-1") as device,
            connected(broker.port, "till-2") as till,
        ):
            granted: list[int] = []
            server.on_message = lambda _client, _userdata, message: heard.append(message.topic)
            server.on_subscribe = lambda _client, _userdata, _mid, reasons, _properties: granted.extend(
                int(reason.value) for reason in reasons
            )
            server.subscribe(subscriptions())
            until(lambda: len(granted) == len(subscriptions()), "the server has subscribed")
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
    finally:
        broker.stop()
    assert sorted(heard) == sorted(topic for _, topic in allowed)
