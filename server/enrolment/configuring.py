"""A device's configuration, sent through the broker, and what the device says of it."""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from edge.wire import ConfigSet, ConfigState, WireError, config_set_topic, config_state_topic, decode, encode
from server.config import BrokerSettings
from server.errors import ServerError

CONNECT_SECONDS = 10.0


class BrokerUnreachable(ServerError):
    """The broker is not there, or does not let the server in."""

    exit_code = 5


@dataclass(slots=True)
class Heard:
    """What the device says of its configuration, as it comes."""

    digest: str | None
    newest: ConfigState | None = None
    answered: threading.Event = field(default_factory=threading.Event)

    def hear(self, message: mqtt.MQTTMessage) -> None:
        """Notes it; it is the answer if it speaks of the configuration that was sent, or if none was."""
        try:
            state = decode(message.topic, bytes(message.payload))
        except WireError:
            return  # of a version that we do not know, or emptied
        if isinstance(state, ConfigState):
            self.newest = state
            if self.digest is None or self.digest in (state.applied, state.refused):
                self.answered.set()


def configure(
    broker: BrokerSettings, store: str, device: str, toml: str, wait_seconds: float
) -> ConfigState | None:
    """Sends a configuration, which the broker keeps, and waits for what the device says of it.

    Returns the device's answer; None if it has not spoken of this configuration in that time: it may be off,
    and will hear of it.

    Raises:
        BrokerUnreachable: nothing was sent.
    """
    message = ConfigSet(store=store, device=device, toml=toml)
    heard = Heard(hashlib.sha256(toml.encode()).hexdigest())
    with _connected(broker, store, device, heard) as client:
        _send(client, message.topic, encode(message))
        return heard.newest if heard.answered.wait(wait_seconds) else None


def take_back(broker: BrokerSettings, store: str, device: str) -> None:
    """Takes back what was sent: the device goes on by its own file.

    Raises:
        BrokerUnreachable: nothing was sent.
    """
    with _connected(broker, store, device, Heard(None)) as client:
        _send(client, config_set_topic(store, device), b"")


def state_of(broker: BrokerSettings, store: str, device: str, wait_seconds: float) -> ConfigState | None:
    """What the device said last of its configuration; None if it never did.

    Raises:
        BrokerUnreachable: the broker cannot be asked.
    """
    heard = Heard(None)
    with _connected(broker, store, device, heard):
        heard.answered.wait(wait_seconds)
    return heard.newest


@contextmanager
def _connected(broker: BrokerSettings, store: str, device: str, heard: Heard) -> Iterator[mqtt.Client]:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    ready = threading.Event()
    refused: list[str] = []

    def on_connect(connected: mqtt.Client, _: object, __: object, reason: ReasonCode, ___: object) -> None:
        if reason.is_failure:
            refused.append(str(reason))
            ready.set()
        else:
            connected.subscribe(config_state_topic(store, device), qos=1)

    client.on_connect = on_connect
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = lambda _, __, message: heard.hear(message)
    try:
        if broker.username:
            client.username_pw_set(broker.username, broker.password())
        if broker.ca_file:
            client.tls_set(ca_certs=broker.ca_file)
        client.connect(broker.host, broker.port)
    except (OSError, ssl.SSLError) as error:
        raise _unreachable(broker, str(error)) from error
    client.loop_start()
    try:
        if not ready.wait(CONNECT_SECONDS) or refused:
            raise _unreachable(broker, refused[0] if refused else "it does not answer")
        yield client
    finally:
        client.disconnect()
        client.loop_stop()
        client.reinitialise()  # closes paho's own sockets


def _send(client: mqtt.Client, topic: str, payload: bytes) -> None:
    sent = client.publish(topic, payload, qos=1, retain=True)
    sent.wait_for_publish(CONNECT_SECONDS)
    if not sent.is_published():
        raise BrokerUnreachable("the broker has not taken the configuration", "try again")


def _unreachable(broker: BrokerSettings, why: str) -> BrokerUnreachable:
    return BrokerUnreachable(
        f"the broker {broker.host}:{broker.port} cannot be used: {why}",
        "is it running, and is [broker] right?",
    )
