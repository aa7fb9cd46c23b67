"""One connection to the broker, made again whenever it breaks. One thread uses it."""

from __future__ import annotations

import contextlib
import itertools
import logging
import socket
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.config import BrokerSettings, ConfigError
from server.ingest import packets
from server.ingest.packets import Granted, Incoming, ProtocolError, Published, Welcome

KEEPALIVE_SECONDS = 30
ANSWER_SECONDS = 10.0
LONGEST_RECONNECT_SECONDS = 30.0
READ_BYTES = 512 * 1024

_log = logging.getLogger("footfall.listen")


@dataclass(frozen=True, slots=True)
class Session:
    """What a connection is for.

    `kept`: the broker keeps what comes while it is away. `drop`: filters that this session may still
    hold from an earlier version or configuration.
    """

    client_id: str
    filters: Sequence[tuple[str, int]]
    kept: bool
    drop: Sequence[str] = ()


class Voice:
    """Says how the connections to one broker are when that changes, not each time it is found so again."""

    def __init__(self, place: str, connections: int) -> None:
        self._place = place
        self._connections = connections
        self._up: set[str] = set()
        self._said = ""

    def up(self, client_id: str) -> None:
        """A connection stands; said once all do."""
        self._up.add(client_id)
        if len(self._up) == self._connections:
            self._say("up", logging.INFO, f"listening at {self._place}")

    def refused(self, client_id: str, reason: str) -> None:
        """The broker does not let us in."""
        self._up.discard(client_id)
        self._say("refused", logging.ERROR, f"the broker at {self._place} refuses: {reason}")

    def unreachable(self, client_id: str) -> None:
        """Nobody answers."""
        self._up.discard(client_id)
        self._say("down", logging.WARNING, f"the broker at {self._place} cannot be reached; trying for ever")

    def lost(self, client_id: str, why: object) -> None:
        """A connection ended."""
        self._up.discard(client_id)
        what = "is gone" if self._said == "up" else "breaks off; is it an MQTT broker?"
        self._say("down", logging.WARNING, f"the broker at {self._place} {what} ({why}); trying for ever")

    def not_granted(self, topic: str) -> None:
        """A subscription was refused."""
        _log.error("the broker at %s does not let this listener hear %s", self._place, topic)

    def _say(self, state: str, level: int, sentence: str) -> None:
        if state != self._said and not (state == "down" and self._said == "refused"):
            _log.log(level, sentence)
            self._said = state


class Link:
    """A session at the broker. `now` is always the steady clock's, in seconds."""

    def __init__(self, broker: BrokerSettings, session: Session, voice: Voice) -> None:
        self._broker = broker
        self._session = session
        self._voice = voice
        self._tls = _tls(broker)
        self._socket: socket.socket | None = None
        self._incoming = Incoming()
        self._numbers = itertools.cycle(range(1, 1 << 16))
        self._try_at = 0.0
        self._pause_seconds = 1.0
        self._sent_at = 0.0
        self._heard_at = 0.0
        self._owed: list[int] = []

    @property
    def connected(self) -> socket.socket | None:
        """The socket to wait on; None while there is no connection."""
        return self._socket

    def has_bytes_waiting(self) -> bool:
        """Whether TLS holds bytes that waiting on the socket would not tell of."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def keep(self, now: float, *, reading: bool = True) -> None:
        """Connect where it is time to; say that we are there; find out that the broker is not.

        With `reading` False nobody reads at present, so silence proves nothing.
        """
        if self._socket is None:
            if now >= self._try_at:
                self._connect(now)
            return
        if reading and now - self._heard_at > 1.5 * KEEPALIVE_SECONDS:
            self._lose(now, "it does not answer")
        elif now - self._sent_at > KEEPALIVE_SECONDS / 2:
            self._send(packets.PING, now)

    def read(self, now: float) -> list[Published]:
        """What has come; call it when there is something to read."""
        if self._socket is None:
            return []
        try:
            data = self._socket.recv(READ_BYTES)
            found = self._incoming.feed(data)
        except ssl.SSLWantReadError:
            return []
        except (OSError, ProtocolError) as error:
            self._lose(now, error)
            return []
        if not data:
            self._lose(now, "it closed the connection")
            return []
        self._heard_at = now
        messages = self._sorted_out(found, now)
        self._owed += [message.number for message in messages if message.number]
        return messages

    def acknowledge(self, now: float) -> None:
        """Tell the broker that everything which was read is on disk.

        Only what came on the present connection: numbers begin anew with each, so an old one could name
        a message that is not yet stored. What is not acknowledged comes again, which changes nothing.
        """
        if self._owed:
            told, self._owed = packets.acknowledgements(self._owed), []
            self._send(told, now)

    def close(self) -> None:
        """Say goodbye. What is not acknowledged comes again."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendall(packets.DISCONNECT)
            self._drop()

    def _connect(self, now: float) -> None:
        try:
            self._socket = self._opened()
        except OSError as error:
            _log.debug("%s", error)
            self._later(now)
            self._voice.unreachable(self._session.client_id)
            return
        self._incoming = Incoming()
        self._heard_at = now
        greeting = packets.connect(
            self._session.client_id,
            KEEPALIVE_SECONDS,
            clean=not self._session.kept,
            username=self._broker.username,
            password=self._broker.password(),
        )
        self._send(greeting, now)

    def _opened(self) -> socket.socket:
        opened = socket.create_connection((self._broker.host, self._broker.port), ANSWER_SECONDS)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._tls.wrap_socket(opened, server_hostname=self._broker.host) if self._tls else opened
        except BaseException:
            opened.close()
            raise

    def _sorted_out(self, found: Iterable[packets.Packet], now: float) -> list[Published]:
        """The messages; of the answers notice is taken."""
        messages = []
        for packet in found:
            if isinstance(packet, Published):
                messages.append(packet)
            elif isinstance(packet, Welcome):
                self._welcomed(packet, now)
            else:
                self._granted(packet)
        return messages

    def _welcomed(self, packet: Welcome, now: float) -> None:
        if packet.code:
            self._voice.refused(
                self._session.client_id, packets.REFUSALS.get(packet.code, f"code {packet.code}")
            )
            self._drop()
            self._later(now)
            return
        self._pause_seconds = 1.0
        if self._session.drop:
            self._send(packets.unsubscribe(next(self._numbers), self._session.drop), now)
        self._send(packets.subscribe(next(self._numbers), self._session.filters), now)

    def _granted(self, packet: Granted) -> None:
        for (topic, _), allowed in zip(self._session.filters, packet.allowed, strict=False):
            if not allowed:
                self._voice.not_granted(topic)
        self._voice.up(self._session.client_id)

    def _send(self, data: bytes, now: float) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendall(data)
        except OSError as error:
            self._lose(now, error)
        else:
            self._sent_at = now

    def _lose(self, now: float, why: object) -> None:
        self._drop()
        self._later(now)
        self._voice.lost(self._session.client_id, why)

    def _later(self, now: float) -> None:
        self._try_at = now + self._pause_seconds
        self._pause_seconds = min(2 * self._pause_seconds, LONGEST_RECONNECT_SECONDS)

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._owed = []


def _tls(broker: BrokerSettings) -> ssl.SSLContext | None:
    if not broker.ca_file:
        return None
    try:
        return ssl.create_default_context(cafile=broker.checked_ca_file())
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"broker.ca_file {broker.ca_file} cannot be used: {error}", "it holds certificates in PEM form"
        ) from error
