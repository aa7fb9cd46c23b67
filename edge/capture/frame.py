"""What a source of pictures is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from edge.errors import EdgeError
from edge.people import Image


class SourceRefused(EdgeError):
    """A recording or camera that cannot be used at all; trying again would not help."""

    exit_code = 4


class Fault(StrEnum):
    """Why a camera gives no pictures, as the health message names it."""

    UNREACHABLE = "unreachable"
    """No such machine, no way to it, or nobody listens there."""
    SILENT = "silent"
    """It takes the connection and does not answer."""
    WRONG_CREDENTIALS = "wrong-credentials"
    WRONG_PATH = "wrong-path"
    """It answers, and has no stream of that name."""
    NO_VIDEO = "no-video"
    """What it sends cannot be decoded here, or is no video."""
    BUSY = "busy"
    """It serves somebody else, or as many as it can."""
    NO_DEVICE = "no-device"
    NO_PERMISSION = "no-permission"
    NO_PICTURE = "no-picture"
    """It opens, but no picture comes, or none comes any more."""
    FROZEN = "frozen"
    """It sends the same picture again and again."""
    OTHER = "other"


class CameraLost(EdgeError):
    """A live camera that gives no pictures now; it may come back."""

    exit_code = 5

    def __init__(self, message: str, hint: str = "", fault: Fault = Fault.OTHER) -> None:
        super().__init__(message, hint)
        self.fault = fault

    @property
    def in_words(self) -> str:
        """What is wrong and what to do."""
        return f"{self}; {self.hint}" if self.hint else str(self)


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
