"""A real Mosquitto, and somebody who listens to it."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import paho.mqtt.publish as publish
from paho.mqtt.enums import CallbackAPIVersion

from edge.wire import Counts, decode
from edge.wire.messages import Message
from tests.clients import talking
from tests.needs import program
from tests.ports import free_port
from tests.waiting import PATIENCE_SECONDS, until

ASIDE = "footfall/aside"
"""No topic of ours: with it a listener knows that what was said before has come."""


class Mosquitto:
    """A Mosquitto of the test's own on this machine; it keeps nothing when it goes."""

    def __init__(self, folder: Path, *, settings: str = "allow_anonymous true\n") -> None:
        self.port = free_port()
        self._program = program("Mosquitto", "mosquitto")
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text(
            f"listener {self.port} 127.0.0.1\npersistence false\nuser root\n{settings}", encoding="utf-8"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers, "Mosquitto answers")

    def kill(self) -> None:
        """End it at once, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Listener:
    """Keeps everything that comes, in order: (topic, payload, whether it was kept by the broker)."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self.subscribed = threading.Event()

    def counts(self) -> list[Counts]:
        """All buckets that came, in order."""
        return [message for message in self.messages() if isinstance(message, Counts)]

    def messages(self) -> list[Message]:
        """Everything that came and was not emptied."""
        return [decode(topic, payload) for topic, payload, _ in list(self.heard) if payload]

    def newest(self) -> dict[int, Counts]:
        """The highest revision of each minute (seconds since the epoch)."""
        best: dict[int, Counts] = {}
        for message in self.counts():
            start = int(message.bucket_start.timestamp())
            if start not in best or best[start].revision < message.revision:
                best[start] = message
        return best


@contextmanager
def listening(port: int, into: Listener | None = None) -> Iterator[Listener]:
    """Somebody who is subscribed to everything, at the broker of that port."""
    listener = into or Listener()
    listener.subscribed.clear()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)

    def subscribe(connected: mqtt.Client, *_: object) -> None:
        connected.subscribe("footfall/#", qos=0)

    def note(_: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        listener.heard.append((message.topic, bytes(message.payload), message.retain))

    client.on_connect = subscribe
    client.on_subscribe = lambda *_: listener.subscribed.set()
    client.on_message = note
    client.connect("127.0.0.1", port)
    with talking(client):
        assert listener.subscribed.wait(PATIENCE_SECONDS)
        yield listener


def kept(port: int) -> dict[str, bytes]:
    """What the broker keeps for those who come later: topic to payload."""
    with listening(port) as listener:
        # What the broker keeps comes at once, and so before what is said only now.
        publish.single(ASIDE, port=port, hostname="127.0.0.1")
        until(
            lambda: any(topic == ASIDE for topic, _, _ in list(listener.heard)), "all that is kept has come"
        )
    return {topic: payload for topic, payload, retained in listener.heard if retained}
