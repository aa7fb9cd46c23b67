"""Badges from readers over a real broker."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from edge.uplink import BadgeReaders
from edge.uplink.badges import BadgeListener
from edge.wire import BadgeRead, badge_topic, encode
from tests.clients import talking
from tests.edge.cast import NOON, until
from tests.edge.uplink.broker import Listener, Mosquitto, listening
from tests.edge.uplink.test_publisher import Device, publishing

pytestmark = pytest.mark.broker

SECRET = "7000123"


def read(till: str = "till-1", badge: str = SECRET) -> BadgeRead:
    """A badge that was read at noon."""
    return BadgeRead(store="shop", till=till, badge=badge, at=datetime.fromtimestamp(NOON, UTC))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    mosquitto.start()
    yield mosquitto
    mosquitto.kill()


@contextmanager
def hearing(folder: Path, port: int, *readers: str) -> Iterator[list[BadgeRead]]:
    """A camera's process that hears the badges of some readers, once it has subscribed."""
    heard: list[BadgeRead] = []
    device = Device(folder / "outbox.db", port, badges=BadgeReaders("shop", readers, heard.append))
    with publishing(device) as publisher:
        until(lambda: publisher.connected, "it is connected")
        yield heard


def tell(port: int, topic: str, payload: bytes, *, retain: bool = False) -> None:
    """A reader says something."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    client.connect("127.0.0.1", port)
    with talking(client):
        client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)


def tell_until_heard(port: int, heard: list[BadgeRead], message: BadgeRead) -> None:
    """Says a badge again and again: the first may come before the subscription is in force."""

    def is_heard() -> bool:
        tell(port, message.topic, encode(message))
        return message in heard

    until(is_heard, "the badge is heard")


def test_a_badge_of_a_reader_beside_the_camera_is_heard_and_of_others_is_not(
    broker: Mosquitto, tmp_path: Path
) -> None:
    with hearing(tmp_path, broker.port, "till-1", "till-2") as heard:
        tell_until_heard(broker.port, heard, read("till-1"))
        tell(broker.port, badge_topic("shop", "till-3"), encode(read("till-3")))
        tell(broker.port, badge_topic("other", "till-1"), encode(read("till-1")))
        tell_until_heard(broker.port, heard, read("till-2"))

    assert {message.till for message in heard} == {"till-1", "till-2"}
    assert {message.store for message in heard} == {"shop"}


def test_after_the_broker_was_away_badges_are_heard_again(broker: Mosquitto, tmp_path: Path) -> None:
    with hearing(tmp_path, broker.port, "till-1") as heard:
        tell_until_heard(broker.port, heard, read(badge="7000"))
        broker.kill()
        broker.start()
        tell_until_heard(broker.port, heard, read(badge="7001"))


def test_a_badge_that_the_broker_kept_from_long_ago_is_not_heard(broker: Mosquitto, tmp_path: Path) -> None:
    tell(broker.port, badge_topic("shop", "till-1"), encode(read(badge="7000")), retain=True)
    with hearing(tmp_path, broker.port, "till-1") as heard:
        tell_until_heard(broker.port, heard, read(badge="7001"))

    assert {message.badge for message in heard} == {"7001"}


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(SECRET.encode(), id="only the number"),
        pytest.param(b'{"schema": "' + SECRET.encode() + b'"}', id="the number in a wrong place"),
        pytest.param(encode(read(till="till-2")), id="another reader's"),
        pytest.param(
            encode(read()).replace(b'"badge":"7000123"', b'"badge":7000123'), id="a number as number"
        ),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_cannot_be_read_is_said_once_without_what_it_holds_and_stops_nothing(
    payload: bytes, broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with hearing(tmp_path, broker.port, "till-1") as heard:
        tell_until_heard(broker.port, heard, read())
        for _ in range(3):
            tell(broker.port, badge_topic("shop", "till-1"), payload)
        tell_until_heard(broker.port, heard, read(badge="7001"))

    said = [record.getMessage() for record in caplog.records]
    assert len([one for one in said if "is no badge that can be read" in one]) == 1
    assert not [one for one in said if SECRET in one]


def test_numbers_of_badges_are_neither_published_nor_kept(broker: Mosquitto, tmp_path: Path) -> None:
    with listening(broker.port, Listener()) as listener, hearing(tmp_path, broker.port, "till-1") as heard:
        tell_until_heard(broker.port, heard, read())
        until(lambda: any("health" in topic for topic, _, _ in listener.heard), "health is told")

    from_device = [payload for topic, payload, _ in listener.heard if "/pos/" not in topic]
    assert from_device
    assert not [payload for payload in from_device if SECRET.encode() in payload]
    assert not [path for path in tmp_path.glob("outbox*") if SECRET.encode() in path.read_bytes()]


def test_a_broker_that_refuses_to_tell_of_badges_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    # Mosquitto grants every subscription and then keeps quiet; others refuse as MQTT 3.1.1 has it.
    refused = ReasonCode(PacketTypes.SUBACK, identifier=128)
    listener = BadgeListener(BadgeReaders("shop", ("till-1",), lambda read: None))
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    for _ in range(3):
        listener.on_subscribe(client, None, 1, [refused], None)

    [said] = [record.getMessage() for record in caplog.records]
    assert "does not let this device hear badges; let it read footfall/v1/shop/pos/+/badge" in said
