"""Any frame of a recording as a JPEG in memory. Nothing is written."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import cv2

from edge.capture import SourceRefused
from edge.truth.format import ClipFacts

JPEG_QUALITY = 85
MOST_KEPT_BYTES = 64 * 2**20
FURTHEST_READ_ON = 60
"""Up to so many frames ahead, reading on is quicker than seeking."""


class Picture(NamedTuple):
    """One frame: JPEG, and when it is shown, in seconds from the beginning of the clip."""

    jpeg: bytes
    seconds: float


def clip_facts(path: Path) -> ClipFacts:
    """Size, frame rate, length and checksum of a recording.

    Raises:
        SourceRefused: no such file, or no video that can be read.
    """
    if not path.is_file():
        raise SourceRefused(f"{path}: there is no such file", "check the path of the recording")
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        ok, image = video.read()
        fps, frames = video.get(cv2.CAP_PROP_FPS), int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    finally:
        video.release()
    if not ok or image is None or not 0 < fps <= 1000:
        raise SourceRefused(f"{path} cannot be read as a video", "any format that FFmpeg decodes will do")
    with path.open("rb") as content:
        checksum = hashlib.file_digest(content, "sha256").hexdigest()
    return ClipFacts(
        file=path.name,
        sha256=checksum,
        width=image.shape[1],
        height=image.shape[0],
        fps=fps,
        frames=frames if frames > 0 else None,
    )


class Frames:
    """A recording that can be looked at in any order, by several threads."""

    def __init__(self, path: Path, fps: float) -> None:
        self._path = path
        self._fps = fps
        self._video: cv2.VideoCapture | None = None
        self._next = 0  # number of the frame that would be read now
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def kept_bytes(self) -> int:
        """Memory that pictures take now."""
        return self._bytes

    def picture(self, number: int) -> Picture | None:
        """A frame by its 0-based number; None beyond the end."""
        with self._lock:
            kept = self._kept.get(number)
            if kept:
                self._kept.move_to_end(number)
                return kept
            return self._read(number)

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            if self._video is not None:
                self._video.release()
            self._video = None

    def _read(self, number: int) -> Picture | None:
        if self._video is None or not 0 <= number - self._next <= FURTHEST_READ_ON:
            self._seek(number)
        picture = None
        while self._next <= number:
            picture = self._decode()
            if picture is None:
                return None
        return picture

    def _decode(self) -> Picture | None:
        assert self._video is not None
        ok, image = self._video.read()
        if not ok or image is None:
            self._video.release()
            self._video = None
            return None
        seconds = self._video.get(cv2.CAP_PROP_POS_MSEC) / 1000
        # Some containers carry no times: then the frame rate has to do.
        picture = Picture(_jpeg(image), seconds if seconds or not self._next else self._next / self._fps)
        self._keep(self._next, picture)
        self._next += 1
        return picture

    def _seek(self, number: int) -> None:
        """Goes to a frame; where the file does not seek exactly, from its beginning on."""
        video = self._opened()
        video.set(cv2.CAP_PROP_POS_FRAMES, number)
        self._next = round(video.get(cv2.CAP_PROP_POS_FRAMES))
        if self._next != number:
            video = self._opened()
            self._next = 0
            while self._next < number and video.grab():
                self._next += 1

    def _opened(self) -> cv2.VideoCapture:
        if self._video is not None:
            self._video.release()
        self._video = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        return self._video

    def _keep(self, number: int, picture: Picture) -> None:
        before = self._kept.pop(number, None)
        self._bytes += len(picture.jpeg) - (len(before.jpeg) if before else 0)
        self._kept[number] = picture
        while self._bytes > MOST_KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.jpeg)


def _jpeg(image: cv2.typing.MatLike) -> bytes:
    ok, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    assert ok
    return coded.tobytes()
