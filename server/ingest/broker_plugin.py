"""What the embedded broker is told through amqtt's plugin interface; only amqtt imports this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from amqtt.broker import BrokerContext
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from server.config import is_loopback
from server.ingest.sessions import kept_filters


class HomePlugin(BaseAuthPlugin):  # type: ignore[misc]  # amqtt says nothing of its types
    """Lets in whoever is on this machine, and holds a place for the listener."""

    @dataclass
    class Config:
        """Settings of the plugin."""

        listener_client_id: str

    async def on_broker_pre_start(self) -> None:
        """Subscribe for the listener before the first device can connect."""
        context = cast("BrokerContext", self.context)
        for topic, qos in kept_filters():
            await context.add_subscription(self.config.listener_client_id, topic, qos)

    async def authenticate(self, *, session: Session) -> bool | None:
        """Whether a client is on this machine.

        amqtt's own plugin for this marks sessions as anonymous, and forgets those when they break.
        """
        return session.remote_address is None or is_loopback(session.remote_address)
