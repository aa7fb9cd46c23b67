"""A broker in the server's own process, for trials and very small shops.

It keeps everything in memory: what it has taken but the listener has not yet stored is lost when the
process dies at that moment. A shop that relies on its counts runs Mosquitto.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
import threading
from typing import Any

from server.config import is_loopback
from server.errors import ServerError

_START_SECONDS = 15.0
_OURS = "server.ingest.broker_plugin"

_log = logging.getLogger("footfall.broker")


class BrokerNotInstalled(ServerError):
    """The package with the embedded broker is missing."""

    exit_code = 3


class BrokerFailed(ServerError):
    """The embedded broker cannot start."""

    exit_code = 5


class EmbeddedBroker:
    """An MQTT 3.1.1 broker on this machine only, in a thread and event loop of its own.

    The listener's session is there before the first device can connect, so nothing that a device
    sends is dropped because the listener came a moment later.
    """

    def __init__(self, host: str, port: int, listener_client_id: str) -> None:
        self._host = host
        self._port = port
        self._listener_client_id = listener_client_id
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: str | None = None
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)

    def start(self) -> None:
        """Run until `stop`; returns when devices can connect.

        Raises:
            BrokerNotInstalled: the extra `broker` is not installed.
            BrokerFailed: the address is not this machine's own, or the port is taken.
        """
        if not is_loopback(self._host):
            raise BrokerFailed(f"the embedded broker serves this machine only, not {self._host}")
        if importlib.util.find_spec("amqtt") is None:
            raise BrokerNotInstalled("the embedded broker is not installed", "pip install 'footfall[broker]'")
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise BrokerFailed(f"the embedded broker did not start within {_START_SECONDS:.0f} seconds")
        if self._failure is not None:
            raise BrokerFailed(
                f"the embedded broker cannot start on {self._host}:{self._port}: {self._failure}",
                "another broker may run there: set embedded = false to use it, or choose another port",
            )

    def stop(self) -> None:
        """Close all connections and end the thread."""
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 -- top of a thread: told to `start`, or logged
            if self._ready.is_set():
                _log.exception("the embedded broker broke down")
            self._failure = str(error.__cause__ or error)
            self._ready.set()

    async def _serve(self) -> None:
        # amqtt tells every packet, and every end of a connection as an error.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        broker = importlib.import_module(_OURS).HomeBroker(self._configuration())
        await broker.start()
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        await self._stopping.wait()
        await broker.shutdown()

    def _configuration(self) -> dict[str, Any]:
        return {
            "listeners": {"default": {"type": "tcp", "bind": f"{self._host}:{self._port}"}},
            "plugins": {f"{_OURS}.HomePlugin": {"listener_client_id": self._listener_client_id}},
        }
