"""What the embedded broker is beyond amqtt's own, and what it is told through amqtt's plugin interface.

Imported only where amqtt is installed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakSet

from amqtt.broker import Broker, BrokerContext
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from server.config import is_loopback
from server.ingest.sessions import kept_filters


class HomeBroker(Broker):  # type: ignore[misc]  # amqtt says nothing of its types
    """amqtt's broker, which leaves no connection open.

    amqtt takes a connection for closed before it waits for what is still to be sent; one that ends while it
    waits, or of which no first packet has come, stays open.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._writers: WeakSet[asyncio.StreamWriter] = WeakSet()

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Serve one connection until it ends."""
        self._writers.add(writer)
        try:
            # Cancelled when the broker ends, which asyncio would log as a fault: nobody waits for it.
            with suppress(asyncio.CancelledError):
                await super().stream_connected(reader, writer, listener_name)
        finally:
            writer.close()

    async def shutdown(self) -> None:
        """End every session, then every connection, whatever is still to be sent over it."""
        await super().shutdown()
        for writer in list(self._writers):
            writer.transport.abort()


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
