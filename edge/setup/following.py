"""People followed and counted for the page, by the tracker and counters of a run, and nowhere kept."""

from __future__ import annotations

from edge.capture import Frame
from edge.config import CameraSettings
from edge.counting import CameraCounter, Crossing
from edge.people import Detections, Track
from edge.planning import plan_of
from edge.tracking import Tracker


class Following:
    """Takes one picture's people after the other; begins anew after `forget`."""

    def __init__(self) -> None:
        self._tracker: Tracker | None = None
        self._counter: CameraCounter | None = None

    def forget(self) -> None:
        """Whoever is followed now is nobody from now on."""
        self._tracker = self._counter = None

    def take(
        self, frame: Frame, found: Detections, camera: CameraSettings, sure_score: float
    ) -> tuple[list[Track], list[Crossing]]:
        """Who is followed now, and who has crossed.

        Args:
            frame: the picture and its time.
            found: people of all scores in it.
            camera: by what is counted; another one after `forget` only.
            sure_score: from which on somebody begins to be followed.

        Raises:
            FloorRefused: the camera's floor makes none in a picture of this shape.
        """
        height, width = frame.image.shape[:2]
        if self._tracker is None or self._counter is None:
            self._tracker = Tracker(sure_score, picture_height=height)
            self._counter = CameraCounter(plan_of(camera, width, height))
        tracks = self._tracker.update(found, frame.at)
        facts = self._counter.update(tracks, frame.at)
        return tracks, [fact for fact in facts if isinstance(fact, Crossing)]
