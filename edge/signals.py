"""Signals of a process, acted on in a thread of their own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import FrameType


def on_signals(stop: Callable[[], None], reload: Callable[[], None] | None = None) -> None:
    """Calls `stop` at SIGTERM and SIGINT, and `reload` at SIGHUP if there is one.

    To be called in the main thread, once in a process.
    """
    # A handler runs in the middle of whatever the main thread does, so it takes no lock that this may
    # hold: it only notes the signal, in the one queue that allows that, and another thread acts on it.
    asked: SimpleQueue[int] = SimpleQueue()

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        asked.put(number)

    def act() -> None:
        while True:
            if asked.get() == signal.SIGHUP:
                if reload:
                    reload()
            else:
                stop()

    threading.Thread(target=act, name="signals", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT, *((signal.SIGHUP,) if reload else ())):
        signal.signal(number, handle)
