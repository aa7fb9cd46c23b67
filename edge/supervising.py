"""One process for each camera, where no systemd does it: started, watched, and started again."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edge.configuration import Configuration
from edge.errors import EdgeError
from edge.notifying import SOCKET_SETTING

PARENT_SETTING = "FOOTFALL_PARENT_PID"

FOR_GOOD = (0, 2, 4)
"""Exit codes after which a camera would only end the same way, until somebody mends it."""

MISSING = 3
"""A full disk or a missing model may be mended while nobody is at the device."""

LONGEST_WAIT_SECONDS = 60.0
CALM_SECONDS = 600.0
"""Who ran so long before failing begins anew with the shortest wait."""

LOOK_SECONDS = 0.2
STOP_SECONDS = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a process may be silent, in seconds: until its first word, and between two."""

    first: float = 180.0
    then: float = 60.0


class Keeper:
    """Keeps one camera's process running until it ends for good or is stopped."""

    def __init__(
        self, camera: str, command: Sequence[str], stopping: threading.Event, patience: Patience
    ) -> None:
        self.camera = camera
        self.code = 0
        self._command = command
        self._stopping = stopping
        self._patience = patience
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name=camera)

    def start(self) -> None:
        """Starts it."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it is still kept."""
        return self._thread.is_alive()

    def join(self) -> None:
        """Waits for its end."""
        self._thread.join()

    def reload(self) -> None:
        """Has the process look at its configuration."""
        child = self._child
        if child and child.poll() is None:
            child.send_signal(signal.SIGHUP)

    def _keep(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            self.code = self._live()
            if self.code in FOR_GOOD or self._stopping.is_set():
                return
            failures = 1 if time.monotonic() - began > CALM_SECONDS else failures + 1
            wait = LONGEST_WAIT_SECONDS if self.code == MISSING else wait_after(failures)
            log.error("camera %s ended with code %d; started again in %.0f s", self.camera, self.code, wait)
            self._stopping.wait(wait)

    def _live(self) -> int:
        """One life of the process; its exit code."""
        try:
            with _mailbox() as (words, address):
                told = {PARENT_SETTING: str(os.getpid()), SOCKET_SETTING: address}
                self._child = child = subprocess.Popen(self._command, env=os.environ | told)  # noqa: S603 - our own command
                self._watch(child, words)
                return child.returncode
        except OSError as error:  # no memory for a process, or no room: both may pass
            log.error("camera %s cannot be started: %s", self.camera, error)
            return os.EX_OSERR

    def _watch(self, child: subprocess.Popen[bytes], words: socket.socket) -> None:
        silent_until = time.monotonic() + self._patience.first
        while child.poll() is None:
            with suppress(TimeoutError):
                words.recv(1024)
                silent_until = time.monotonic() + self._patience.then
            if self._stopping.is_set():
                end(child)
            elif time.monotonic() > silent_until:
                log.error("camera %s finishes no picture any more, and is ended", self.camera)
                child.kill()
                child.wait()


@contextmanager
def _mailbox() -> Iterator[tuple[socket.socket, str]]:
    """Where a process says that it lives, and its address."""
    with ExitStack() as kept:
        words = kept.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        try:
            scratch = tempfile.TemporaryDirectory(prefix="footfall-", ignore_cleanup_errors=True)
            address = str(Path(kept.enter_context(scratch)) / "notify")
            words.bind(address)
        except OSError:
            address = _bound_without_a_file(words)
        words.settimeout(LOOK_SECONDS)
        yield words, address


def _bound_without_a_file(words: socket.socket) -> str:
    """A name that Linux chooses, for when the disk takes no file. Any user here may write to it."""
    words.bind("")
    name: bytes = words.getsockname()
    return f"@{name[1:].decode('ascii')}"


class Supervisor:
    """All cameras of a device, each in a process of its own.

    Args:
        configuration: says which cameras there are, now and later.
        command: what counts one of them.
        patience: with a process that says nothing.
    """

    def __init__(
        self,
        configuration: Configuration,
        command: Callable[[str], Sequence[str]],
        patience: Patience = Patience(),
    ) -> None:
        self._configuration = configuration
        self._command = command
        self._patience = patience
        self._stopping = threading.Event()
        self._reload = threading.Event()
        self._keepers: dict[str, Keeper] = {}

    def run(self) -> int:
        """Runs until all have ended for good or `stop` is called; the worst exit code, 0 when stopped."""
        self._follow()
        while any(keeper.is_running for keeper in self._keepers.values()):
            self._stopping.wait(LOOK_SECONDS)
            if not self._stopping.is_set() and (self._reload.is_set() or self._configuration.changed()):
                self._reload.clear()
                self._follow()
        for keeper in self._keepers.values():
            keeper.join()
        worst = max((keeper.code for keeper in self._keepers.values()), default=0)
        return 0 if self._stopping.is_set() else worst

    def stop(self) -> None:
        """Ends all of them gracefully."""
        self._stopping.set()

    def reload(self) -> None:
        """Looks at the configuration, and has every camera look."""
        self._reload.set()
        for keeper in list(self._keepers.values()):
            keeper.reload()

    def _follow(self) -> None:
        """Starts what the configuration has and nobody keeps. What it has no more ends by itself."""
        try:
            cameras = set(self._configuration.load().settings.cameras)
        except EdgeError as error:
            log.error("the configuration cannot be used, and nothing is changed: %s", error)
            return
        for camera in [name for name in self._keepers if name not in cameras]:
            if not self._keepers[camera].is_running:
                del self._keepers[camera]
        for camera in sorted(cameras):
            keeper = self._keepers.get(camera)
            if keeper is None or (not keeper.is_running and keeper.code == EdgeError.exit_code):
                self._keepers[camera] = Keeper(camera, self._command(camera), self._stopping, self._patience)
                self._keepers[camera].start()


def wait_after(failures: int) -> float:
    """Seconds before the next start after so many failures in a row: 1, 2, 4 … 60."""
    return float(min(2 ** min(failures - 1, 10), LONGEST_WAIT_SECONDS))


def end(child: subprocess.Popen[bytes]) -> None:
    """Asks a process once to end, and ends it if it does not."""
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
