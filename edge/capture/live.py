"""A live camera: always the newest picture, and a source that heals.

One thread reads as fast as pictures come and keeps only the newest; counting takes it when it is ready.
What came in between is counted as skipped. When the camera is lost, it is opened again after a growing
wait, and said so once for each kind of fault; when it is back, that is said once too.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from edge.capture.frame import CameraLost, Fault, Frame
from edge.capture.frozen import Frozen
from edge.people import Image

FROZEN_SECONDS = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait before a camera is tried again, and before it is said that it hangs.

    Attributes:
        first_seconds: after the first failure; each further one doubles it.
        longest_seconds: the bound of that.
        refused_seconds: after a wrong password, of which many cameras bear only a few before they lock.
        stall_seconds: for a reader that has neither picture nor error; OpenCV itself gives up after ten.
        hang_seconds: after so long it will not come back, and only a new process helps.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 60.0
    refused_seconds: float = 120.0
    stall_seconds: float = 30.0
    hang_seconds: float = 300.0

    def after(self, failures: int, fault: Fault | None, jitter: float) -> float:
        """Seconds to wait after so many failures in a row; `jitter` from 0 to 1 moves it by a fifth.

        It keeps many devices from knocking on a camera or recorder at the same moment.
        """
        wait = min(self.first_seconds * 2.0 ** min(failures, 30), self.longest_seconds)
        if fault is Fault.WRONG_CREDENTIALS:
            wait = max(wait, self.refused_seconds)
        return wait * (0.8 + 0.4 * jitter)


class Opened(Protocol):
    """An open camera."""

    def read(self) -> Image:
        """The next picture; raises CameraLost when none comes."""
        ...

    def close(self) -> None:
        """Lets go of it."""
        ...


class LiveCamera:
    """The newest pictures of a camera.

    Args:
        name: what the log calls it; holds no credentials.
        open_camera: opens it, or raises CameraLost.
        now: the clock that pictures are stamped with, seconds since the epoch.
        most_fps: pictures given per second at the most.
        frozen_seconds: one and the same picture for so long is a fault; 0: never.
        waits: how long to wait before it is tried again.

    Attributes:
        frames_skipped: see `FrameSource.frames_skipped`.
        trouble: see `FrameSource.trouble`.
        fault: the kind of trouble there is now; None: none.
        last_fault: the kind of the last trouble, healed or not, and when it was noticed; None: none yet.
        reconnects: how often pictures came again after they had been lost.
    """

    def __init__(
        self,
        name: str,
        open_camera: Callable[[], Opened],
        now: Callable[[], float],
        most_fps: float,
        *,
        frozen_seconds: float = FROZEN_SECONDS,
        waits: Waits | None = None,
    ) -> None:
        self._name = name
        self._open = open_camera
        self._now = now
        self._waits = waits or Waits()
        self._frozen = Frozen(name, frozen_seconds) if frozen_seconds else None
        self._least_gap = 0.9 / most_fps  # a little less, so that 10 fps of a 10 fps camera are all kept
        self._newest: Frame | None = None
        self._last_offered = float("-inf")
        self._news = threading.Condition()
        self._closed = threading.Event()
        self._failure: Exception | None = None
        self._said: set[Fault] = set()
        self._failures = 0
        self._stirred_at = time.monotonic()
        self.frames_skipped = 0
        self.trouble = ""
        self.fault: Fault | None = None
        self.last_fault: tuple[Fault, float] | None = None
        self.reconnects = 0

    def frames(self) -> Iterator[Frame]:
        """The newest picture, each time one is asked for; waits while there is none."""
        self._stirred_at = time.monotonic()
        reader = threading.Thread(target=self._keep_reading, name=f"capture {self._name}", daemon=True)
        reader.start()
        try:
            while (frame := self._take()) is not None:
                yield frame
        finally:
            self.close()
            reader.join(timeout=5)
        if self._failure:
            raise self._failure

    @property
    def hangs(self) -> bool:
        """Whether the driver has not returned for so long that it is given up."""
        return time.monotonic() - self._stirred_at > self._waits.hang_seconds

    def close(self) -> None:
        """See `FrameSource.close`."""
        self._closed.set()
        with self._news:
            self._news.notify_all()

    def _take(self) -> Frame | None:
        with self._news:
            while self._newest is None and not self._closed.is_set():
                self._news.wait(timeout=1)
                self._notice_a_stall()
            frame, self._newest = self._newest, None
            return None if self._closed.is_set() else frame

    def _notice_a_stall(self) -> None:
        """A driver that never returns cannot be ended from here, but it can be said."""
        most = self._waits.stall_seconds
        if not self.trouble and time.monotonic() - self._stirred_at > most:
            self._note(
                CameraLost(
                    f"{self._name} has given neither picture nor error for {most:.0f} s",
                    "restart the camera, then the device",
                    Fault.SILENT,
                )
            )

    def _keep_reading(self) -> None:
        try:
            while not self._closed.is_set():
                self._read_until_lost()
                wait = self._waits.after(self._failures, self.fault, random.random())  # noqa: S311 - no secret
                self._failures += 1
                self._stir(wait)
                self._closed.wait(wait)
        except Exception as error:  # noqa: BLE001 - top of a thread
            self._failure = error  # raised by `frames`, in the thread that counts
            self.close()

    def _read_until_lost(self) -> None:
        camera: Opened | None = None
        try:
            camera = self._open()
            while not self._closed.is_set():
                self._stir()
                self._take_in(camera.read())
        except CameraLost as error:
            self._note(error)
        finally:
            if camera:
                camera.close()

    def _take_in(self, image: Image) -> None:
        at = self._now()
        if self._frozen:
            self._frozen.check(image, at)
        self._healed()
        self._offer(Frame(image, at))

    def _stir(self, ahead_seconds: float = 0.0) -> None:
        self._stirred_at = time.monotonic() + ahead_seconds

    def _offer(self, frame: Frame) -> None:
        with self._news:
            newest = self._newest
            if newest is not None:
                self.frames_skipped += 1
            elif frame.at - self._last_offered < self._least_gap:
                return
            self._last_offered = frame.at
            self._newest = frame
            self._news.notify_all()

    def _note(self, error: CameraLost) -> None:
        if self._closed.is_set():
            return
        if error.fault not in self._said:
            log.warning("camera %s is lost: %s (trying again for ever)", self._name, error.in_words)
        self._said.add(error.fault)
        self.trouble, self.fault = error.in_words, error.fault
        self.last_fault = (error.fault, self._now())

    def _healed(self) -> None:
        self._failures = 0
        if not self.trouble:
            return
        log.info("camera %s is back", self._name)
        self.reconnects += 1
        self._said.clear()
        self.trouble, self.fault = "", None
