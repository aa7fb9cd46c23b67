"""Zones: who stayed inside, for how long.

A visit is a stay of at least the zone's minimum; leaving for less than its gap does not split it, nor
does losing sight of somebody who is found again nearby within the gap. It begins and ends when the feet
go over the zone's rim, between two pictures, or where somebody is first and last seen inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from edge.counting.facts import Visit, VisitEnd
from edge.geometry import Point, distance, inside, rim_shares
from edge.people import Step, Track

NEARBY_HEIGHTS = 1.0
"""Somebody who appears within this many body heights of where another was lost is taken for them."""

EDGE_SHARE = 0.02
"""A zone drawn this near to the picture's edge, as a share of its size, was meant to reach to the edge."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon on the floor, in pixels.

    Attributes:
        picture: width and height of the picture; a zone that reaches to its edge goes on beyond it, where
            the feet of people are who are only partly in view. None: the zone ends where it is drawn.
    """

    id: str
    corners: tuple[Point, ...]
    minimum_stay_seconds: float = 3.0
    gap_seconds: float = 2.0
    picture: Point | None = None

    def holds(self, place: Point) -> bool:
        """Whether somebody who stands there is inside."""
        return inside(self.corners, self._in_picture(place))

    def rim_moments(self, before: Step, after: Step) -> list[float]:
        """When somebody who went straight from one step to another was on the rim, in order of time."""
        first, second = (self._in_picture(Point(step.x, step.y)) for step in (before, after))
        shares = rim_shares(self.corners, (first, second))
        return [before.at + share * (after.at - before.at) for share in shares]

    def _in_picture(self, place: Point) -> Point:
        if self.picture is None:
            return place
        wide, high = self.picture
        return Point(
            min(max(place.x, EDGE_SHARE * wide), (1 - EDGE_SHARE) * wide),
            min(max(place.y, EDGE_SHARE * high), (1 - EDGE_SHARE) * high),
        )


@dataclass(slots=True)
class _Stay:
    entered_at: float
    inside_at: float  # last seen inside, or went out over the rim
    place: Point
    height: float
    last: Step  # inside or not
    is_inside: bool = True


class ZoneCounter:
    """Counts visits to one zone."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._stays: dict[int, _Stay] = {}
        self._outside: dict[int, Step] = {}  # last steps of tracks once seen outside, so not new
        self._lost: list[_Stay] = []

    def __len__(self) -> int:
        return len(self._stays) + len(self._outside) + len(self._lost)

    @property
    def occupancy(self) -> int:
        """People inside now."""
        return sum(stay.is_inside for stay in self._stays.values())

    def update(self, tracks: Iterable[Track], at: float) -> list[Visit]:
        """Visits that have ended by `at`; tracks not given are taken for lost."""
        given = set()
        for track in tracks:
            given.add(track.id)
            for step in track.steps:
                self._take(track, step)
        self._lose(given)
        return self._ended(at)

    def close(self, end: VisitEnd) -> list[Visit]:
        """Ends all visits at the moment their visitor was last seen inside, and forgets everybody."""
        stays = [*self._stays.values(), *self._lost]
        self._stays, self._outside, self._lost = {}, {}, []
        return self._visits(stays, end)

    def _take(self, track: Track, step: Step) -> None:
        stay = self._stays.get(track.id)
        if not self._zone.holds(Point(step.x, step.y)):
            if stay:
                self._step_out(stay, step)
            else:
                self._outside[track.id] = step
        elif stay:
            self._go_on(stay, track, step)
        else:
            self._stays[track.id] = self._begun(track, step)

    def _step_out(self, stay: _Stay, step: Step) -> None:
        if stay.is_inside:
            stay.inside_at = min(self._zone.rim_moments(stay.last, step), default=stay.inside_at)
        stay.is_inside, stay.last = False, step

    def _go_on(self, stay: _Stay, track: Track, step: Step) -> None:
        if not stay.is_inside:
            back_at = self._came_in(stay.last, step)
            if back_at - stay.inside_at > self._zone.gap_seconds:
                # Came back after the gap within one update: the visit before ends on its own.
                self._lost.append(replace(stay))
                stay.entered_at = back_at
        stay.inside_at, stay.place, stay.height = step.at, Point(step.x, step.y), track.height
        stay.is_inside, stay.last = True, step

    def _begun(self, track: Track, step: Step) -> _Stay:
        outside, place = self._outside.pop(track.id, None), Point(step.x, step.y)
        stay = None if outside else self._found_again(place, step.at)
        stay = stay or _Stay(self._came_in(outside, step), step.at, place, track.height, step)
        stay.inside_at, stay.place, stay.height, stay.last = step.at, place, track.height, step
        return stay

    def _came_in(self, outside: Step | None, step: Step) -> float:
        return max(self._zone.rim_moments(outside, step), default=step.at) if outside else step.at

    def _found_again(self, place: Point, at: float) -> _Stay | None:
        for number, stay in enumerate(self._lost):
            waited = at - stay.inside_at
            near = distance(place, stay.place) <= NEARBY_HEIGHTS * stay.height
            if stay.is_inside and waited <= self._lost_patience and near:
                return self._lost.pop(number)
        return None

    @property
    def _lost_patience(self) -> float:
        return self._zone.gap_seconds

    def _lose(self, given: set[int]) -> None:
        for track_id in [track_id for track_id in self._stays if track_id not in given]:
            self._lost.append(self._stays.pop(track_id))
        for track_id in self._outside.keys() - given:
            del self._outside[track_id]

    def _ended(self, at: float) -> list[Visit]:
        left = [
            track_id
            for track_id, stay in self._stays.items()
            if not stay.is_inside and at - stay.inside_at > self._zone.gap_seconds
        ]
        gone = {track_id: self._stays.pop(track_id) for track_id in left}
        self._outside |= {track_id: stay.last for track_id, stay in gone.items()}
        visits = self._visits(gone.values(), VisitEnd.LEFT)
        over = [stay for stay in self._lost if at - stay.inside_at > self._zone.gap_seconds]
        self._lost = [stay for stay in self._lost if at - stay.inside_at <= self._zone.gap_seconds]
        for stay in over:
            visits += self._visits([stay], VisitEnd.LOST if stay.is_inside else VisitEnd.LEFT)
        return visits

    def _visits(self, stays: Iterable[_Stay], end: VisitEnd) -> list[Visit]:
        return [
            Visit(self._zone.id, stay.entered_at, stay.inside_at, end)
            for stay in stays
            if stay.inside_at - stay.entered_at >= self._zone.minimum_stay_seconds
        ]
