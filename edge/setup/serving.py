"""The set-up page over HTTP, by the standard library.

Without a session nothing is answered but the log-in. A change has to come from our own page: by a cookie
that other sites' requests do not carry, from our origin, with a proof that only our page knows.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable
from functools import partial
from http.server import ThreadingHTTPServer
from socket import socket
from typing import Any

from edge.errors import EdgeError
from edge.setup.desk import Desk
from edge.setup.entry import Door
from edge.setup.handling import Handler
from edge.setup.reception import Reception

MOST_CONNECTIONS = 24

log = logging.getLogger(__name__)


class SetupServer(ThreadingHTTPServer):
    """Serves one desk until it is shut down.

    Args:
        desk: what the page can do.
        door: who is let in.
        steady: seconds of any steady clock.
        host: address to listen at.
        port: 0 takes a free one.
        tls: certificate and key; None: plain HTTP.
    """

    daemon_threads = True

    def __init__(
        self,
        desk: Desk,
        door: Door,
        steady: Callable[[], float],
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._here = Reception(desk, door, steady, is_tls=tls is not None)
        self._tls = tls
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        try:
            super().__init__((host, port), partial(Handler, self._here))
        except OSError as error:
            raise EdgeError(
                f"{host}:{port} cannot be listened at: {error.strerror}", "give another --host or --port"
            ) from error

    def address_at(self, host: str) -> str:
        """What to open in a browser, by one of this machine's names or addresses."""
        shown = f"[{host}]" if ":" in host else host
        return f"http{'s' if self._tls else ''}://{shown}:{self.server_address[1]}/"

    @property
    def used_at(self) -> float:
        """When somebody who is let in last asked for anything, by the steady clock."""
        return self._here.used_at

    def get_request(self) -> tuple[socket, Any]:
        """A connection; its handshake is left to its own thread, where a slow one keeps nobody waiting."""
        connection, address = super().get_request()
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answers in a thread, unless too many are being answered."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """See `ThreadingHTTPServer`."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that break off are nobody's fault."""
        del request, client_address
        log.debug("a connection broke off")
