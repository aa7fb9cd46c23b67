"""How large people must be in a network's input to be found, and detectors that can look at any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from edge.people import Detections, Image


@dataclass(frozen=True, slots=True)
class Sight:
    """Heights of an upright adult in a network's input, in pixels.

    The figures come from `tests/bench/size_law.py`; docs/accuracy.md ("Size of people") has its table.

    Attributes:
        least: smaller people are found badly: a third or more of them are missed.
        enough: from here on nearly everybody is found.
        aim: the height to aim at where the input has to be chosen: somewhat more than enough, for the
            farther ones and the bowed.
        most: taller ones are missed again.
        fixed_side: side of the square that is all that the network takes, or None if any size will do.
    """

    least: float
    enough: float
    aim: float
    most: float
    fixed_side: int | None = None


class Scalable(Protocol):
    """A detector that can look at a picture at another size than its own."""

    @property
    def sure_score(self) -> float:
        """See `Detector.sure_score`."""
        ...

    @property
    def sight(self) -> Sight:
        """How large people have to be in its input."""
        ...

    def own_scale(self, width: int, height: int) -> float:
        """Input pixels for each pixel, upright, with which `detect` looks at a picture of that size."""
        ...

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """See `Detector.detect`: the whole picture at the detector's own size."""
        ...

    def detect_at(self, image: Image, scale: float) -> Detections:
        """People in a picture that is made `scale` times as large for the network.

        A network of fixed input takes it in its own size, whatever the scale.
        """
        ...
