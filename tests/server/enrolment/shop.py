"""A real Mosquitto with the files that `enroll` writes, and clients with the bundles that it makes."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
import threading
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from server.accounts.by import By, by_command
from server.config import EnrolmentSettings, Settings
from server.enrolment import enrolling
from server.storage.broker_accounts import Kind
from server.storage.database import migrate, open_database
from tests.clients import talking
from tests.ports import free_port
from tests.server.ingest.running import mosquitto_program
from tests.waiting import PATIENCE_SECONDS, until

STORES = ("high-street", "annex")


def shop_settings(folder: Path) -> Settings:
    """Two stores; the broker on a free port of this machine."""
    state = folder / "state"
    state.mkdir()
    settings = Settings(
        database=folder / "footfall.db",
        stores={store: {"name": store, "time_zone": "UTC"} for store in STORES},
        enrolment=EnrolmentSettings(
            folder=str(folder / "broker"),
            hosts=("127.0.0.1", "localhost"),
            port=free_port(),
            state_folder=str(state),
            pid_file=str(folder / "mosquitto.pid"),
        ),
    )
    migrate(settings.database)
    return settings


def without_pid_file(settings: Settings) -> Settings:
    enrolment = settings.enrolment.model_copy(update={"pid_file": ""})
    return settings.model_copy(update={"enrolment": enrolment})


def by() -> By:
    return by_command(datetime.now(UTC))


def enrol(settings: Settings, store: str, kind: Kind, name: str, *, rotate: bool = False) -> Path:
    """Enrol one, and give its bundle."""
    with open_database(settings.database) as db:
        outcome = enrolling.enroll(db, settings, store, kind, name, by(), rotate=rotate)
    assert outcome.bundle
    return outcome.bundle


def revoke(settings: Settings, store: str, kind: Kind, name: str) -> None:
    with open_database(settings.database) as db:
        enrolling.revoke(db, settings, store, kind, name, by())


def set_up(settings: Settings) -> Path:
    """The server's own bundle."""
    with open_database(settings.database) as db:
        outcome = enrolling.set_up(db, settings, by())
    assert outcome.bundle
    return outcome.bundle


@contextmanager
def running(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Mosquitto by the written configuration, which is taken as it stands."""
    written = Path(settings.enrolment.folder) / "mosquitto" / "mosquitto.conf"
    # Of the test's own user, who may read the test's folder; the line counts only where that is root.
    begun = written.with_name("begun.conf")
    begun.write_text(f"user {getpass.getuser()}\n{written.read_text('utf-8')}", "utf-8")
    with (written.parent / "log").open("ab") as log:
        process = subprocess.Popen([mosquitto_program(), "-c", str(begun)], stdout=log, stderr=log)
    try:
        until(lambda: process.poll() is not None or _answers(settings), "Mosquitto answers")
        assert process.poll() is None, (written.parent / "log").read_text("utf-8")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def _answers(settings: Settings) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", settings.enrolment.port)) == 0


@dataclass
class Client:
    """One connection, what it was told, and what it heard."""

    mqtt: mqtt.Client
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    granted: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)

    def publish(self, topic: str, payload: bytes = b"x", *, retain: bool = False) -> None:
        """Publish, and return once the broker has answered; it does so whether it was allowed or not."""
        self.mqtt.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENCE_SECONDS)

    def break_off(self) -> None:
        """Go without a word, as a device does whose power fails."""
        found = self.mqtt.socket()
        assert isinstance(found, socket.socket)
        found.shutdown(socket.SHUT_RDWR)
        assert self.left.wait(PATIENCE_SECONDS)

    def subscribe(self, *topics: str) -> None:
        self.granted.clear()
        self.mqtt.subscribe([(topic, 1) for topic in topics])
        assert self.granted.wait(PATIENCE_SECONDS)


@contextmanager
def connecting(
    bundle: Path, *, password: str | None = None, will: str = "", client_id: str = ""
) -> Iterator[Client]:
    """A client with what a bundle holds, as the device would use it; with an id its session is kept."""
    section = tomllib.loads((bundle / "broker.toml").read_text("utf-8"))["broker"]
    known = (bundle / section["password_file"]).read_text("utf-8").strip()
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id or f"test-{os.urandom(6).hex()}",
        protocol=mqtt.MQTTv311,
        clean_session=not client_id,
        reconnect_on_failure=False,
    )
    one = Client(client)
    client.on_message = lambda _c, _u, message: one.heard.append((message.topic, bytes(message.payload)))
    client.on_subscribe = lambda *_: one.granted.set()
    client.on_connect = lambda _c, _u, _f, reason, _p: one.answered.append(str(reason))
    client.on_disconnect = lambda *_: one.left.set()
    if will:
        client.will_set(will, b"will", qos=1)
    client.username_pw_set(section["username"], known if password is None else password)
    client.tls_set(ca_certs=str(bundle / section["ca_file"]))
    client.connect(section["host"], section["port"])
    with talking(client):
        until(lambda: bool(one.answered), "the broker has answered")
        yield one


def is_let_in(bundle: Path, password: str | None = None) -> bool:
    """Whether the broker takes what a bundle holds."""
    with connecting(bundle, password=password) as client:
        return client.answered == [str(ReasonCode(PacketTypes.CONNACK, "Success"))]


def soon(topics: Sequence[str], client: Client) -> list[str]:
    """What a client has heard once all these topics have come; in the order in which it came."""
    until(lambda: {topic for topic, _ in client.heard} >= set(topics), f"{topics} have come")
    time.sleep(0.2)
    return [topic for topic, _ in client.heard]
