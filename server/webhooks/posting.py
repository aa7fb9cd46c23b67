"""One POST to another machine: at an address that was checked, without redirects, within a time limit."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from server.webhooks.addresses import Target, WebhookRefused, reachable

STEP_SECONDS = 10.0
"""Each step may take so long: connecting, sending, every wait for a part of the answer."""

WHOLE_SECONDS = 20.0
"""And all of them so long, for an answer may come drop by drop."""


def post(target: Target, body: bytes, headers: Mapping[str, str], *, allow_private: bool) -> str | None:
    """Send a body; None if it was taken (2xx), else why not, in a sentence.

    The name is looked up here, and the connection made to the very addresses that were found to be allowed.
    """
    try:
        addresses = reachable(target, allow_private=allow_private)
    except WebhookRefused as error:
        return str(error)
    connection = _Pinned(target, addresses)
    try:
        connection.connect()
        with _not_for_ever(connection.sock):
            connection.request("POST", target.path, body, {"Host": target.host_header, **headers})
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"{target.host} does not answer: {error or type(error).__name__}"
    finally:
        connection.close()
    return None if 200 <= status < 300 else f"{target.host} answered with status {status}"


class _Pinned(http.client.HTTPConnection):
    """A connection to given addresses, whatever the name leads to by now."""

    def __init__(self, target: Target, addresses: list[str]) -> None:
        super().__init__(target.host, target.port, timeout=STEP_SECONDS)
        self._target = target
        self._addresses = addresses

    def connect(self) -> None:
        """Connect to the first address that answers."""
        plain = self._first()
        if not self._target.secure:
            self.sock = plain
            return
        try:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise

    def _first(self) -> socket.socket:
        *others, last = self._addresses
        for address in others:
            with contextlib.suppress(OSError):
                return socket.create_connection((address, self._target.port), STEP_SECONDS)
        return socket.create_connection((last, self._target.port), STEP_SECONDS)


@contextmanager
def _not_for_ever(sock: socket.socket) -> Iterator[None]:
    def cut() -> None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(WHOLE_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
