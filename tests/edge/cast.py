"""Who plays along in the device's tests: people who walk, cameras, detectors and messages, made by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from edge.capture import CameraLost, Frame
from edge.outbox import Progress
from edge.people import NOBODY, Detections, Image, Step, Track
from edge.wire import Counts, DwellSketch, LineCount, ZoneCount
from tests.needs import missing as missing
from tests.ports import free_port as free_port
from tests.waiting import PATIENCE_SECONDS
from tests.waiting import until as until

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "models" / "demo.mp4"

TALL = 100.0
"""Body height of everybody here, in pixels."""

NOON = 1_793_620_800.0
"""A full minute, seconds since the epoch."""

# People


def steps(
    places: Iterable[tuple[float, float]], *, begin: float = NOON, seconds: float = 0.1
) -> tuple[Step, ...]:
    """Somebody's feet at each of the places, so many seconds apart."""
    return tuple(Step(begin + seconds * number, x, y) for number, (x, y) in enumerate(places))


def followed(track_id: int, taken: Iterable[Step], height: float = TALL) -> Track:
    """A track with these steps."""
    taken = tuple(taken)
    return Track(track_id, taken, height, taken[-1].at if taken else 0.0)


def box(x: float, y: float, *, wide: float = 40.0, tall: float = TALL) -> tuple[float, float, float, float]:
    """The box of somebody whose feet are at (x, y)."""
    return (x - wide / 2, y - tall, x + wide / 2, y)


def seen(*boxes: tuple[float, float, float, float], scores: Sequence[float] | None = None) -> Detections:
    """People in a picture, surely seen unless scores say otherwise."""
    if not boxes:
        return NOBODY
    found = scores if scores is not None else [0.9] * len(boxes)
    return Detections.from_boxes(np.array(boxes, np.float32), np.array(found, np.float32))


# Pictures

WIDE, HIGH = 320, 240


def picture(shade: int = 0, *, wide: int = WIDE, high: int = HIGH) -> Image:
    """A plain picture; its shade tells pictures apart."""
    return np.full((high, wide, 3), shade, np.uint8)


class FakeSource:
    """Gives prepared frames; `on_frame` sees each before it is given."""

    def __init__(self, frames: Iterable[Frame], on_frame: Callable[[int], None] | None = None) -> None:
        self._frames = frames
        self._on_frame = on_frame
        self._closed = False
        self.frames_skipped = 0
        self.trouble = ""

    def frames(self) -> Iterator[Frame]:
        for number, frame in enumerate(self._frames):
            if self._on_frame:
                self._on_frame(number)
            if self._closed:
                return
            yield frame

    def close(self) -> None:
        self._closed = True


class FakeDetector:
    """Finds one person wherever the shade of a picture says: shade n is x = 2n, 0 is nobody."""

    sure_score = 0.5

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        shade = int(image[0, 0, 0])
        return seen(box(2.0 * shade, 200.0)) if shade else NOBODY


class FakeCamera:
    """An open camera that gives so many pictures and is then lost, or stays up while `forever`."""

    def __init__(self, pictures: int, *, forever: bool = False, wait: float = 0.0) -> None:
        self._left = pictures
        self._forever = forever
        self._wait = wait
        self.closed = False

    def read(self) -> Image:
        time.sleep(self._wait)
        if self._left <= 0 and not self._forever:
            raise CameraLost("the cable is out")
        self._left -= 1
        return picture()

    def close(self) -> None:
        self.closed = True


class PacedCamera(FakeCamera):
    """An open camera that gives a picture for each that it is told to give."""

    def __init__(self) -> None:
        super().__init__(0, forever=True)
        self._due = threading.Semaphore(0)

    def give(self, pictures: int = 1) -> None:
        """So many more."""
        self._due.release(pictures)

    def read(self) -> Image:
        assert self._due.acquire(timeout=PATIENCE_SECONDS)
        return super().read()


class FakeOpener:
    """Opens the given cameras one after the other; None is a failure, and so is all after the last."""

    def __init__(self, *cameras: FakeCamera | None) -> None:
        self._cameras = list(cameras)
        self.tried = 0

    def __call__(self) -> FakeCamera:
        self.tried += 1
        camera = self._cameras.pop(0) if self._cameras else None
        if camera is None:
            raise CameraLost("no route to host")
        return camera


class FakeClock:
    """A clock that goes on by so much whenever somebody looks."""

    def __init__(self, at: float = NOON, step: float = 0.0) -> None:
        self.at = at
        self.step = step

    def __call__(self) -> float:
        self.at += self.step
        return self.at


# Messages


def minute(
    number: int = 0,
    *,
    camera: str = "entrance",
    count_in: int = 1,
    count_out: int = 0,
    visits: Sequence[float] = (),
    final: bool = True,
    replayed: bool = False,
) -> Counts:
    """What a camera counted in the nth minute from noon on."""
    start = NOON + 60 * number
    return Counts(
        store="shop",
        device="door-1",
        camera=camera,
        bucket_start=datetime.fromtimestamp(start, UTC),
        bucket_end=datetime.fromtimestamp(start + 60, UTC),
        revision=1,
        final=final,
        coverage=1.0,
        replayed=replayed,
        lines=(LineCount(line="door", count_in=count_in, count_out=count_out),),
        zones=(
            ZoneCount(
                zone="shelf",
                dwell=DwellSketch.of(visits),
                occupancy_person_seconds=sum(visits),
                observed_seconds=60,
                occupancy_peak=1,
            ),
        ),
    )


def so_far(until_minute: float = 1.0, *, ended: bool = False, source: str = "clip.mp4") -> Progress:
    """How far a camera was counted, in minutes after noon."""
    return Progress(source, NOON, NOON + 60 * until_minute, ended)
