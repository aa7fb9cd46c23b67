"""Badges that readers tell over MQTT, as one camera's process hears them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.reasoncodes import ReasonCode

from edge.wire import BadgeRead, WireError, badge_topic, decode

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BadgeReaders:
    """Readers whose badges are heard, and who hears them, in a thread of the MQTT client's.

    What comes is never logged, stored or published: a badge stands for a person.
    """

    store: str
    readers: tuple[str, ...]
    hear: Callable[[BadgeRead], None]


class BadgeListener:
    """Subscribes to the badges of some readers and reads what comes.

    Its methods from `on_subscribe` on are callbacks of the MQTT client, in the client's thread.
    """

    def __init__(self, readers: BadgeReaders) -> None:
        self._readers = readers
        self._said_refused = False
        self._said_unreadable = False

    def subscribe(self, client: mqtt.Client) -> None:
        """Asks the broker for them; to be done at every connecting, for a clean session remembers nothing."""
        store = self._readers.store
        client.subscribe([(badge_topic(store, reader), 1) for reader in self._readers.readers])

    def on_subscribe(
        self,
        client: mqtt.Client,
        userdata: object,
        mid: int,
        reasons: list[ReasonCode],
        properties: object,
    ) -> None:
        """Says once if the broker refuses."""
        del client, userdata, mid, properties
        if any(reason.is_failure for reason in reasons) and not self._said_refused:
            self._said_refused = True
            log.warning(
                "the broker does not let this device hear badges; let it read footfall/v1/%s/pos/+/badge",
                self._readers.store,
            )

    def on_message(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        """Hands on a badge that can be read; of others says once that they came, not what they hold."""
        del client, userdata
        if message.retain:
            return  # one that the broker kept was read long ago
        try:
            read = decode(message.topic, bytes(message.payload))
        except WireError:
            read = None  # its words may quote what came, so they are not told on
        if isinstance(read, BadgeRead):
            self._readers.hear(read)
        elif not self._said_unreadable:
            self._said_unreadable = True
            log.warning(
                "what came on %s is no badge that can be read; it is left out, as is all like it. "
                "edge/wire/README.md says what a reader has to send",
                message.topic,
            )
