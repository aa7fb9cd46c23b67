"""Id switches: a new track that begins near where another was lost, soon after, goes on for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from edge.floor import Floor, FloorError
from edge.geometry import Point, distance
from edge.people import Step

NEARBY_HEIGHTS = 1.0
"""Somebody who appears within this many body heights of where another was lost is taken for them."""

NEARBY_METRES = 1.7
"""The same where the floor is known."""


class Seen(Protocol):
    """Somebody who was seen last at a moment and place, so tall in pixels."""

    @property
    def seen_at(self) -> float:
        """Seconds since the epoch."""

    @property
    def place(self) -> Point:
        """Of the feet, in pixels."""

    @property
    def height(self) -> float:
        """In pixels."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How near is near: in metres where the floor is known, else in body heights."""

    metres: float = NEARBY_METRES
    heights: float = NEARBY_HEIGHTS
    floor: Floor | None = None

    def share(self, first: Point, second: Point, height: float) -> float:
        """Distance of two places as a share of the reach, for somebody so tall in pixels; 1 is just near.

        A place above the floor's horizon is a mistake of detection; body heights serve there.
        """
        if self.floor:
            try:
                return self.floor.distance(first, second) / self.metres
            except FloorError:
                pass
        return distance(first, second) / (self.heights * height)


SeenT = TypeVar("SeenT", bound=Seen)


def whom_it_goes_on_for(
    step: Step, missing: Iterable[SeenT], reach: Reach, patience_seconds: float
) -> SeenT | None:
    """Who of those not seen now a track that begins with this step goes on for: the nearest in reach."""
    place, best, nearest = Point(step.x, step.y), None, 1.0
    for one in missing:
        if not 0 < step.at - one.seen_at <= patience_seconds:
            continue
        share = reach.share(place, one.place, one.height)
        if share <= nearest:
            best, nearest = one, share
    return best
