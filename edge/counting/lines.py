"""Entrance lines: who crossed, in which direction, when.

A side counts as taken only once the feet are a share of the body height beyond the line. What happens
within that band (stops, jitter, a U-turn) is nothing; coming out of it on the other side is a crossing,
and coming back is another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edge.counting.facts import Crossing, Direction
from edge.geometry import Point, cut, distance, turn
from edge.people import Step, Track

BAND_HEIGHTS = 0.08
"""Half width of the band around a line, in body heights: about 14 cm, more than feet jitter."""

BAND_PIXELS = 2.0
"""Its least half width."""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line from `first` to `second`, in pixels; `inner` is any point on the side that is in."""

    id: str
    first: Point
    second: Point
    inner: Point

    def signed_distance(self, place: Point) -> float:
        """Pixels from the line, positive on the inner side."""
        side = 1.0 if turn(self.first, self.second, self.inner) > 0 else -1.0
        return side * turn(self.first, self.second, place) / distance(self.first, self.second)


@dataclass(slots=True)
class _Follower:
    side: int = 0  # last confirmed side: 1 inner, -1 outer, 0 not known yet
    last: Step | None = None
    cut_at: float | None = None  # when the straight was last cut within the line's ends


class LineCounter:
    """Counts crossings of one line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._followers: dict[int, _Follower] = {}

    def __len__(self) -> int:
        return len(self._followers)

    def update(self, tracks: Iterable[Track]) -> list[Crossing]:
        """Crossings that the new steps of the tracks confirm; tracks not given are forgotten."""
        known, self._followers = self._followers, {}
        crossings: list[Crossing] = []
        for track in tracks:
            follower = self._followers[track.id] = known.get(track.id) or _Follower()
            band = max(BAND_PIXELS, BAND_HEIGHTS * track.height)
            for step in track.steps:
                crossing = self._take(follower, step, band)
                if crossing:
                    crossings.append(crossing)
        return crossings

    def _take(self, follower: _Follower, step: Step, band: float) -> Crossing | None:
        self._note_cut(follower, step)
        off = self._line.signed_distance(Point(step.x, step.y))
        if abs(off) < band:
            return None
        side = 1 if off > 0 else -1
        before, cut_at = follower.side, follower.cut_at
        follower.side, follower.cut_at = side, None
        if not before or before == side or cut_at is None:
            return None
        return Crossing(self._line.id, Direction.IN if side > 0 else Direction.OUT, cut_at)

    def _note_cut(self, follower: _Follower, step: Step) -> None:
        last, follower.last = follower.last, step
        if last is None:
            return
        path = (Point(last.x, last.y), Point(step.x, step.y))
        found = cut(path, (self._line.first, self._line.second))
        if found:
            share, position = found
            within = 0.0 <= position <= 1.0
            follower.cut_at = last.at + share * (step.at - last.at) if within else None
