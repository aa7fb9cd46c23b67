"""How a camera is looked at for the page, and what was seen: values, and what is remembered of people."""

from __future__ import annotations

import statistics
from collections import Counter, deque
from dataclasses import dataclass

from edge.config import CameraSettings
from edge.counting import Crossing, Direction
from edge.detection import Detector, Framed
from edge.people import Box, Image, Track

MOST_CROSSINGS = 5_000
MOST_HEIGHTS = 200
BREAK_SECONDS = 10.0
"""Nobody is followed across a longer gap between two pictures."""


@dataclass(frozen=True, slots=True)
class Looked:
    """How a camera is to be looked at.

    Attributes:
        camera: what is counted in it.
        everywhere: look at the whole picture, to draw in it; else as a run would, which may leave out
            what is far from lines and zones.
    """

    camera: CameraSettings
    everywhere: bool = True

    def needs_other_eyes_than(self, other: Looked) -> bool:
        """Whether a detector for the other does not serve."""
        return self._eyes() != other._eyes()

    def _eyes(self) -> object:
        camera = self.camera
        whole = (camera.view, camera.person_height, camera.person_size)
        return whole if self.everywhere else (*whole, camera)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the page is told of the camera.

    Attributes:
        size: width and height of the camera's picture in pixels; None before the first.
        shown: number of the picture that is shown.
        at: when it was taken, seconds since the epoch.
        tall: how tall people are, in pixels of the camera's picture.
        trouble: what is wrong, in words; empty if nothing is.
        crossings: how many were counted since this way of looking began.
    """

    size: tuple[int, int] | None
    shown: int
    at: float
    tall: float
    trouble: str
    crossings: int


class Shown:
    """The newest picture, veiled, in memory only; not for threads."""

    def __init__(self) -> None:
        self.size: tuple[int, int] | None = None
        self.picture: Image | None = None
        self.number, self.at, self.trouble = 0, 0.0, ""

    def take(self, veiled: Image, size: tuple[int, int], at: float) -> None:
        """Another picture, of a camera whose own have this size; the one before is forgotten."""
        self.size, self.picture, self.at, self.trouble = size, veiled, at, ""
        self.number += 1

    def goes_on(self, size: tuple[int, int], at: float) -> bool:
        """Whether people can be followed from the newest picture to one of this size and time."""
        return size == self.size and 0 <= at - self.at <= BREAK_SECONDS

    def say(self, trouble: str) -> None:
        """There is no picture, and why."""
        self.trouble, self.picture = trouble, None


class Remembered:
    """Crossings since a way of looking began, and how tall people lately were. Bounded; not for threads."""

    def __init__(self) -> None:
        self.number = 0
        self._crossings: deque[Crossing] = deque(maxlen=MOST_CROSSINGS)
        self._counted: Counter[tuple[str, Direction]] = Counter()
        self._heights: deque[float] = deque(maxlen=MOST_HEIGHTS)

    def note(self, tracks: list[Track], crossings: list[Crossing]) -> None:
        """What one picture brought."""
        self._heights.extend(track.height for track in tracks if track.steps)
        self._crossings.extend(crossings)
        self.number += len(crossings)
        self._counted.update((one.line, one.direction) for one in crossings)

    def begin_anew(self) -> None:
        """Forgets the crossings; people are as tall as before."""
        self._crossings.clear()
        self._counted.clear()
        self.number = 0

    @property
    def counted(self) -> dict[tuple[str, Direction], int]:
        """Crossings by line and direction."""
        return dict(self._counted)

    def crossings(self, after: int) -> list[Crossing]:
        """Crossings after the first so many; the oldest are forgotten when there are thousands."""
        kept = list(self._crossings)
        return kept[max(0, after - (self.number - len(kept))) :]

    def tall(self) -> float | None:
        """How tall people are, in pixels; None before any was seen."""
        return statistics.median(self._heights) if self._heights else None


def looked_at(detector: Detector) -> Box | None:
    """The part of the picture that a detector looks at, in pixels; None: everywhere."""
    if not isinstance(detector, Framed) or detector.framing is None:
        return None
    x0, y0, x1, y1 = detector.framing.around
    return float(x0), float(y0), float(x1), float(y1)


def known_height(detector: Detector | None) -> float | None:
    """How tall people are by what a detector learned, as a share of the picture's height."""
    return detector.person_height if isinstance(detector, Framed) else None
