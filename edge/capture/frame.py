"""What a source of pictures is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from edge.errors import EdgeError
from edge.people import Image


class SourceRefused(EdgeError):
    """A recording or camera that cannot be used at all; trying again would not help."""

    exit_code = 4


class CameraLost(EdgeError):
    """A live camera that gives no pictures now; it may come back."""

    exit_code = 5


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, BGR of shape (height, width, 3), and when it was taken, in seconds since the epoch."""

    image: Image
    at: float


class FrameSource(Protocol):
    """Anything that gives pictures in the order in which they were taken."""

    @property
    def frames_skipped(self) -> int:
        """Pictures that were passed over, because newer ones were there."""
        ...

    @property
    def trouble(self) -> str:
        """What is wrong now, in words; empty while pictures come."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Pictures until the source ends, which a live camera never does."""
        ...

    def close(self) -> None:
        """Lets go of the camera or file; `frames` then ends."""
        ...
