"""What a process tells whoever started it: systemd, or `footfall-edge run` for its cameras."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

SOCKET_SETTING = "NOTIFY_SOCKET"

READY = "READY=1"
ALIVE = "WATCHDOG=1"
STOPPING = "STOPPING=1"


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sends words to a socket, as sd_notify(3) describes; to nobody if there is none."""

    address: str | None

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Notifier:
        """The one that a process was given."""
        return cls(environment.get(SOCKET_SETTING) or None)

    def say(self, *words: str) -> None:
        """Tells it. Whoever does not listen misses it: nothing here depends on an answer."""
        if self.address is None:
            return
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            try:
                sender.sendto("\n".join(words).encode(), address)
            except OSError:
                return
