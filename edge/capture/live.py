"""A live camera: always the newest picture, and a source that heals.

One thread reads as fast as pictures come and keeps only the newest; counting takes it when it is ready.
What came in between is counted as skipped. When the camera is lost, it is opened again after a growing
wait, and said so once; when it is back, that is said once too.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from edge.capture.frame import CameraLost, Frame
from edge.people import Image

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0

log = logging.getLogger(__name__)


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
    """

    def __init__(
        self, name: str, open_camera: Callable[[], Opened], now: Callable[[], float], most_fps: float
    ) -> None:
        self._name = name
        self._open = open_camera
        self._now = now
        self._least_gap = 0.9 / most_fps  # a little less, so that 10 fps of a 10 fps camera are all kept
        self._newest: Frame | None = None
        self._last_offered = float("-inf")
        self._news = threading.Condition()
        self._closed = threading.Event()
        self._failure: Exception | None = None
        self.frames_skipped = 0
        self.trouble = ""

    def frames(self) -> Iterator[Frame]:
        """The newest picture, each time one is asked for; waits while there is none."""
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

    def close(self) -> None:
        """See `FrameSource.close`."""
        self._closed.set()
        with self._news:
            self._news.notify_all()

    def _take(self) -> Frame | None:
        with self._news:
            while self._newest is None and not self._closed.is_set():
                self._news.wait(timeout=1)
            frame, self._newest = self._newest, None
            return None if self._closed.is_set() else frame

    def _keep_reading(self) -> None:
        wait = FIRST_WAIT_SECONDS
        try:
            while not self._closed.is_set():
                try:
                    camera = self._open()
                except CameraLost as error:
                    self._note(error)
                else:
                    if self._read_until_lost(camera):
                        wait = FIRST_WAIT_SECONDS
                # Jitter keeps many devices from knocking on a camera or recorder at the same moment.
                self._closed.wait(wait * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        except Exception as error:  # noqa: BLE001 - top of a thread
            self._failure = error  # raised by `frames`, in the thread that counts
            self.close()

    def _read_until_lost(self, camera: Opened) -> bool:
        any_read = False
        try:
            while not self._closed.is_set():
                image = camera.read()
                if not any_read:
                    self._healed()
                any_read = True
                self._offer(Frame(image, self._now()))
        except CameraLost as error:
            self._note(error)
        finally:
            camera.close()
        return any_read

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
        if not self.trouble and not self._closed.is_set():
            log.warning("camera %s is lost: %s (trying again for ever)", self._name, error)
        self.trouble = str(error)

    def _healed(self) -> None:
        if self.trouble:
            log.info("camera %s is back", self._name)
        self.trouble = ""
