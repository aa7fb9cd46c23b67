"""A recorded video: every frame of it, as fast as it is asked for or as fast as it was filmed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from edge.capture.frame import Frame, SourceRefused

MOST_FRAMES_LOST = 0.02
"""A file whose last frames are missing by more than this share is damaged, not at its end."""


class Recording:
    """The frames of a video file, timed as if filming had begun at `start_at`.

    Args:
        path: the file.
        start_at: when its first frame was taken, seconds since the epoch.
        now: the clock to keep pace with, or None to go as fast as frames are taken.
    """

    def __init__(self, path: Path, start_at: float, now: Callable[[], float] | None = None) -> None:
        self._path = path
        self._start_at = start_at
        self._now = now
        self._closed = threading.Event()

    frames_skipped = 0
    trouble = ""

    def frames(self) -> Iterator[Frame]:
        """Every frame.

        Raises:
            SourceRefused: no such file, no video that can be read, or a video that breaks off.
        """
        if not self._path.is_file():
            raise SourceRefused(f"{self._path}: there is no such file", "check the path of the recording")
        video = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        try:
            yield from self._read(video)
        finally:
            video.release()

    def close(self) -> None:
        """See `FrameSource.close`."""
        self._closed.set()

    def _read(self, video: cv2.VideoCapture) -> Iterator[Frame]:
        fps = video.get(cv2.CAP_PROP_FPS)
        if not video.isOpened() or not 0 < fps <= 1000:
            raise self._unreadable()
        expected = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
        read, at = 0, self._start_at
        while not self._closed.is_set():
            ok, image = video.read()
            if not ok or image is None:
                break
            seconds = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
            # Some containers carry no times: then the frame rate has to do.
            at = max(self._start_at + (seconds if seconds or not read else read / fps), at)
            read += 1
            self._wait_until(at)
            yield Frame(np.asarray(image, np.uint8), at)
        if self._closed.is_set():
            return
        if not read:
            raise self._unreadable()
        if expected > 0 and read < expected * (1 - MOST_FRAMES_LOST) - 2:
            raise SourceRefused(
                f"{self._path} breaks off: {read} of {expected} frames can be read",
                "what was counted until there stands; copy the file again if it can be had whole",
            )

    def _wait_until(self, at: float) -> None:
        if self._now is not None:
            self._closed.wait(max(0.0, at - self._now()))

    def _unreadable(self) -> SourceRefused:
        return SourceRefused(
            f"{self._path} cannot be read as a video",
            "any format that FFmpeg decodes will do; is it damaged?",
        )
