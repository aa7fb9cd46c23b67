"""A real broker, a real listener, and a device that publishes."""

from __future__ import annotations

import getpass
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from edge.wire import Counts, Health, Live, Sale, Status, encode
from server.config import Settings
from server.ingest.apply import BatchResult
from server.ingest.listener import Listener
from server.storage.database import open_database
from server.storage.devices import camera_states
from server.storage.sales import held_ticket
from tests.clients import talking
from tests.needs import program
from tests.ports import free_port as free_port
from tests.server.samples import NOON, sale, status
from tests.waiting import PATIENCE_SECONDS
from tests.waiting import until as until

LAST_YEAR = "last-year"
"""A ticket by which it is known that a listener hears."""


def mosquitto_program() -> str:
    """Where Mosquitto is."""
    return program("Mosquitto", "mosquitto")


class Mosquitto:
    """A Mosquitto of the test's own on this machine."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._program = mosquitto_program()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> None:
        """Start it, with more lines of configuration or open to all, and wait until it takes connections."""
        configuration = self._folder / "mosquitto.conf"
        # Of the test's own user, who may read the test's folder; it counts only where that is root.
        lines = [f"user {getpass.getuser()}", f"listener {self.port} 127.0.0.1"]
        lines += more or ("allow_anonymous true",)
        configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._process = subprocess.Popen(
            [self._program, "-c", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until(self._answers, "Mosquitto answers")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "Mosquitto ended at once"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def listening(
    settings: Settings, after_commit: Callable[[BatchResult], None] = lambda _: None
) -> Iterator[None]:
    """A listener that runs within the block."""
    stop = threading.Event()
    listener = Listener(settings, lambda: datetime.now(UTC), after_commit)
    thread = threading.Thread(target=listener.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


@contextmanager
def device(port: int) -> Iterator[Callable[[Counts | Live | Status | Health | Sale], None]]:
    """A function that publishes a message and returns once the broker has it."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="device", protocol=mqtt.MQTTv311)
    client.connect("127.0.0.1", port)

    def publish(message: Counts | Live | Status | Health | Sale) -> None:
        state = isinstance(message, Status | Health)
        client.publish(message.topic, encode(message), qos=1, retain=state).wait_for_publish(PATIENCE_SECONDS)

    with talking(client):
        yield publish


def wait_for_subscription(settings: Settings) -> None:
    """Return once the listener certainly hears on both its connections.

    A retained status has reached the database by the one, and a ticket of last year by the other: what is
    published before a connection subscribes for the first time is heard by nobody.
    """
    with device(settings.broker.port) as publish, open_database(settings.database, read_only=True) as db:

        def hears() -> bool:
            publish(status())
            publish(sale(LAST_YEAR).model_copy(update={"at": NOON - timedelta(days=365)}))
            return bool(camera_states(db, "demo")) and held_ticket(db, "demo", LAST_YEAR) is not None

        until(hears, "the listener hears")
