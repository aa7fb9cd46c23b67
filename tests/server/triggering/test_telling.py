"""What the broker keeps for a zone is what the database holds, whoever tells it and whatever restarts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from sqlite_utils import Database

from server.config import BrokerSettings, Settings
from server.ingest.broker import EmbeddedBroker
from server.storage import zone_triggers
from server.storage.database import open_database, writing
from server.triggering.parts import Teller
from server.triggering.telling import tell
from tests.clients import talking
from tests.server.filling import settings_for
from tests.server.ingest.running import Mosquitto, free_port, until
from tests.waiting import PATIENCE_SECONDS

TOPIC = "footfall/v1/corner/zone/tea/recommendation"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = settings_for(tmp_path)
    with open_database(made.database) as db, writing(db):
        zone_triggers.keep(db, "corner", "tea", "{}", None)
    return made


def say(db: Database, payload: str) -> None:
    with writing(db):
        zone_triggers.say(db, "corner", "tea", payload)


@dataclass
class FakeBroker:
    """Keeps the last payload of each topic; `meanwhile` happens while it takes the first."""

    kept: dict[str, bytes] = field(default_factory=dict)
    taken: int = 0
    is_up: bool = True

    def publish(self, topic: str, payload: bytes) -> bool:
        self.taken += self.is_up
        if self.is_up:
            self.kept[topic] = payload
        return self.is_up


def test_each_change_is_told_once_and_everything_again_over_a_new_connection(settings: Settings) -> None:
    broker = FakeBroker()
    with open_database(settings.database) as db:
        assert tell(db, broker.publish, everything=True)
        assert broker.kept == {}, "a zone that never showed anything is not spoken of"
        say(db, "one")
        say(db, "one")
        for _ in range(3):
            assert tell(db, broker.publish, everything=False)
        assert (broker.taken, broker.kept) == (1, {TOPIC: b"one"})
        assert tell(db, broker.publish, everything=True)
        assert broker.taken == 2
        say(db, "")
        tell(db, broker.publish, everything=False)
        assert broker.kept == {TOPIC: b""}


def test_what_a_broker_does_not_take_is_told_later(settings: Settings) -> None:
    broker = FakeBroker(is_up=False)
    with open_database(settings.database) as db:
        say(db, "one")
        assert not tell(db, broker.publish, everything=False)
        broker.is_up = True
        assert tell(db, broker.publish, everything=False)
    assert broker.kept == {TOPIC: b"one"}


def test_of_two_that_tell_at_once_the_newest_stays(settings: Settings) -> None:
    broker = FakeBroker()
    with open_database(settings.database) as db, open_database(settings.database) as other:
        say(db, "one")

        def slowly(topic: str, payload: bytes) -> bool:
            if payload == b"one":
                # Meanwhile another process decides, tells it, and is overtaken by ours.
                say(other, "two")
                tell(other, broker.publish, everything=False)
            return broker.publish(topic, payload)

        assert tell(db, slowly, everything=False)
    assert broker.kept == {TOPIC: b"two"}


@contextmanager
def telling(settings: Settings) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Teller(settings).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def kept_by(port: int) -> bytes | None:
    """What a broker hands to whoever subscribes anew."""
    heard: list[bytes] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="later", protocol=mqtt.MQTTv311)
    answered = threading.Event()
    client.on_message = lambda _client, _userdata, message: heard.append(bytes(message.payload))
    client.on_subscribe = lambda *_: answered.set()
    client.connect("127.0.0.1", port)
    client.subscribe(TOPIC, qos=1)
    with talking(client):
        assert answered.wait(PATIENCE_SECONDS)
        threading.Event().wait(0.1)
    return heard[0] if heard else None


def at(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"broker": BrokerSettings(port=port)})


@pytest.mark.broker
def test_a_broker_that_forgot_everything_is_told_again(settings: Settings, tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    broker.start()
    try:
        with telling(at(settings, broker.port)), open_database(settings.database) as db:
            say(db, "one")
            until(lambda: kept_by(broker.port) == b"one", "the broker keeps it")
            broker.stop()
            broker.start()
            until(lambda: kept_by(broker.port) == b"one", "the broker keeps it again")
            say(db, "")
            until(lambda: kept_by(broker.port) is None, "the broker keeps nothing")
    finally:
        broker.stop()


def test_the_embedded_broker_keeps_it_too(settings: Settings) -> None:
    port = free_port()
    broker = EmbeddedBroker("127.0.0.1", port, "footfall-server")
    broker.start()
    try:
        with telling(at(settings, port)), open_database(settings.database) as db:
            say(db, "one")
            until(lambda: kept_by(port) == b"one", "the broker keeps it")
    finally:
        broker.stop()
