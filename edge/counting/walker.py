"""Somebody who walks near one line: where from, how fast, and on which side last."""

from __future__ import annotations

import math
from dataclasses import dataclass

from edge.counting.facts import Crossing
from edge.counting.line import Line
from edge.floor import Floor, FloorError
from edge.geometry import Cut, Point, between
from edge.people import Step

BAND_HEIGHTS = 0.08
"""Half width of the band around a line, in body heights: about 14 cm, more than feet jitter."""

BAND_PIXELS = 2.0
"""Its least half width."""

HEADING_SECONDS = 0.5
"""Time constant with which the heading follows the steps."""

STRIDE_SECONDS = 0.2
"""Speed on the floor is measured over the way that the heading leads in so long."""


@dataclass(frozen=True, slots=True)
class Held:
    """A crossing that can still be undone, until when."""

    crossing: Crossing
    until: float
    height: float  # of whom it is


@dataclass(slots=True)
class Walker:
    """One track as a line sees it."""

    first: Step
    last: Step
    height: float
    vx: float = 0.0  # pixels per second
    vy: float = 0.0
    is_placed: bool = False  # was once beyond the band, so its side is known
    within: int = 0  # signs of its cuts of the line since it was last beyond the band
    beyond: int = 0  # and of the straights beyond the line's ends
    cut_at: float | None = None
    held: Held | None = None
    may_have_come: bool = False  # began near the line with nobody lost nearby: perhaps across it
    is_crowded: bool = False  # somebody else was very near when it was last seen
    is_followed_on: bool = False  # another track goes on where this one was lost
    track_id: int | None = None
    cut_place: Point | None = None
    off: float = math.inf  # pixels from the line where it was last seen

    @property
    def began(self) -> Point:
        """Where it was first seen."""
        return Point(self.first.x, self.first.y)

    @property
    def place(self) -> Point:
        """Where it was last seen."""
        return Point(self.last.x, self.last.y)

    @property
    def band(self) -> float:
        """Half width of the band around a line for somebody so tall, in pixels."""
        return max(BAND_PIXELS, BAND_HEIGHTS * self.height)

    def after(self, seconds: float) -> Point:
        """Where it would be, had it walked on as it did; before its last step for negative seconds."""
        return Point(self.last.x + self.vx * seconds, self.last.y + self.vy * seconds)

    def metres_per_second(self, place: Point, floor: Floor) -> float | None:
        """How fast it walks by its heading, taken at a place of the floor; None before there is a heading."""
        # The heading began at rest, so while it is young it is too slow by a known share.
        known = 1 - math.exp(-(self.last.at - self.first.at) / HEADING_SECONDS)
        if known <= 0:
            return None
        x, y = (speed / known * STRIDE_SECONDS / 2 for speed in (self.vx, self.vy))
        try:
            stride = floor.distance(Point(place.x - x, place.y - y), Point(place.x + x, place.y + y))
        except FloorError:
            return None
        return stride / STRIDE_SECONDS

    def take(self, step: Step, height: float, line: Line) -> Crossing | None:
        """Goes on to a step; the crossing that it confirms."""
        self._walk(step, line)
        self.height, self.off = height, line.distance(self.place)
        if self.off < self.band:
            return None
        within, total, was_placed = self.within, self.within + self.beyond, self.is_placed
        cut_at, self.cut_at = self.cut_at, None
        self.is_placed, self.within, self.beyond = True, 0, 0
        if not (was_placed and within and total) or cut_at is None:
            return None
        return Crossing(line.id, line.direction(total), cut_at, self.track_id, self.cut_place, self.height)

    def _walk(self, step: Step, line: Line) -> None:
        before, place = self.last, Point(step.x, step.y)
        seconds = step.at - before.at
        for one in line.cuts((self.place, place)):
            self._note(one, before.at + one.share * seconds, between(self.place, place, one.share))
        if seconds > 0:
            weight = 1 - math.exp(-seconds / HEADING_SECONDS)
            self.vx += weight * ((step.x - before.x) / seconds - self.vx)
            self.vy += weight * ((step.y - before.y) / seconds - self.vy)
        self.last = step

    def _note(self, one: Cut, at: float, place: Point) -> None:
        if one.within:
            self.within += one.sign
            self.cut_at, self.cut_place = at, place
        else:
            self.beyond += one.sign
