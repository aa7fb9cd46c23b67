"""Audits over a real broker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.outbox import Audits, Outbox
from edge.uplink import BrokerAddress, Publisher
from edge.wire import Audit
from tests.edge.cast import NOON, until
from tests.edge.outbox.test_audits import audit
from tests.edge.uplink.broker import Mosquitto, listening
from tests.edge.uplink.test_publisher import FakeReporter

pytestmark = pytest.mark.broker


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
