"""Who is in view: one person may be followed as several tracks, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from edge.counting.handover import Reach, whom_it_goes_on_for
from edge.counting.late import PATIENCE_SECONDS
from edge.geometry import Point, between
from edge.people import Step, Track

PATH_STEPS = 256
"""So many of somebody's last steps are kept: ten seconds at 25 pictures per second."""


@dataclass(slots=True, eq=False)
class Person:
    """Somebody in view.

    Attributes:
        track_id: the track that follows them now.
        began_at: when they were first seen, seconds since the epoch.
        height: in pixels.
        path: their last steps, oldest first; never empty.
    """

    track_id: int
    began_at: float
    height: float
    path: deque[Step] = field(default_factory=lambda: deque(maxlen=PATH_STEPS))
    is_staff: bool = False

    @property
    def seen_at(self) -> float:
        """When they were last seen."""
        return self.path[-1].at

    @property
    def place(self) -> Point:
        """Where their feet were then."""
        return Point(self.path[-1].x, self.path[-1].y)

    def place_at(self, at: float) -> Point | None:
        """Where they were at a moment within their kept path; None before and after it."""
        if not self.path[0].at <= at <= self.path[-1].at:
            return None
        for after, before in pairwise(reversed(self.path)):
            if before.at <= at <= after.at:
                share = (at - before.at) / (after.at - before.at) if after.at > before.at else 1.0
                return between(Point(before.x, before.y), Point(after.x, after.y), share)
        return self.place


@dataclass(frozen=True, slots=True)
class Move:
    """The steps that somebody took within an update; new: they were not in view before."""

    person: Person
    steps: tuple[Step, ...]
    is_new: bool


@dataclass(slots=True)
class _Following:
    person: Person
    seen_at: float


class Company:
    """Everybody in view, and those just lost who may be found again.

    Whoever is seen again although a new track had gone on for them is a person of their own from then on,
    and staff if they were.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._followings: dict[int, _Following] = {}
        self._given: set[int] = set()

    def __len__(self) -> int:
        return len(self._followings)

    def __getitem__(self, track_id: int) -> Person:
        """Whom a track follows, or followed until it was given up."""
        return self._followings[track_id].person

    def following(self, track_id: int) -> Person | None:
        """Whom a track follows; None where it was given up."""
        following = self._followings.get(track_id)
        return following.person if following else None

    @property
    def staff(self) -> set[int]:
        """The tracks that follow staff."""
        return {track_id for track_id, one in self._followings.items() if one.person.is_staff}

    @property
    def present(self) -> list[Person]:
        """Who is seen, or was until a moment ago."""
        return list(dict.fromkeys(self._followings[track_id].person for track_id in self._given))

    def update(self, tracks: Sequence[Track]) -> list[Move]:
        """Takes the steps; tracks not given are lost."""
        seen = [track for track in tracks if track.steps]
        known = [track for track in seen if track.id in self._followings]
        new = [track for track in seen if track.id not in self._followings]
        # Those who are known first: somebody who is seen again is not who a new track goes on for.
        moves = [self._go_on(track) for track in known]
        moves += [self._begin(track, {track.id for track in seen}) for track in new]
        self._given = {track.id for track in tracks if track.id in self._followings}
        return moves

    def forget(self, at: float) -> list[Person]:
        """Those who have been lost for so long by `at` that no track will go on for them."""
        over = [
            track_id
            for track_id, following in self._followings.items()
            if track_id not in self._given and at - following.seen_at > PATIENCE_SECONDS
        ]
        if not over:
            return []
        left = [self._followings.pop(track_id).person for track_id in over]
        still = {following.person for following in self._followings.values()}
        return [person for person in dict.fromkeys(left) if person not in still]

    def clear(self) -> list[Person]:
        """Forgets everybody; who they were."""
        everybody = dict.fromkeys(following.person for following in self._followings.values())
        self._followings, self._given = {}, set()
        return list(everybody)

    def _go_on(self, track: Track) -> Move:
        following = self._followings[track.id]
        is_new = following.person.track_id != track.id
        if is_new:
            following.person = Person(
                track.id, track.steps[0].at, track.height, is_staff=following.person.is_staff
            )
        return self._taken(following, track, is_new=is_new)

    def _begin(self, track: Track, seen: set[int]) -> Move:
        missing = [
            following.person
            for track_id, following in self._followings.items()
            if track_id not in seen and following.person.track_id == track_id
        ]
        before = whom_it_goes_on_for(track.steps[0], missing, self._reach, PATIENCE_SECONDS)
        person = before or Person(track.id, track.steps[0].at, track.height)
        person.track_id = track.id
        following = self._followings[track.id] = _Following(person, track.steps[0].at)
        return self._taken(following, track, is_new=before is None)

    def _taken(self, following: _Following, track: Track, *, is_new: bool) -> Move:
        following.person.path.extend(track.steps)
        following.person.height = track.height
        following.seen_at = track.steps[-1].at
        return Move(following.person, track.steps, is_new)
