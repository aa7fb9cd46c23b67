"""Which part of a picture a network looks at, and how large, so that people have the right height for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from edge.detection.distinct import distinct
from edge.detection.sight import Sight
from edge.people import Box, Detections

MARGIN_HEIGHTS = 2.5
"""So far about lines and zones people are looked for, in body heights: some three seconds of walking."""

OVERLAP_HEIGHTS = 1.3
"""So much two windows share, in body heights, that everybody is whole in one of them."""

WORTH_A_CROP = 0.8
"""A crop that holds more of the picture's area than this is not worth it."""

FEWER = 0.95
CUT_PIXELS = 1.5
"""A box that ends within so many input pixels of a window's inner edge is cut off by it."""


class Window(NamedTuple):
    """A part of the picture, in its pixels; x1 and y1 are the first ones outside."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """In pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """In pixels."""
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        """In pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Framing:
    """How a picture is looked at.

    Attributes:
        windows: the parts that are looked at, one detection each.
        scale: input pixels for each pixel of the picture.
        own: the whole picture as the detector itself would; `windows` is then the whole one.
    """

    windows: tuple[Window, ...]
    scale: float
    own: bool = False

    @property
    def around(self) -> Window:
        """The smallest part of the picture that holds all windows."""
        x0, y0, x1, y1 = zip(*self.windows, strict=True)
        return Window(min(x0), min(y0), max(x1), max(y1))

    def cost(self, sight: Sight) -> float:
        """Input pixels of all detections together."""
        if sight.fixed_side:
            return float(len(self.windows) * sight.fixed_side**2)
        return self.scale**2 * sum(window.area for window in self.windows)


def about(region: Box, margin: float, above: float, width: int, height: int) -> Window:
    """The part of a picture that holds a region of the floor with so many pixels about it.

    Args:
        region: x0, y0, x1, y1 in pixels, where feet are counted.
        margin: to all sides, in pixels.
        above: and upwards as much again: who stands at its upper edge is in it to the head.
        width: of the picture.
        height: of the picture.
    """
    x0, y0, x1, y1 = region
    return Window(
        max(0, math.floor(x0 - margin)),
        max(0, math.floor(y0 - margin - above)),
        min(width, math.ceil(x1 + margin)),
        min(height, math.ceil(y1 + margin)),
    )


def framing_for(
    size: tuple[int, int], region: Box, tall: float, sight: Sight, own_scale: float, most_pixels: int
) -> Framing:
    """How to look at a picture so that people are as large as the network needs, at the least cost.

    Args:
        size: width and height of the picture.
        region: x0, y0, x1, y1 in pixels: where feet are counted.
        tall: height of a grown-up there, in pixels.
        sight: what the network needs.
        own_scale: at which the detector looks at the whole picture by itself.
        most_pixels: input pixels of one picture that can be afforded.

    Returns:
        The best framing that can be afforded; it may still show people too small.
    """
    whole = Window(0, 0, *size)
    own = Framing((whole,), own_scale, own=True)
    if sight.enough <= tall * own_scale <= sight.most:
        return own
    scale = sight.aim / tall
    everything = Framing((whole,), scale)
    if not sight.fixed_side and everything.cost(sight) <= own.cost(sight):
        return everything
    if tall * own_scale > sight.most:
        return own  # a fixed input cannot show the whole picture smaller
    part = about(region, MARGIN_HEIGHTS * tall, tall, *size)
    if part.area > WORTH_A_CROP * whole.area:
        part = whole
    return affordable(
        lambda wanted: covering(part, wanted, OVERLAP_HEIGHTS * tall, sight), scale, own, sight, most_pixels
    )


def affordable(
    build: Callable[[float], Framing], scale: float, own: Framing, sight: Sight, most_pixels: int
) -> Framing:
    """The framing at that scale or the largest smaller one that can be paid, the detector's own at last."""
    while scale > own.scale:
        framing = build(scale)
        if framing.cost(sight) <= most_pixels:
            return framing
        scale *= FEWER
    return own


def covering(part: Window, scale: float, overlap: float, sight: Sight) -> Framing:
    """A part of the picture as one window, or, for a network of fixed input, as windows that overlap."""
    if not sight.fixed_side:
        return Framing((part,), scale)
    return Framing(tiles(part, sight.fixed_side / scale, overlap), scale)


def tiles(part: Window, side: float, overlap: float) -> tuple[Window, ...]:
    """Windows of at most so many pixels on each side that cover a part and share at least `overlap`."""
    columns = _spans(part.x0, part.x1, side, overlap)
    rows = _spans(part.y0, part.y1, side, overlap)
    return tuple(Window(x0, y0, x1, y1) for y0, y1 in rows for x0, x1 in columns)


def _spans(begin: int, end: int, side: float, overlap: float) -> list[tuple[int, int]]:
    length, long = end - begin, max(math.ceil(side), math.ceil(overlap) + 1)
    if length <= long:
        return [(begin, end)]
    number = math.ceil((length - overlap) / (long - overlap))
    step = (length - long) / (number - 1)
    starts = [begin + math.floor(step * one) for one in range(number)]
    return [(start, start + long) for start in starts]


def uncut(found: Detections, window: Window, size: tuple[int, int], scale: float) -> Detections:
    """People of a window, in the picture's pixels, without those whom its inner edges cut off."""
    shift = np.array((window.x0, window.y0), np.float32)
    boxes = found.boxes + np.tile(shift, 2)
    slack = CUT_PIXELS / scale
    whole = np.ones(len(found), bool)
    for axis, (first, last) in enumerate(((window.x0, window.x1), (window.y0, window.y1))):
        if first > 0:
            whole &= boxes[:, axis] > first + slack
        if last < size[axis]:
            whole &= boxes[:, axis + 2] < last - slack
    return Detections(boxes[whole], found.scores[whole], (found.feet + shift)[whole])


def joined(parts: Iterable[Detections]) -> Detections:
    """People of several windows, each once, best first."""
    several = list(parts)
    boxes, scores, feet = (
        np.concatenate([getattr(part, name) for part in several]) for name in ("boxes", "scores", "feet")
    )
    best_first = np.argsort(-scores, kind="stable")
    boxes, scores, feet = boxes[best_first], scores[best_first], feet[best_first]
    kept = distinct(boxes)
    return Detections(boxes[kept], scores[kept], feet[kept])
