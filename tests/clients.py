"""MQTT clients of tests: shops' signs, tills and readers, and whoever else talks with a broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt


@contextmanager
def talking(client: mqtt.Client) -> Iterator[mqtt.Client]:
    """A client that is told where to connect, with a thread of its own; it has let go of everything after.

    Left to the garbage collector, paho's own sockets would be closed in any test that comes later, some
    of them with a warning, which is an error there.
    """
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()
        client.reinitialise()
