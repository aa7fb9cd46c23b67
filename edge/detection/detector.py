"""What a person detector is."""

from __future__ import annotations

from typing import Protocol

from edge.people import Detections, Image


class Detector(Protocol):
    """Anything that finds people."""

    @property
    def sure_score(self) -> float:
        """From this score on a detection may begin a track; the network's own scale decides it."""
        ...

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """People in a BGR picture of shape (height, width, 3), also the doubtful ones.

        `at` is when it was taken, in seconds; a detector that remembers earlier pictures needs it.
        """
        ...
