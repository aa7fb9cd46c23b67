"""The connection to the broker: batches in, acknowledgements out after the commit."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from sqlite_utils import Database

from edge.wire import subscriptions
from server.config import BrokerSettings, ConfigError, Settings
from server.ingest.apply import BatchResult, Received, apply_batch
from server.storage.database import open_database

BATCH_MESSAGES = 500
BATCH_SECONDS = 0.05
QUIET_SECONDS = 0.01
"""A batch ends early when nothing came for this long: brokers send few messages before the first
acknowledgement (Mosquitto 20)."""

MOST_LIVE_WAITING = 5_000
"""With more messages waiting than this, further ones of QoS 0 are dropped: a newer one comes soon."""

_KEEPALIVE_SECONDS = 30
_LONGEST_RECONNECT_SECONDS = 30
_LONGEST_STORE_PAUSE_SECONDS = 30.0
_RESTART_SECONDS = 5.0
_REMIND_SECONDS = 60.0

_State = Literal["up", "down", "refused"]

_log = logging.getLogger("footfall.listen")


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A message with what is needed to acknowledge it: its number, valid on one connection only."""

    message: Received
    number: int
    qos: int
    connection: int


class Listener:
    """Takes messages from the broker into the database, until it is stopped.

    `after_commit` is called between a batch's commit and its acknowledgement. `clock` gives the
    present in UTC.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        after_commit: Callable[[BatchResult], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._after_commit = after_commit
        self._arrived: queue.Queue[_Delivery] = queue.Queue()
        self._link = _Link(settings.broker, self._arrived)
        self._reports = _Reports()

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set. The broker and the disk may come and go meanwhile.

        Raises:
            StorageError: there is no database, or not one of this version.
            ConfigError: the broker's password or certificate file cannot be read.
        """
        with open_database(self._settings.database) as db:
            self._link.open(stop)
            try:
                while not stop.is_set():
                    if batch := self._next_batch():
                        self._store(db, batch, stop)
            finally:
                self._link.close()

    def _next_batch(self) -> list[_Delivery]:
        try:
            batch = [self._arrived.get(timeout=0.2)]
        except queue.Empty:
            return []
        ends_at = time.monotonic() + BATCH_SECONDS
        while len(batch) < BATCH_MESSAGES and (left := ends_at - time.monotonic()) > 0:
            try:
                batch.append(self._arrived.get(timeout=min(left, QUIET_SECONDS)))
            except queue.Empty:
                break
        return batch

    def _store(self, db: Database, batch: Sequence[_Delivery], stop: threading.Event) -> None:
        messages = [delivery.message for delivery in batch]
        pause_seconds = 0.5
        while True:
            try:
                result = apply_batch(db, self._settings, messages, self._clock())
            except sqlite3.OperationalError as error:
                self._reports.storing_fails(self._settings.database, error)
            else:
                break
            if stop.wait(pause_seconds):
                return  # Not acknowledged, so the broker sends them again.
            pause_seconds = min(2 * pause_seconds, _LONGEST_STORE_PAUSE_SECONDS)
        self._reports.stored(result)
        self._after_commit(result)
        self._link.acknowledge(batch)


class _Link:
    """The MQTT client with its network thread."""

    def __init__(self, broker: BrokerSettings, arrived: queue.Queue[_Delivery]) -> None:
        self._broker = broker
        self._arrived = arrived
        self._lock = threading.Lock()
        self._connection = 0
        self._said: _State | None = None
        self._stop = threading.Event()
        self._client: mqtt.Client | None = None
        self._thread: threading.Thread | None = None

    def open(self, stop: threading.Event) -> None:
        """Start to connect; goes on for ever in its own thread."""
        self._stop = stop
        client = self._configured()
        client.connect_async(self._broker.host, self._broker.port, _KEEPALIVE_SECONDS)
        self._client = client
        self._thread = threading.Thread(target=self._network, args=(client,), name="mqtt", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Say goodbye and end the thread."""
        if self._client is None or self._thread is None:
            return
        self._stop.set()
        while self._thread.is_alive():
            self._client.disconnect()
            self._thread.join(0.2)

    def acknowledge(self, batch: Sequence[_Delivery]) -> None:
        """Tell the broker that a batch is on disk, as far as it came on the present connection.

        Numbers begin anew with every connection, so an old one could name a message that is not yet
        stored. What is not acknowledged comes again, which changes nothing.
        """
        client = self._client
        if client is None:
            return
        with self._lock:
            for delivery in batch:
                if delivery.qos and delivery.connection == self._connection:
                    client.ack(delivery.number, delivery.qos)

    def _configured(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._broker.client_id,
            clean_session=False,
            protocol=mqtt.MQTTv311,
            manual_ack=True,
        )
        client.reconnect_delay_set(1, _LONGEST_RECONNECT_SECONDS)
        if self._broker.username:
            client.username_pw_set(self._broker.username, self._broker.password())
        if self._broker.ca_file:
            _use_tls(client, self._broker.checked_ca_file())
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _network(self, client: mqtt.Client) -> None:
        while not self._stop.is_set():
            try:
                client.loop_forever(retry_first_connection=True)
            except Exception:  # noqa: BLE001 -- top of a thread: logged, then started again
                _log.exception("the connection to the broker broke down; it starts again")
                self._stop.wait(_RESTART_SECONDS)

    def _on_connect(self, client: mqtt.Client, _: Any, __: Any, reason: ReasonCode, ___: Any) -> None:
        if self._stop.is_set():
            client.disconnect()
        elif reason.is_failure:
            self._say("refused", logging.ERROR, f"the broker at {self._place} refuses: {reason}")
        else:
            self._say("up", logging.INFO, f"listening at {self._place}")
            client.subscribe(subscriptions())

    def _on_connect_fail(self, _: mqtt.Client, __: Any) -> None:
        self._say("down", logging.WARNING, f"the broker at {self._place} cannot be reached; trying for ever")

    def _on_disconnect(self, _: mqtt.Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        with self._lock:
            self._connection += 1
        if not self._stop.is_set() and self._said != "refused":
            what = "is gone" if self._said == "up" else "breaks off; is it an MQTT broker?"
            self._say(
                "down", logging.WARNING, f"the broker at {self._place} {what} ({reason}); trying for ever"
            )

    def _on_subscribe(self, _: mqtt.Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        for (topic, _qos), reason in zip(subscriptions(), reasons, strict=False):
            if reason.is_failure:
                _log.error("the broker at %s does not let this listener hear %s", self._place, topic)

    def _on_message(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        if not message.qos and self._arrived.qsize() > MOST_LIVE_WAITING:
            return
        received = Received(_topic_of(message), bytes(message.payload), bool(message.retain))
        self._arrived.put(_Delivery(received, message.mid, message.qos, self._connection))

    @property
    def _place(self) -> str:
        return f"{self._broker.host}:{self._broker.port}"

    def _say(self, state: _State, level: int, sentence: str) -> None:
        """Log how the connection is when it changes, not each time it is found so again."""
        if state != self._said:
            _log.log(level, sentence)
            self._said = state


class _Reports:
    """What the log says of storing: once when it breaks, once when it heals, refusals now and then."""

    def __init__(self) -> None:
        self._failing = False
        self._set_aside = 0
        self._refused = 0
        self._silent_until = 0.0

    def storing_fails(self, database: Path, error: sqlite3.OperationalError) -> None:
        if not self._failing:
            _log.error(
                "nothing can be stored in %s: %s; trying again, the broker keeps what comes", database, error
            )
            self._failing = True

    def stored(self, result: BatchResult) -> None:
        if self._failing:
            _log.info("storing works again")
            self._failing = False
        self._set_aside += result.quarantined
        self._refused += result.refused
        if (self._set_aside or self._refused) and time.monotonic() >= self._silent_until:
            self._tell_of_refusals()

    def _tell_of_refusals(self) -> None:
        if self._set_aside:
            _log.warning("%d messages set aside; see: footfall-server quarantine list", self._set_aside)
        if self._refused:
            _log.error(
                "%d messages LOST: the quarantine is full; empty it with: footfall-server quarantine"
                " retry-all",
                self._refused,
            )
        self._set_aside = self._refused = 0
        self._silent_until = time.monotonic() + _REMIND_SECONDS


def _use_tls(client: mqtt.Client, ca_file: str) -> None:
    try:
        client.tls_set(ca_certs=ca_file)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"broker.ca_file {ca_file} cannot be used: {error}", "it holds certificates in PEM form"
        ) from error


def _topic_of(message: mqtt.MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return "(a topic that is not UTF-8)"
