"""People as values: seen in one picture, and followed over several. What every folder of the edge shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Detections:
    """People in one picture, in pixels of that picture.

    Attributes:
        boxes: shape (n, 4), x0, y0, x1, y1.
        scores: shape (n,), 0..1.
        feet: shape (n, 2), the point between the feet, or the middle of the box's bottom edge where
            the network does not say; in a view from straight above, the middle of the person.
    """

    boxes: Floats
    scores: Floats
    feet: Floats

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def from_boxes(cls, boxes: Floats, scores: Floats) -> Detections:
        """People whose feet are taken to be where their box ends."""
        feet = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
        return cls(boxes, scores, feet.astype(np.float32))


NOBODY = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 2), np.float32))


Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the frame."""


class Step(NamedTuple):
    """Where somebody stood at a moment: pixels of the frame, seconds since the epoch."""

    at: float
    x: float
    y: float
    box: Box | None = None
    """Around the whole of them, as detected; counting needs only the feet."""


@dataclass(frozen=True, slots=True)
class Track:
    """Somebody who is followed.

    Attributes:
        id: unique within one tracker, never reused.
        steps: where the feet were since the last update, oldest first. Usually one; several when the
            track has just been confirmed, or found again after a gap; none while it is only guessed.
        height: height of the person's box in pixels, smoothed: body height, or in a view from above
            about a metre.
        seen_at: when it was last really detected, seconds since the epoch.
    """

    id: int
    steps: tuple[Step, ...]
    height: float
    seen_at: float
