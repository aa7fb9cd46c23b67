"""A recording as a slower camera would have filmed it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from edge.capture.frame import Frame, FrameSource

SAME_MOMENT_SECONDS = 1e-3
"""Containers round times to a millisecond; a frame that is so early is on time."""


class Thinned:
    """Another source's frames, at most `fps` a second: the first on or after each beat."""

    def __init__(self, source: FrameSource, fps: float) -> None:
        self._source = source
        self._beat = 1 / fps

    @property
    def frames_skipped(self) -> int:
        """See `FrameSource.frames_skipped`; frames between two beats are left out on purpose."""
        return self._source.frames_skipped

    @property
    def trouble(self) -> str:
        """See `FrameSource.trouble`."""
        return self._source.trouble

    def frames(self) -> Iterator[Frame]:
        """See `FrameSource.frames`."""
        begin, beat = None, -1
        for frame in self._source.frames():
            begin = frame.at if begin is None else begin
            now = math.floor((frame.at - begin + SAME_MOMENT_SECONDS) / self._beat)
            if now > beat:
                beat = now
                yield frame

    def close(self) -> None:
        """See `FrameSource.close`."""
        self._source.close()
