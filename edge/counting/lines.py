"""Lines: who crossed, in which direction, when.

A side counts as taken only once the feet are a share of the body height beyond the line. What happens
within that band (stops, jitter, a U-turn) is nothing; coming out of it on the other side is a crossing.
It is held back for a moment, for coming straight back undoes it, and keeps its own time.

A track that begins where another was lost goes on in its place. Somebody who is lost while walking across
the line, or is found while walking away from it, and is not such a pair, has crossed it (see `late`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import replace
from itertools import chain

from edge.counting.facts import Crossing
from edge.counting.late import (
    COMING_SECONDS,
    CROWD_HEIGHTS,
    PATIENCE_SECONDS,
    are_crowded,
    can_be_the_same,
    crossing_of_the_found,
    crossing_of_the_lost,
)
from edge.counting.line import Line
from edge.counting.walker import Held, Walker
from edge.floor import Floor
from edge.geometry import distance
from edge.people import Track

AWAY_HEIGHTS = 0.5
"""Somebody this many body heights from the line is clearly away from it."""

LINGER_SECONDS = 5.0
"""Somebody who was never clearly away from the line for so long before crossing it stands there."""

LINGERING_HOLD_SECONDS = 900.0
"""So long a crossing of somebody who stands at the line can be undone: they shift from foot to foot."""

SAME_HEIGHT = 1.1
"""Somebody who turns round stays as tall; a track that changes by more now follows somebody else."""


class LineCounter:
    """Counts crossings of one line; says how fast people walked over it where the floor is known."""

    def __init__(self, line: Line, floor: Floor | None = None) -> None:
        self._line = line
        self._floor = floor
        self._walkers: dict[int, Walker] = {}
        self._lost: list[Walker] = []
        self._began_at: float | None = None
        self._looked_at: float | None = None

    def __len__(self) -> int:
        return len(self._walkers) + len(self._lost)

    def update(self, tracks: Iterable[Track], at: float) -> list[Crossing]:
        """Crossings that are certain by `at`, seconds since the epoch; tracks not given are lost."""
        tracks = list(tracks)
        self._began_at = at if self._began_at is None else self._began_at
        self._lose({track.id for track in tracks})
        new = [track for track in tracks if track.steps and track.id not in self._walkers]
        # Those who are known first: somebody who is seen again is not who a new track goes on for.
        crossings = [one for track in tracks if track.id in self._walkers for one in self._follow(track)]
        for track in new:
            self._walkers[track.id] = self._begun(track)
            crossings += self._follow(track)
        self._look_round(at)
        return [*crossings, *self._due(at), *self._given_up(at)]

    def close(self) -> list[Crossing]:
        """Crossings that were held back, and of those who are lost; forgets everybody."""
        crossings = [walker.held.crossing for walker in self._everybody() if walker.held]
        crossings += self._late(self._lost)
        self._walkers, self._lost, self._began_at = {}, [], None
        return crossings

    def twin(self) -> LineCounter:
        """A counter in the same state, to be closed in place of this one."""
        twin = copy(self)
        twin._lost = [replace(walker) for walker in self._lost]  # counting them spends them
        return twin

    def _everybody(self) -> Iterator[Walker]:
        return chain(self._walkers.values(), self._lost)

    def _follow(self, track: Track) -> Iterator[Crossing]:
        walker = self._walkers[track.id]
        for step in track.steps:
            walker.is_followed_on = False
            if walker.held and step.at >= walker.held.until:
                yield from _released(walker)
            crossing = walker.take(step, track.height, self._line)
            if crossing:
                yield from self._hold(walker, self._with_speed(crossing, walker))
            yield from self._away(walker)

    def _hold(self, walker: Walker, crossing: Crossing) -> Iterator[Crossing]:
        held = walker.held
        walker.may_have_come = False
        if held and held.crossing.direction is not crossing.direction and _is_alike(held, walker):
            walker.held = None  # there and straight back
            return
        yield from _released(walker)
        walker.held = Held(crossing, walker.last.at + self._hold_seconds(walker), walker.height)
        if self._line.recross_seconds == 0:
            yield from _released(walker)

    def _hold_seconds(self, walker: Walker) -> float:
        since = walker.last.at if walker.near_since is None else walker.near_since
        lingers = walker.last.at - since >= LINGER_SECONDS
        return max(self._line.recross_seconds, LINGERING_HOLD_SECONDS if lingers else 0.0)

    def _away(self, walker: Walker) -> Iterator[Crossing]:
        if walker.last.at - walker.first.at > COMING_SECONDS:
            walker.may_have_come = False
        if walker.off < AWAY_HEIGHTS * walker.height:
            walker.near_since = walker.last.at if walker.near_since is None else walker.near_since
            return
        walker.near_since = None
        yield from _released(walker)
        if walker.may_have_come:
            walker.may_have_come = False
            came = crossing_of_the_found(walker, self._line)
            if came:
                yield self._with_speed(came, walker)

    def _due(self, at: float) -> list[Crossing]:
        """What was held back long enough, also of those who are not seen now."""
        due = [walker for walker in self._everybody() if walker.held and at >= walker.held.until]
        return [crossing for walker in due for crossing in _released(walker)]

    def _begun(self, track: Track) -> Walker:
        step = track.steps[0]
        walker = Walker(step, step, track.height, track_id=track.id)
        lost = [other for other in self._everybody() if can_be_the_same(other, walker)]
        if not lost:
            walker.may_have_come = self._may_have_come(walker)
            return walker
        before = min(lost, key=lambda other: distance(other.place, walker.place))
        goes_on = replace(before, track_id=track.id)
        if before.held:
            goes_on.held = replace(before.held, crossing=replace(before.held.crossing, track_id=track.id))
        before.is_followed_on, before.held = True, None
        return goes_on

    def _may_have_come(self, walker: Walker) -> bool:
        # Whoever is there when counting begins did not come just now.
        is_new = self._began_at is not None and walker.first.at - self._began_at >= PATIENCE_SECONDS
        recent = [other for other in self._everybody() if walker.first.at - other.last.at <= PATIENCE_SECONDS]
        return self._line.late_counts and is_new and not _is_crowded(walker, recent)

    def _look_round(self, at: float) -> None:
        """Notes who is, or was in the last picture, too near to somebody seen now."""
        before, self._looked_at = self._looked_at, at
        seen = _Abreast([walker for walker in self._walkers.values() if walker.last.at == at])
        for walker in self._walkers.values():
            if walker.last.at not in (at, before):
                continue
            is_crowded = walker.off <= walker.height and _is_crowded(walker, seen.near(walker))
            # Where one of two boxes of a person vanishes, the other is seen again.
            walker.is_crowded = is_crowded or (walker.last.at != at and walker.is_crowded)

    def _lose(self, given: set[int]) -> None:
        for track_id in [track_id for track_id in self._walkers if track_id not in given]:
            self._lost.append(self._walkers.pop(track_id))

    def _given_up(self, at: float) -> list[Crossing]:
        over = [walker for walker in self._lost if at - walker.last.at > PATIENCE_SECONDS]
        self._lost = [walker for walker in self._lost if at - walker.last.at <= PATIENCE_SECONDS]
        held = [crossing for walker in over for crossing in _released(walker)]
        return [*held, *self._late(over)]

    def _late(self, lost: Iterable[Walker]) -> list[Crossing]:
        if not self._line.late_counts:
            return []
        crossings = [(crossing_of_the_lost(walker, self._line), walker) for walker in lost]
        return [self._with_speed(crossing, walker) for crossing, walker in crossings if crossing]

    def _with_speed(self, crossing: Crossing, walker: Walker) -> Crossing:
        if self._floor is None or crossing.place is None:
            return crossing
        speed = walker.metres_per_second(crossing.place, self._floor)
        return replace(crossing, metres_per_second=speed)


class _Abreast:
    """People in the order in which they stand across the picture, to look at neighbours only."""

    def __init__(self, walkers: Iterable[Walker]) -> None:
        self._walkers = sorted(walkers, key=_across)
        self._xs = [walker.last.x for walker in self._walkers]
        self._tallest = max((walker.height for walker in self._walkers), default=0.0)

    def near(self, walker: Walker) -> list[Walker]:
        """Everybody who may crowd somebody."""
        reach = CROWD_HEIGHTS * max(self._tallest, walker.height)
        x = walker.last.x
        return self._walkers[bisect_left(self._xs, x - reach) : bisect_right(self._xs, x + reach)]


def _across(walker: Walker) -> float:
    return walker.last.x


def _released(walker: Walker) -> Iterator[Crossing]:
    if walker.held:
        yield walker.held.crossing
        walker.held = None


def _is_crowded(walker: Walker, others: Iterable[Walker]) -> bool:
    return any(other is not walker and are_crowded(walker, other) for other in others)


def _is_alike(held: Held, walker: Walker) -> bool:
    return 1 / SAME_HEIGHT <= walker.height / held.height <= SAME_HEIGHT
