"""Zones: who stayed inside, for how long.

A visit is a stay of at least the zone's minimum; leaving for less than its gap does not split it, nor
does losing sight of somebody who is found again nearby within the gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edge.counting.facts import Visit, VisitEnd
from edge.geometry import Point, distance, inside
from edge.people import Step, Track

NEARBY_HEIGHTS = 1.0
"""Somebody who appears within this many body heights of where another was lost is taken for them."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon on the floor, in pixels."""

    id: str
    corners: tuple[Point, ...]
    minimum_stay_seconds: float = 3.0
    gap_seconds: float = 2.0


@dataclass(slots=True)
class _Stay:
    entered_at: float
    inside_at: float  # last seen inside
    place: Point
    height: float
    is_inside: bool = True


class ZoneCounter:
    """Counts visits to one zone."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._stays: dict[int, _Stay] = {}
        self._outside: set[int] = set()  # tracks once seen outside, so not newly appeared
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
        self._stays, self._outside, self._lost = {}, set(), []
        return self._visits(stays, end)

    def _take(self, track: Track, step: Step) -> None:
        place = Point(step.x, step.y)
        stay = self._stays.get(track.id)
        if not inside(self._zone.corners, place):
            if stay:
                stay.is_inside = False
            else:
                self._outside.add(track.id)
            return
        if stay is None:
            newly_appeared = track.id not in self._outside
            stay = (newly_appeared and self._found_again(place, step.at)) or _Stay(
                step.at, step.at, place, track.height
            )
            self._stays[track.id] = stay
            self._outside.discard(track.id)
        elif not stay.is_inside and step.at - stay.inside_at > self._zone.gap_seconds:
            # Came back after the gap within one update: the visit before ends on its own.
            self._lost.append(_Stay(stay.entered_at, stay.inside_at, stay.place, stay.height, False))
            stay.entered_at = step.at
        stay.inside_at, stay.place, stay.height, stay.is_inside = step.at, place, track.height, True

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
        self._outside &= given

    def _ended(self, at: float) -> list[Visit]:
        left = [
            track_id
            for track_id, stay in self._stays.items()
            if not stay.is_inside and at - stay.inside_at > self._zone.gap_seconds
        ]
        visits = self._visits([self._stays.pop(track_id) for track_id in left], VisitEnd.LEFT)
        self._outside.update(left)
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
