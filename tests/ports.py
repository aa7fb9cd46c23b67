"""Ports that nobody else is given while the tests run."""

from __future__ import annotations

import random
import socket
import sys
from pathlib import Path

_FIRST_PORT, _TRIES = 10_240, 1_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_held: list[socket.socket] = []


def free_port() -> int:
    """A port that nobody listens on now, and that nobody gets by chance before it is used.

    The system gives any port of its own range to whoever connects or asks for port 0: one that was free a
    moment ago is then somebody else's. So this one stands below that range. Other tests that ask at the
    same time, in this process or another, do not get it, because its number is taken as the name of a
    socket until the process ends.
    """
    chance = random.SystemRandom()
    for _ in range(_TRIES):
        port = chance.randrange(_FIRST_PORT, _first_of_the_system())
        if _is_ours(port) and _is_free(port):
            return port
    raise AssertionError(f"no free port was found in {_TRIES} tries")


def _first_of_the_system() -> int:
    first = int(_RANGE.read_text("ascii").split()[0]) if _RANGE.exists() else 32_768
    # Where the system gives nearly all of them, nothing stands below; any port is then as good.
    return first if first > _FIRST_PORT + _TRIES else 65_536


def _is_ours(port: int) -> bool:
    if sys.platform != "linux":
        return True
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0footfall-tests-{port}")  # An abstract name: it is gone with the process.
    except OSError:
        name.close()
        return False
    _held.append(name)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
