"""Tells the broker what it is to keep for each zone, and again whenever the connection is new."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from sqlite_utils import Database

from edge.wire import recommendation_topic
from server.config import BrokerSettings, ConfigError
from server.storage import zone_triggers
from server.storage.zone_triggers import ZoneMessage

_KEEPALIVE_SECONDS = 30
_ANSWER_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 30

_log = logging.getLogger("footfall.triggers")


class Publish(Protocol):
    """Has the broker keep a payload; whether it has it for certain."""

    def __call__(self, topic: str, payload: bytes) -> bool:
        """Publish it retained, with QoS 1."""
        ...


def tell(db: Database, publish: Publish, *, everything: bool) -> bool:
    """Tell the broker what it does not have yet, or `everything` anew; whether it has it all now.

    Another process may tell a newer message in between, and ours would overwrite it. So it is looked
    afterwards whether ours is still the one, and if not, the newer one is told again.
    """
    messages = zone_triggers.all_messages(db) if everything else zone_triggers.untold(db)
    outcomes = [_told(db, publish, message) for message in messages]
    return all(outcomes)


def _told(db: Database, publish: Publish, message: ZoneMessage) -> bool:
    while publish(recommendation_topic(message.store, message.zone), message.payload.encode()):
        zone_triggers.told(db, message)
        newer = zone_triggers.current(db, message.store, message.zone)
        if newer is None or newer.number == message.number:
            return True
        message = newer
    return False


class Connection:
    """A connection to the broker that is made again by itself. Use it within `connected`."""

    def __init__(self, broker: BrokerSettings) -> None:
        self._place = f"{broker.host}:{broker.port}"
        self._is_new = threading.Event()
        # The broker chooses the name: so two of these never push one another out.
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="", protocol=mqtt.MQTTv311, clean_session=True
        )
        self._client.username_pw_set(broker.username or None, broker.password() or None)
        if broker.ca_file:
            self._client.tls_set_context(_tls(broker))
        self._client.on_connect = self._on_connect
        self._client.reconnect_delay_set(1, _LONGEST_PAUSE_SECONDS)
        self._client.connect_async(broker.host, broker.port, _KEEPALIVE_SECONDS)

    def start(self) -> None:
        """Begin to connect, in a thread of its own."""
        self._client.loop_start()

    def stop(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop_stop()
        self._client.reinitialise()  # closes paho's own sockets

    def is_new(self) -> bool:
        """Whether the broker may have forgotten everything since this was last asked."""
        if not self._is_new.is_set():
            return False
        self._is_new.clear()
        return True

    def renew(self) -> None:
        """Have everything told once more."""
        self._is_new.set()

    @property
    def stands(self) -> bool:
        """Whether the broker can be told anything now."""
        return self._client.is_connected()

    def publish(self, topic: str, payload: bytes) -> bool:
        """Have the broker keep a payload; False where it has not said so in time."""
        if not self.stands:
            return False
        sent = self._client.publish(topic, payload, qos=1, retain=True)
        try:
            sent.wait_for_publish(_ANSWER_SECONDS)
        except (ValueError, RuntimeError):
            return False  # The connection broke; it is told again over the next.
        return sent.is_published()

    def _on_connect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: object,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        if reason.is_failure:
            _log.error("the broker at %s refuses to let zones be told what to show: %s", self._place, reason)
            return
        _log.info("zones are told what to show through the broker at %s", self._place)
        self._is_new.set()


@contextmanager
def connected(broker: BrokerSettings) -> Iterator[Connection]:
    """A connection that lives within the block.

    Raises:
        ConfigError: the broker's password or certificate file cannot be read.
    """
    connection = Connection(broker)
    connection.start()
    try:
        yield connection
    finally:
        connection.stop()


def _tls(broker: BrokerSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=broker.checked_ca_file())
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"broker.ca_file {broker.ca_file} cannot be used: {error}", "it holds certificates in PEM form"
        ) from error
