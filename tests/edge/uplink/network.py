"""A network between a device and its broker that can go wrong in the ways in which networks do."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

BYTES = 65_536


class Network:
    """Carries bytes between those who connect to `port` and the broker at another port.

    Attributes:
        swallows_all: connections stay open, and nothing gets through in either direction.
        swallows_answers: what the device sends arrives, what the broker answers does not.
    """

    def __init__(self, broker_port: int) -> None:
        self.swallows_all = False
        self.swallows_answers = False
        self._broker_port = broker_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def cut(self) -> None:
        """Ends all connections."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def close(self) -> None:
        """Ends everything."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                device, _ = self._listening.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection(("127.0.0.1", self._broker_port), 5)
            except OSError:
                device.close()
                continue
            self._ends += [device, broker]
            for source, target, answers in ((device, broker, False), (broker, device, True)):
                carrier = threading.Thread(target=self._carry, args=(source, target, answers), daemon=True)
                self._threads.append(carrier)
                carrier.start()

    def _carry(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(BYTES):
                if not self.swallows_all and not (answers and self.swallows_answers):
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)
