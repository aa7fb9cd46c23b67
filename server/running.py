"""Parts of the server side by side in one process, until one fails or a signal comes."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType

from server.errors import ServerError

Part = Callable[[threading.Event], None]
"""Works until the event is set, then returns."""

MOST_RESTARTS = 5
"""In a row: a part that worked for `CALM_SECONDS` before it broke down has begun anew."""
CALM_SECONDS = 600.0
RESTART_SECONDS = 2.0

_log = logging.getLogger("footfall")


class PartFailed(ServerError):
    """A part broke down again and again."""

    exit_code = 5


class StopSignal:
    """SIGTERM or SIGINT, as an event.

    The attribute `should_exit` beside the bound handler is where sse-starlette looks for the end of
    its server (as at uvicorn's own handler), so that open event streams close at once.
    """

    def __init__(self) -> None:
        self.event = threading.Event()

    @property
    def should_exit(self) -> bool:
        """Whether it came."""
        return self.event.is_set()

    def handle(self, _number: int, _frame: FrameType | None) -> None:
        """Note the signal."""
        self.event.set()

    def install(self) -> None:
        """Take both signals; works in the main thread only."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle)


def run_together(
    parts: Mapping[str, Part],
    stop: threading.Event,
    *,
    restart_seconds: float = RESTART_SECONDS,
    calm_seconds: float = CALM_SECONDS,
) -> None:
    """Run each part in its own thread until `stop` is set or one gives up; then end them all.

    One that breaks down is started again, and gives up when it has broken down `MOST_RESTARTS` times without
    having worked for `calm_seconds` in between.

    Raises:
        ServerError: what a part gave up with, the first of them.
    """
    failures: list[ServerError] = []
    threads = [
        threading.Thread(
            target=_keep_running, args=(name, part, stop, failures, restart_seconds, calm_seconds), name=name
        )
        for name, part in parts.items()
    ]
    for thread in threads:
        thread.start()
    # Not stop.wait(): a signal handler that sets an event on which its own thread waits can deadlock.
    while not stop.is_set():
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def _keep_running(
    name: str,
    part: Part,
    stop: threading.Event,
    failures: list[ServerError],
    restart_seconds: float,
    calm_seconds: float,
) -> None:
    breakdowns = 0
    while breakdowns < MOST_RESTARTS:
        began = time.monotonic()
        try:
            part(stop)
        except ServerError as error:
            failures.append(error)
            stop.set()
        except Exception:  # noqa: BLE001 -- top of a thread: logged, then started again
            _log.exception("%s broke down; it starts again", name)
            stop.wait(restart_seconds)
        if stop.is_set():
            return
        breakdowns = 1 if time.monotonic() - began >= calm_seconds else breakdowns + 1
    failures.append(PartFailed(f"{name} broke down {MOST_RESTARTS} times", "the log above says why"))
    stop.set()
