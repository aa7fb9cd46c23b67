"""The one file that builds the running parts, and that knows the clock."""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI

from server.accounts.by import by_command
from server.accounts.links import owner_link
from server.alerting.parts import AlertWatch, Deliverer
from server.api.app import build_app
from server.config import Settings, WebSettings, is_loopback
from server.errors import ServerError
from server.ingest.broker import EmbeddedBroker
from server.ingest.listener import Listener
from server.running import Part
from server.storage import users
from server.storage.database import open_database
from server.triggering.experimenting import ByExperiments
from server.triggering.parts import Teller, TriggerWatch
from server.triggering.ranking import ByWhatWasLearnt
from server.upkeep.nightly import NightShift
from server.webhooks.posting import post

_CLOSE_SECONDS = 3
_LOOK_SECONDS = 0.1

_log = logging.getLogger("footfall")


class PortTaken(ServerError):
    """The address for the pages cannot be had."""

    exit_code = 5


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def build_listener(settings: Settings) -> Part:
    """MQTT into storage."""
    return Listener(settings, now).run


def build_night_shift(settings: Settings) -> Part:
    """The nightly work, every night."""
    return NightShift(settings, now).run


def telling(settings: Settings) -> dict[str, Part]:
    """Watching for alerts, and telling webhooks of them."""

    def free_bytes() -> int:
        return shutil.disk_usage(settings.database.parent).free

    return {
        "alerts": AlertWatch(settings, now, free_bytes).run,
        "webhooks": Deliverer(settings, now, post).run,
    }


def triggering(settings: Settings) -> dict[str, Part]:
    """Looking when zones should show something, and telling the broker what they show."""
    watch = TriggerWatch(settings, now, ByExperiments(settings), ByWhatWasLearnt(settings))
    return {"triggers": watch.run, "zones": Teller(settings).run}


@dataclass(frozen=True)
class Web:
    """The pages and the API on an address that is taken already."""

    app: FastAPI
    settings: WebSettings
    listening: socket.socket
    address: str

    def run(self, stop: threading.Event) -> None:
        """Answer until `stop` is set; open answers get a moment to end."""
        certificate, key = self.settings.checked_tls() or (None, None)
        configuration = uvicorn.Config(
            self.app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_CLOSE_SECONDS,
            server_header=False,
            # Said here, or an environment variable and every program on this machine would be believed.
            proxy_headers=bool(self.settings.proxies),
            forwarded_allow_ips=list(self.settings.proxies),
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        asyncio.run(_answer(uvicorn.Server(configuration), self.listening, stop))


@contextmanager
def web(settings: Settings) -> Iterator[Web]:
    """The pages and the API, their address taken within the block.

    Raises:
        PortTaken: the address is not free, or not this machine's.
        StorageError: there is no database, or not one of this version.
        ConfigError: the certificate or its key cannot be read.
    """
    scheme = "https" if settings.web.checked_tls() else "http"
    open_database(settings.database, read_only=True).close()
    with _taken(settings.web) as listening:
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        if scheme == "http" and not is_loopback(settings.web.host) and not settings.web.proxies:
            _log.warning("pages are served to the network without TLS: passwords can be read on their way")
        yield Web(build_app(settings, now), settings.web, listening, f"{scheme}://{shown}:{port}/")


def first_owner_link(settings: Settings, web: Web) -> str | None:
    """A one-time link for the first owner; None where somebody is an owner already."""
    with open_database(settings.database) as db:
        if users.active_owners(db):
            return None
        port = int(web.listening.getsockname()[1])
        return f"{settings.web.address(port)}welcome/{owner_link(db, by_command(now()))}"


@contextmanager
def embedded_broker(settings: Settings) -> Iterator[None]:
    """The broker in this process within the block, where the configuration wants one.

    Raises:
        ServerError: it is not installed, or cannot start.
    """
    if not settings.broker.embedded:
        yield
        return
    broker = EmbeddedBroker(settings.broker.host, settings.broker.port, settings.broker.client_id)
    broker.start()
    try:
        yield
    finally:
        broker.stop()


def set_up_memory() -> None:
    """Look for cycles of garbage less often, and never among what was loaded at the start.

    A batch of a thousand messages makes some ten thousand objects and no cycle; by Python's own setting,
    looking through them takes a sixth of the time in which they are stored.
    """
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def set_up_log(level: int = logging.INFO) -> None:
    """One line per event on the standard error stream, for a terminal and for journald."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


async def _answer(server: uvicorn.Server, listening: socket.socket, stop: threading.Event) -> None:
    async def watch() -> None:
        while not stop.is_set():
            await asyncio.sleep(_LOOK_SECONDS)
        server.should_exit = True

    watcher = asyncio.create_task(watch())
    await server.serve(sockets=[listening])
    watcher.cancel()


def _taken(where: WebSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        return socket.create_server((where.host, where.port), family=family, backlog=128)
    except OSError as error:
        raise PortTaken(
            f"the pages cannot be served on {where.host}:{where.port}: {error.strerror or error}",
            "is another server running there? choose another [web] port",
        ) from error
