"""A detector that shows its network people at the right height, however small or large they are."""

from __future__ import annotations

import logging

import numpy as np

from edge.detection.body_height import BodyHeight
from edge.detection.framing import Framing, Window, about, framing_for, joined, tiles, uncut
from edge.detection.sight import Scalable
from edge.people import Box, Detections, Image

SMALLEST_SHARE = 0.05
"""People are looked for who take so much of the picture's height."""

SEARCH_MARGIN = 0.25
"""About lines and zones, as a share of the picture's height, while people's height is not known."""

WORTH_A_LOOK = 1.3
"""A second look shows people at least so many times as large."""

Region = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares of the picture's width and height."""

log = logging.getLogger(__name__)


class Framed:
    """Looks at what matters, and as large as it must be.

    While people's height is not known, the whole picture is looked at as the network itself would, with
    a second look from time to time at the region's own pixels, for those who are too small for the first.

    Args:
        network: finds people in what it is shown.
        region: the part of the picture in which feet are counted, as shares of its size.
        person_height: how tall an upright grown-up is there, as a share of the picture's height; None:
            learned from those who walk by.
        most_pixels: input pixels that one picture may cost.
    """

    def __init__(
        self,
        network: Scalable,
        region: Region,
        person_height: float | None,
        most_pixels: int,
    ) -> None:
        self._network = network
        self._region = region
        self._given = person_height
        self._most_pixels = most_pixels
        self._size = (0, 0)
        self.framing: Framing | None = None
        self.person_height = person_height

    @property
    def sure_score(self) -> float:
        """See `Detector.sure_score`."""
        return self._network.sure_score

    def detect(self, image: Image, at: float = 0.0) -> Detections:
        """See `Detector.detect`."""
        size = (image.shape[1], image.shape[0])
        if size != self._size:
            self._begin(size)
        if self.framing:
            return self._look(image, at, self.framing)
        return self._look_twice(image, at)

    @property
    def in_words(self) -> str:
        """How people are looked at, for whoever sets a camera up."""
        if self.framing is None or self.person_height is None:
            return "how tall people are in the picture is not known yet: too few walked by"
        tall = round(self.person_height * self._size[1] * self.framing.scale)
        learned = "" if self._given else f"; person_height = {self.person_height:.3f} can keep that"
        return (
            f"people are {self.person_height:.3f} of the picture's height here, {tall} pixels for the "
            f"detector, which looks at {_in_words(self.framing, self._size)}{learned}"
        )

    @property
    def trouble(self) -> str:
        """What to do where people are too small even so; empty if they are not."""
        if self.framing is None or self.person_height is None:
            return ""
        tall, least = self.person_height * self._size[1] * self.framing.scale, self._network.sight.least
        if tall >= least:
            return ""
        return (
            f"people are {tall:.0f} pixels high for the detector here; fewer than {least:.0f} are found "
            "badly: move the camera nearer, raise detector.most_pixels, or count in a smaller part of it"
        )

    def _begin(self, size: tuple[int, int]) -> None:
        self._size = size
        width, height = size
        x0, y0, x1, y1 = self._region
        self._places: Box = (x0 * width, y0 * height, x1 * width, y1 * height)
        self.framing = None
        if self._given:
            self._settle(self._given * height)
            return
        self.person_height = None
        ample = self._network.sight.enough / self._network.own_scale(*size)
        self._learned = BodyHeight(self._places, size, ample)
        self._second = self._second_look()
        self._turn = 0

    def _settle(self, tall: float) -> None:
        size, network = self._size, self._network
        self.person_height = tall / size[1]
        own = network.own_scale(*size)
        self.framing = framing_for(size, self._places, tall, network.sight, own, self._most_pixels)
        log.info("%s", self.in_words)
        if self.trouble:
            log.warning("%s", self.trouble)

    def _look(self, image: Image, at: float, framing: Framing) -> Detections:
        if framing.own:
            return self._network.detect(image, at)
        return joined(self._through(image, window, framing.scale) for window in framing.windows)

    def _through(self, image: Image, window: Window, scale: float) -> Detections:
        part = np.ascontiguousarray(image[window.y0 : window.y1, window.x0 : window.x1])
        return uncut(self._network.detect_at(part, scale), window, self._size, scale)

    def _look_twice(self, image: Image, at: float) -> Detections:
        found = self._network.detect(image, at)
        if not self._learned.wants_a_look(image, at):
            return found
        self._turn = (self._turn + 1) % max(len(self._second.windows), 1)
        if self._second.windows:
            window = self._second.windows[self._turn]
            found = joined([found, self._too_small_for_the_first(image, window)])
        self._learned.learn(found.boxes[found.scores >= self.sure_score], self._turn)
        if self._learned.pixels:
            self._settle(self._learned.pixels)
        return found

    def _too_small_for_the_first(self, image: Image, window: Window) -> Detections:
        found = self._through(image, window, self._second.scale)
        tall = (found.boxes[:, 3] - found.boxes[:, 1]) * self._network.own_scale(*self._size)
        small = tall < self._network.sight.enough
        return Detections(found.boxes[small], found.scores[small], found.feet[small])

    def _second_look(self) -> Framing:
        """The region as large as the smallest people need, in windows of which one at a time is looked at."""
        (width, height), sight = self._size, self._network.sight
        own = self._network.own_scale(width, height)
        overlap = min(sight.enough / own, height / 2)  # taller people are found at the first look
        side = min(float(sight.fixed_side or np.inf), self._most_pixels**0.5)
        scale = min(1.0, sight.aim / (SMALLEST_SHARE * height), side / (2 * overlap))
        if scale < WORTH_A_LOOK * own:
            return Framing((), own)
        part = about(self._places, SEARCH_MARGIN * height, 0, width, height)
        return Framing(tiles(part, side / scale, overlap), scale)


def _in_words(framing: Framing, size: tuple[int, int]) -> str:
    if framing.own:
        return "the whole picture"
    x0, y0, x1, y1 = framing.around
    shown = (
        "the whole picture" if (x1 - x0, y1 - y0) == size else f"{x1 - x0}×{y1 - y0} pixels from ({x0}, {y0})"
    )
    parts = f" in {len(framing.windows)} parts" if len(framing.windows) > 1 else ""
    return f"{shown}{parts}, {framing.scale:.2f} times as large"
