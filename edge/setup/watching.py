"""Looks at a camera for the page: counts as a run would, and keeps the newest picture veiled.

The picture that came from the camera is forgotten before the next one is taken; only the veiled one is
kept, in memory. Nothing is put into the outbox.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import cv2

from edge.capture import Frame, FrameSource
from edge.counting import Crossing, Direction
from edge.detection import Detector
from edge.errors import EdgeError
from edge.setup.following import Following
from edge.setup.sights import Looked, Remembered, Shown, Sight, known_height, looked_at
from edge.setup.veil import Veil

RETRY_SECONDS = 2.0
SWITCH_SECONDS = 60.0
ASK_SECONDS = 0.1
JPEG_QUALITY = 75

USUAL_HEIGHT = 0.25
"""Of people, as a share of the picture's height, until some were seen."""

log = logging.getLogger(__name__)


class Watching:
    """One camera, looked at by a thread of its own between `start` and `stop`.

    Args:
        looked: how to begin.
        open_source: opens the camera; called again where it ends, so that a recording is shown again.
        open_detector: what finds people when a camera is looked at in some way; `None` or how tall they
            are, as a share of the picture's height.
    """

    def __init__(
        self,
        looked: Looked,
        open_source: Callable[[], FrameSource],
        open_detector: Callable[[Looked, float | None], Detector],
    ) -> None:
        self._looked = looked
        self._wanted: Looked | None = looked
        self._open_source = open_source
        self._open_detector = open_detector
        self._lock = threading.Lock()
        self._switched = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watching", daemon=True)
        self._source: FrameSource | None = None
        self._detector: Detector | None = None
        self._following = Following()
        self._veil = _veil_for(looked)
        self._shown = Shown()
        self._remembered = Remembered()

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Lets go of the camera and forgets the picture."""
        self._stopping.set()
        with self._lock:
            source = self._source
        if source:
            source.close()
        self._thread.join(timeout=15)
        with self._lock:
            self._shown.picture = None

    def look(self, looked: Looked) -> bool:
        """Counts anew, with other lines or in another way; whether that has begun when this returns.

        Where it is looked at in this very way already, counting goes on.
        """
        with self._lock:
            if self._wanted is None and looked == self._looked:
                return True
            self._switched.clear()
            self._wanted = looked
        for _ in range(round(SWITCH_SECONDS / ASK_SECONDS)):
            if self._switched.wait(ASK_SECONDS):
                return True
            if self.sight.trouble:  # nothing begins before there are pictures again
                return False
        return False

    @property
    def sight(self) -> Sight:
        """How things are now."""
        with self._lock:
            shown, number = self._shown, self._remembered.number
            return Sight(shown.size, shown.number, shown.at, self._tall(), shown.trouble, number)

    @property
    def counted(self) -> dict[tuple[str, Direction], int]:
        """Crossings by line and direction, since this way of looking began."""
        with self._lock:
            return self._remembered.counted

    def crossings(self, after: int = 0) -> list[Crossing]:
        """Crossings after the first so many; the oldest are forgotten when there are thousands."""
        with self._lock:
            return self._remembered.crossings(after)

    def jpeg(self) -> bytes | None:
        """The newest picture, veiled; None before there is one."""
        with self._lock:
            picture = self._shown.picture
        if picture is None:
            return None
        _, encoded = cv2.imencode(".jpg", picture, [int(cv2.IMWRITE_JPEG_QUALITY), JPEG_QUALITY])
        return encoded.tobytes()

    def _tall(self) -> float:
        high = self._shown.size[1] if self._shown.size else 0
        if share := known_height(self._detector):
            return share * high
        return self._remembered.tall() or USUAL_HEIGHT * high

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch()
            except EdgeError as error:
                self._say(f"{error}; {error.hint}" if error.hint else str(error))
                self._stopping.wait(RETRY_SECONDS)
            except Exception:  # top of a thread
                log.exception("the camera cannot be looked at")
                self._say("the program met a fault of its own; its log says more")
                self._stopping.wait(RETRY_SECONDS)

    def _watch(self) -> None:
        source = self._open_source()
        with self._lock:
            self._source = source
        self._forget_everybody()
        try:
            for frame in source.frames():
                if self._stopping.is_set():
                    return
                self._take(frame)
        finally:
            source.close()

    def _take(self, frame: Frame) -> None:
        detector = self._detector_now()
        size = (frame.image.shape[1], frame.image.shape[0])
        if not self._shown.goes_on(size, frame.at):
            self._forget_everybody()
        found = detector.detect(frame.image, frame.at)
        tracks, crossings = self._following.take(frame, found, self._looked.camera, detector.sure_score)
        veiled = self._veil.over(frame.image, frame.at, found.boxes, looked_at(detector))
        with self._lock:
            self._shown.take(veiled, size, frame.at)
            self._remembered.note(tracks, crossings)
            if self._wanted is None:
                self._switched.set()

    def _detector_now(self) -> Detector:
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is not None:
            if self._detector is None or wanted.needs_other_eyes_than(self._looked):
                self._detector = self._open_detector(wanted, self._learned(wanted))
                self._veil = _veil_for(wanted)  # other eyes have seen nobody yet: all is hidden until then
            with self._lock:
                self._looked = wanted
                self._remembered.begin_anew()
            self._following.forget()
        assert self._detector is not None
        return self._detector

    def _learned(self, wanted: Looked) -> float | None:
        """What was learned of people's height is not learned again."""
        learned = known_height(self._detector) if wanted.camera.view == "oblique" else None
        return wanted.camera.person_height or learned

    def _forget_everybody(self) -> None:
        self._following.forget()
        self._veil = _veil_for(self._looked)

    def _say(self, trouble: str) -> None:
        with self._lock:
            self._shown.say(trouble)


def _veil_for(looked: Looked) -> Veil:
    return Veil(softened=looked.camera.view == "overhead")
