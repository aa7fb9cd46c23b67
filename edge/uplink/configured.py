"""The configuration over MQTT: what is to be used comes, and what is in use is told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import paho.mqtt.client as mqtt

from edge.wire import ConfigSet, ConfigState, WireError, config_set_topic, decode, encode

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConfigLink:
    """What the uplink needs for the configuration.

    Attributes:
        store, device: whose it is.
        hear: takes the text that came, or None where it was taken back; called in the client's thread.
        state: what is in use.
    """

    store: str
    device: str
    hear: Callable[[str | None], None]
    state: Callable[[], ConfigState]


class ConfigListener:
    """Hears which configuration to use, and tells the one in use whenever that is another."""

    def __init__(self, link: ConfigLink) -> None:
        self._link = link
        self._topic = config_set_topic(link.store, link.device)
        self._told: ConfigState | None = None
        self._said_unreadable = False

    def subscribe(self, client: mqtt.Client) -> None:
        """Asks the broker for it; to be done at every connecting."""
        self._told = None  # a broker that forgot everything is told again
        client.message_callback_add(self._topic, self._on_message)
        client.subscribe(self._topic, qos=1)

    def tell(self, client: mqtt.Client) -> None:
        """Publishes what is in use, unless that was told already."""
        state = self._link.state()
        if self._told is not state:
            client.publish(state.topic, encode(state), qos=1, retain=True)
            self._told = state

    def _on_message(self, client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        del client, userdata
        if not message.payload:
            self._link.hear(None)
            return
        try:
            came = decode(message.topic, bytes(message.payload))
        except WireError as error:
            came = None
            if not self._said_unreadable:
                log.warning("what came on %s cannot be read, and changes nothing: %s", self._topic, error)
            self._said_unreadable = True
        if isinstance(came, ConfigSet):
            self._link.hear(came.toml)
