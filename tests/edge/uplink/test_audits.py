"""Audits over a real broker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edge.outbox import Audits, Outbox
from edge.uplink import BrokerAddress, Publisher
from edge.uplink.audits import ANSWER_SECONDS, LOOK_SECONDS, AuditSender
from edge.wire import Audit
from tests.edge.cast import NOON, until
from tests.edge.outbox.test_audits import audit
from tests.edge.uplink.broker import Mosquitto, listening
from tests.edge.uplink.test_publisher import FakeReporter


@contextmanager
def publishing(folder: Path, port: int) -> Iterator[None]:
    publisher = Publisher(
        "footfall-shop-door-1-entrance",
        BrokerAddress("127.0.0.1", port),
        lambda: Outbox(folder / "outbox.db"),
        FakeReporter(),
        lambda: NOON,
        time.monotonic,
        audits=Audits(folder / "audits"),
    )
    publisher.start()
    try:
        yield
    finally:
        publisher.stop()


@pytest.mark.broker
def test_audits_are_sent_once_the_camera_is_counted_and_then_forgotten(tmp_path: Path) -> None:
    audits, broker = Audits(tmp_path / "audits"), Mosquitto(tmp_path)
    audits.put(audit(0))
    audits.put(audit(15))
    with publishing(tmp_path, broker.port):
        time.sleep(0.5)
        assert len(audits.oldest(5)) == 2, "the broker is away"
        broker.start()
        with listening(broker.port) as listener:
            until(lambda: not audits.oldest(5), "the broker has them")
            until(lambda: len(listener.messages()) >= 3, "they are heard beside the status")
    broker.kill()
    heard = [one for one in listener.messages() if isinstance(one, Audit)]
    assert heard == [audit(0), audit(15)]


class FakeClient(mqtt.Client):
    """Numbers what is published and sends nothing."""

    def __init__(self) -> None:
        super().__init__(CallbackAPIVersion.VERSION2)
        self.sent: list[str] = []

    def publish(self, topic: str, *args: Any, **more: Any) -> mqtt.MQTTMessageInfo:
        self.sent.append(topic)
        return mqtt.MQTTMessageInfo(len(self.sent))


class Undeletable(Audits):
    """A folder of somebody else's."""

    def delivered(self, name: str) -> None:
        """Leaves everything where it is."""


def test_an_audit_is_sent_again_only_where_the_broker_never_answers(tmp_path: Path) -> None:
    audits, client = Undeletable(tmp_path), FakeClient()
    audits.put(audit(0))
    sender = AuditSender(audits)
    sender.send(client, 0.0)
    sender.send(client, LOOK_SECONDS)
    assert len(client.sent) == 1, "it is on its way"
    sender.send(client, ANSWER_SECONDS + LOOK_SECONDS)
    assert len(client.sent) == 2, "never answered"
    sender.acknowledged(2)
    sender.acknowledged(77)
    sender.send(client, 2 * ANSWER_SECONDS)
    assert len(client.sent) == 2, "delivered, although it is still there"
