"""The MQTT side of one camera's process: counts out of the outbox, status, health and what is seen now.

Counts are sent oldest first and forgotten only when the broker has acknowledged them. The broker's
absence is no error here: the outbox grows, and that is said once when it begins and once when it ends.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from edge.credentials import broker_password, unusable_authority
from edge.errors import EdgeError
from edge.outbox import Audits, DiskTrouble, Outbox, OutboxState
from edge.uplink.audits import AuditSender
from edge.uplink.badges import BadgeListener, BadgeReaders
from edge.uplink.configured import ConfigLink, ConfigListener
from edge.wire import Health, Live, Status, encode

BATCH = 50
"""Buckets on their way at once; paho sends at most 20 of them unacknowledged."""

FRESH = 3
"""So many of them may be of the last minutes while older ones wait: history does not hide today."""

FRESH_SECONDS = 180.0

AGAIN_SECONDS = 300.0
MOST_AGAIN = 500
"""What was acknowledged so lately is sent again to a broker that comes back: it may have lost it."""

ANSWER_SECONDS = 120.0
"""A bucket that the broker has not acknowledged for so long is sent again."""

IDLE_SECONDS = 0.25
RETRY_SECONDS = 2.0
LIVE_SECONDS = 2.0
HEALTH_SECONDS = 10.0
KEEPALIVE_SECONDS = 30
LONGEST_RECONNECT_SECONDS = 60

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is, and how to show oneself there."""

    host: str
    port: int
    username: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class _Sent:
    bucket: tuple[str, int, int]  # camera, bucket_start, revision
    at: float  # by the steady clock


class Reporter(Protocol):
    """What the uplink asks of the camera's process, in the uplink's own thread."""

    def online(self) -> Status:
        """The status to publish on connecting."""
        ...

    def offline(self) -> Status:
        """The status that the broker publishes as the last will, and that a graceful stop publishes."""
        ...

    def live(self) -> Live | None:
        """What the camera sees now; None before the first picture."""
        ...

    def health(self, outbox: OutboxState) -> Health:
        """How the process fares."""
        ...


class Publisher:
    """Publishes what one camera's process has to say. `start`, then `drain` or `stop`.

    Args:
        client_id: unique at the broker.
        address: the broker.
        open_outbox: opens the outbox; called in the publisher's own thread.
        reporter: the rest of what is published.
        clock: seconds since the epoch, for the age of what waits.
        monotonic: seconds of any steady clock, for intervals.
        badges: whose badges are to be heard; None: nobody's.
        audits: what the set-up page has left to be sent; None: nothing.
        configuration: hears of a new one and tells the one in use; None: neither.
        keepalive_seconds: a connection on which nothing comes for so long is asked, and given up.
    """

    def __init__(
        self,
        client_id: str,
        address: BrokerAddress,
        open_outbox: Callable[[], Outbox],
        reporter: Reporter,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        badges: BadgeReaders | None = None,
        audits: Audits | None = None,
        configuration: ConfigLink | None = None,
        keepalive_seconds: int = KEEPALIVE_SECONDS,
    ) -> None:
        self._keepalive_seconds = keepalive_seconds
        self._audits = AuditSender(audits) if audits else None
        self._configured = ConfigListener(configuration) if configuration else None
        self._badges = BadgeListener(badges) if badges else None
        self._address = address
        self._open_outbox = open_outbox
        self._reporter = reporter
        self._clock = clock
        self._monotonic = monotonic
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv311, clean_session=True
        )
        self._on_their_way: dict[int, _Sent] = {}  # by message id; only the uplink's thread touches it
        self._acknowledged: deque[int] = deque()  # message ids, from paho's thread
        self._state = OutboxState()
        self._stopping = threading.Event()
        self._asked = 0  # how often `drain` has asked whether the outbox is empty
        self._answered = 0  # the last question that was answered with yes
        self._connected = threading.Event()
        self._came_back = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        self._said_lost = False
        self.failure: EdgeError | None = None

    def start(self) -> None:
        """Begins to connect and to publish; returns at once, whether or not the broker is there.

        Raises:
            EdgeError: the password or certificate file cannot be used.
        """
        client = self._client
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        if self._badges:
            client.on_subscribe = self._badges.on_subscribe
            client.on_message = self._badges.on_message
        self._show_credentials()
        will = self._reporter.offline()
        client.will_set(will.topic, encode(will), qos=1, retain=True)
        client.reconnect_delay_set(1, LONGEST_RECONNECT_SECONDS)
        client.connect_async(self._address.host, self._address.port, self._keepalive_seconds)
        client.loop_start()
        self._thread.start()

    def drain(self, seconds: float, unreached_seconds: float = 10.0) -> bool:
        """Waits until the broker has everything; whether it has.

        Args:
            seconds: how long to wait at most.
            unreached_seconds: how long at most while the broker is not there.
        """
        # A question of its own: what was found before the last counts were put is no answer to it.
        self._asked += 1
        began = self._monotonic()
        while self._answered < self._asked:
            self._thread.join(0.1)
            waited = self._monotonic() - began
            most = seconds if self.connected else min(seconds, unreached_seconds)
            if waited > most or not self._thread.is_alive():
                return False
        return True

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._connected.is_set()

    def stop(self) -> None:
        """Says goodbye and ends both threads; what waits stays in the outbox."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=10)
        if self.connected:
            goodbye = self._reporter.offline()
            sent = self._client.publish(goodbye.topic, encode(goodbye), qos=1, retain=True)
            try:
                sent.wait_for_publish(timeout=2)
            except (RuntimeError, ValueError):
                log.debug("the broker left before the goodbye")
        self._client.disconnect()
        self._client.loop_stop()
        self._client.reinitialise()  # closes paho's own sockets, and lets go of our callbacks

    def _show_credentials(self) -> None:
        address = self._address
        if address.username:
            password = broker_password(address.password_file) if address.password_file else None
            self._client.username_pw_set(address.username, password)
        if address.ca_file:
            try:
                self._client.tls_set(ca_certs=str(address.ca_file))
            except (OSError, ssl.SSLError) as error:
                raise unusable_authority(address.ca_file, error) from None

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._work()
            except EdgeError as error:
                self._note_failure(error)
                self._stopping.wait(RETRY_SECONDS)

    def _work(self) -> None:
        outbox = self._open_outbox()
        try:
            self._publish_until_stopped(outbox)
            self._settle(outbox)
        finally:
            outbox.close()

    def _publish_until_stopped(self, outbox: Outbox) -> None:
        live_due = health_due = self._monotonic()
        while not self._stopping.wait(IDLE_SECONDS):
            self._deliver(outbox)
            if not self.connected:
                continue
            if self._configured:
                self._configured.tell(self._client)
            if self._audits:
                self._audits.send(self._client, self._monotonic())
            now = self._monotonic()
            if now >= live_due:
                live_due = now + LIVE_SECONDS
                self._send_live()
            if now >= health_due:
                health_due = now + HEALTH_SECONDS
                self._send_health(outbox)

    def _deliver(self, outbox: Outbox) -> None:
        """Sends what waits. A full disk stops that, and nothing else: health goes on to tell of it."""
        try:
            self._settle(outbox)
            if self.connected:
                self._send_waiting(outbox)
        except DiskTrouble as error:
            self._note_failure(error)

    def _note_failure(self, error: EdgeError) -> None:
        if not self.failure:
            log.error("nothing can be published: %s (trying again for ever)", error)
        self.failure = error

    def _settle(self, outbox: Outbox) -> None:
        """Notes what was acknowledged. What the disk does not take now is noted later."""
        while self._acknowledged:
            message_id = self._acknowledged[0]
            if self._audits:
                self._audits.acknowledged(message_id)
            sent = self._on_their_way.get(message_id)
            if sent:
                outbox.delivered(*sent.bucket, self._clock())
                self._healed()
            self._on_their_way.pop(message_id, None)
            self._acknowledged.popleft()

    def _healed(self) -> None:
        if self.failure:
            log.info("counts are published again")
        self.failure = None

    def _send_waiting(self, outbox: Outbox) -> None:
        now, asked = self._monotonic(), self._asked
        if self._came_back.is_set():
            self._came_back.clear()
            outbox.send_again(self._clock() - AGAIN_SECONDS, MOST_AGAIN)
        for message_id in [i for i, sent in self._on_their_way.items() if now - sent.at > ANSWER_SECONDS]:
            del self._on_their_way[message_id]  # never answered: sent again, which counts once all the same
        skip = frozenset(sent.bucket for sent in self._on_their_way.values())
        room = max(0, BATCH - len(skip))
        fresh = outbox.fresh(self._clock() - FRESH_SECONDS, min(FRESH, room), skip=skip) if room else []
        taken = skip | {(one.camera, one.bucket_start, one.revision) for one in fresh}
        waiting = fresh + outbox.oldest(room - len(fresh), skip=taken)
        if not waiting and not skip:
            self._answered = asked
            self._healed()
        outbox.sending(waiting, self._clock())
        for bucket in waiting:
            message = self._client.publish(bucket.topic, bucket.body, qos=1)
            self._on_their_way[message.mid] = _Sent(
                (bucket.camera, bucket.bucket_start, bucket.revision), now
            )

    def _send_live(self) -> None:
        live = self._reporter.live()
        if live:
            self._client.publish(live.topic, encode(live), qos=0)

    def _send_health(self, outbox: Outbox) -> None:
        try:
            self._state = outbox.state(self._clock())
        except DiskTrouble as error:
            self._note_failure(error)
        health = self._reporter.health(self._state)
        self._client.publish(health.topic, encode(health), qos=0, retain=True)

    def _on_connect(
        self,
        client: mqtt.Client,
        userdata: object,
        flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        properties: object,
    ) -> None:
        del userdata, flags, properties
        if reason.is_failure:
            self._say_lost(f"refused the connection: {reason}")
            return
        if self._said_lost:
            log.info("the broker %s:%s is back", self._address.host, self._address.port)
        self._said_lost = False
        status = self._reporter.online()
        client.publish(status.topic, encode(status), qos=1, retain=True)
        if self._badges:
            self._badges.subscribe(client)
        if self._configured:
            self._configured.subscribe(client)
        self._came_back.set()
        self._connected.set()

    def _on_connect_fail(self, client: mqtt.Client, userdata: object) -> None:
        del client, userdata
        self._say_lost("cannot be reached")

    def _on_disconnect(
        self,
        client: mqtt.Client,
        userdata: object,
        flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        properties: object,
    ) -> None:
        del client, userdata, flags, properties
        self._connected.clear()
        if not self._stopping.is_set():
            self._say_lost(f"is gone: {reason}")

    def _say_lost(self, what: str) -> None:
        if not self._said_lost:
            log.warning(
                "the broker %s:%s %s; counts are kept and sent when it is back",
                self._address.host,
                self._address.port,
                what,
            )
        self._said_lost = True

    def _on_publish(
        self, client: mqtt.Client, userdata: object, mid: int, reason: ReasonCode, properties: object
    ) -> None:
        # paho holds its own lock here: anything that waits for the uplink's thread would block both.
        del client, userdata, properties
        if not reason.is_failure:
            self._acknowledged.append(mid)
