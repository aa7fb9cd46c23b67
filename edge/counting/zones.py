"""Zones: who stayed inside, for how long.

A visit is a stay of at least the zone's minimum; leaving for less than its gap does not split it, nor
does losing sight of somebody who is found again nearby within the gap. It begins and ends when the feet
go over the zone's rim, between two pictures, or where somebody is first and last seen inside.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from edge.counting.facts import Visit, VisitEnd
from edge.counting.handover import Reach, whom_it_goes_on_for
from edge.counting.plan import Zone
from edge.floor import Floor
from edge.geometry import Point
from edge.people import Step, Track

NOBODY: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Stay:
    number: int
    track_id: int
    entered_at: float
    inside_at: float  # last seen inside, or went out over the rim
    place: Point
    height: float
    last: Step  # inside or not
    is_inside: bool = True
    is_staff: bool = False

    @property
    def seen_at(self) -> float:
        """When they were last seen inside."""
        return self.inside_at


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A visit that is one already and has not ended; its numbers are those that `Visit` has."""

    zone: str
    stay: int
    track_id: int
    entered_at: float


class ZoneCounter:
    """Counts visits to one zone.

    Args:
        zone: which.
        floor: makes "nearby" a distance in metres.
        long_stay_seconds: a visit so long is taken for staff's; None for none.
    """

    def __init__(
        self, zone: Zone, floor: Floor | None = None, long_stay_seconds: float | None = None
    ) -> None:
        self._zone = zone
        self._nearby = Reach(floor=floor)
        self._long_stay_seconds = math.inf if long_stay_seconds is None else long_stay_seconds
        self._numbers = itertools.count()
        self._stays: dict[int, _Stay] = {}
        self._outside: dict[int, Step] = {}  # last steps of tracks once seen outside, so not new
        self._lost: list[_Stay] = []
        self._unseen: set[int] = set()  # tracks with a stay that are not seen in this picture

    def __len__(self) -> int:
        return len(self._stays) + len(self._outside) + len(self._lost)

    @property
    def occupancy(self) -> int:
        """People inside now."""
        return sum(stay.is_inside for stay in self._stays.values())

    @property
    def under_way(self) -> list[UnderWay]:
        """Visits of people in view that have lasted for the zone's minimum stay and may go on."""
        return [
            UnderWay(self._zone.id, stay.number, stay.track_id, stay.entered_at)
            for stay in self._stays.values()
            if stay.inside_at - stay.entered_at >= self._zone.minimum_stay_seconds
        ]

    def update(self, tracks: Sequence[Track], at: float, staff: Collection[int] = NOBODY) -> list[Visit]:
        """Visits that have ended by `at`; tracks not given are lost, and those in `staff` are staff's."""
        given = {track.id for track in tracks}
        self._unseen = self._stays.keys() - {track.id for track in tracks if track.steps}
        for track in tracks:
            for step in track.steps:
                self._take(track, step)
        for track_id in self._stays.keys() & staff:
            self._stays[track_id].is_staff = True
        self._lose(given)
        return self._ended(at)

    def end_day(self, at: float) -> list[Visit]:
        """Ends all visits as the day does; who is still inside begins another one at `at`."""
        stays = [*self._stays.values(), *self._lost]
        visits = self._visits(stays, VisitEnd.DAY_ENDED)
        self._outside |= {track_id: stay.last for track_id, stay in self._stays.items() if not stay.is_inside}
        self._stays = {track_id: stay for track_id, stay in self._stays.items() if stay.is_inside}
        for stay in self._stays.values():
            stay.entered_at, stay.number = at, next(self._numbers)
        self._lost = []
        return visits

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
                stay.entered_at, stay.number = back_at, next(self._numbers)
        stay.inside_at, stay.place, stay.height = step.at, Point(step.x, step.y), track.height
        stay.is_inside, stay.last = True, step

    def _begun(self, track: Track, step: Step) -> _Stay:
        outside, place = self._outside.pop(track.id, None), Point(step.x, step.y)
        stay = None if outside else self._found_again(step)
        stay = stay or _Stay(
            next(self._numbers), track.id, self._came_in(outside, step), step.at, place, track.height, step
        )
        stay.track_id = track.id
        stay.inside_at, stay.place, stay.height, stay.last = step.at, place, track.height, step
        return stay

    def _came_in(self, outside: Step | None, step: Step) -> float:
        return max(self._zone.rim_moments(outside, step), default=step.at) if outside else step.at

    def _found_again(self, step: Step) -> _Stay | None:
        missing = [*self._lost, *(self._stays[track_id] for track_id in self._unseen)]
        stay = whom_it_goes_on_for(
            step, [one for one in missing if one.is_inside], self._nearby, self._zone.gap_seconds
        )
        if stay is None:
            return None
        self._lost = [one for one in self._lost if one is not stay]
        for track_id in [track_id for track_id in self._unseen if self._stays[track_id] is stay]:
            self._unseen.discard(track_id)
            del self._stays[track_id]
        return stay

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
            Visit(
                self._zone.id,
                stay.entered_at,
                stay.inside_at,
                end,
                self._is_staffs(stay),
                stay.number,
                stay.track_id,
            )
            for stay in stays
            if stay.inside_at - stay.entered_at >= self._zone.minimum_stay_seconds
        ]

    def _is_staffs(self, stay: _Stay) -> bool:
        return stay.is_staff or stay.inside_at - stay.entered_at >= self._long_stay_seconds
