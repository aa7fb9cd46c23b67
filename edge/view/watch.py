"""Says whether a view is blocked, moved, too dark or out of focus, once that has lasted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.people import Floats
from edge.view.comparing import seen_in_place, spread, way_of
from edge.view.look import Bits, Look, bits_apart
from edge.view.reference import SAME_BITS, Learner, Reference

HIDDEN_SECONDS = 120.0
"""A corner that was not seen for so long is hidden. People who stand before the lens mostly go sooner."""

BLOCKED_SHARE = 0.6
"""Hidden corners that make a blocked view."""

MOVED_SHARE = 0.03
"""Of the picture's width: lines drawn a person's foot beside where they belong."""

LASTS_SECONDS = 60.0
HEALS_SECONDS = 10.0
"""What is wrong is said after so long, and is over after so long."""

DARK_LEVEL = 40.0
"""A picture nine tenths of which are darker shows nobody."""

UNFOCUSED_SECONDS = 180.0
"""Longer than it takes to know that a view is blocked, by which it is blurred too."""

SHARP_SHARE = 0.6
"""Of the reference's sharpness; with less the view is out of focus."""

FEWEST_SHARP = 15
"""With fewer corners in sight nothing is said about focus."""

IN_PLACE_SHARE = 0.85
"""While so many corners are where they were, the camera has not moved."""

BETTER_SHARE = 0.1
"""So many more corners must be found where they would have moved to than where they were."""

ELSEWHERE_SPREAD = 0.35
"""A picture whose corners lie in so many of its cells shows something, and no hand or bag."""

LONGEST_GAP_SECONDS = 60.0
"""After a longer gap between two looks nothing is known of what lasted."""

ANOTHER_SHARE = 0.35
OTHER_LIGHT_SECONDS = 300.0
"""If no more corners look as they did for so long, in a camera that has not moved, it is the light."""

MOST_REFERENCES = 4
"""By day, by night, with the blinds down: one view in several lights."""


@dataclass(frozen=True, slots=True)
class ViewState:
    """How a view is. `known`: whether it can be compared with what it was; else only `dark` is told."""

    known: bool = False
    blocked: bool = False
    moved: bool = False
    dark: bool = False
    unfocused: bool = False

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.blocked or self.moved or self.dark or self.unfocused)


@dataclass(slots=True)
class _Lasting:
    """True once something was so for long enough, and until it was not so for long enough."""

    seconds: float = LASTS_SECONDS
    is_so: bool = False
    _since: float | None = None
    _last_at: float | None = None

    def update(self, now_so: bool, at: float) -> bool:
        if self._last_at is not None and not 0 <= at - self._last_at <= LONGEST_GAP_SECONDS:
            self._since = None
        self._last_at = at
        if now_so == self.is_so:
            self._since = None
        elif self._since is None:
            self._since = at
        elif at - self._since >= (HEALS_SECONDS if self.is_so else self.seconds):
            self.is_so, self._since = now_so, None
        return self.is_so


class _Known:
    """A reference, and when each of its corners was last seen in its place."""

    def __init__(self, reference: Reference, at: float) -> None:
        self.reference = reference
        self.best_at = at
        self._seen_at = np.full(len(reference.places), at)
        self.seen_now = np.zeros(len(reference.places), bool)

    def look(self, look: Look, at: float) -> None:
        """Notes which corners are in their place."""
        self.seen_now = seen_in_place(self.reference, look)
        self._seen_at[self.seen_now] = at

    def all_seen(self, at: float) -> None:
        """Nothing of it is hidden."""
        self._seen_at[:] = at

    @property
    def share_now(self) -> float:
        """The share of corners that are in their place at this look."""
        return float(np.mean(self.seen_now))

    def hidden(self, at: float) -> float:
        """The share of corners that were not seen for long."""
        return float(np.mean(at - self._seen_at > HIDDEN_SECONDS))

    def sharpness(self, look: Look) -> float | None:
        """How sharp the corners are beside what they were; None where too few are to be seen."""
        if self.seen_now.sum() < FEWEST_SHARP:
            return None
        now = look.sharpness(self.reference.places[self.seen_now])
        return float(np.median(now / (self.reference.sharpness[self.seen_now] + 1e-3)))


class ViewWatch:
    """Compares looks, some seconds apart, with the references it was given or learns by itself.

    Args:
        references: what is known from before; empty: the first minutes are taken for good.

    Attributes:
        state: what the last look brought.
        references: a new tuple whenever one was learned.
    """

    def __init__(self, references: tuple[Reference, ...] = ()) -> None:
        self.references = references
        self.state = ViewState()
        self._known: list[_Known] = []
        self._learner: Learner | None = None
        self._wants_another = True
        self._dark, self._moved = _Lasting(), _Lasting()
        self._blocked = _Lasting(HEALS_SECONDS)  # what hides is told by corners that have lasted already
        self._unfocused = _Lasting(UNFOCUSED_SECONDS)
        self._other_light = _Lasting(OTHER_LIGHT_SECONDS)
        self._last: tuple[Floats, Bits] | None = None
        self._last_at: float | None = None

    def take(self, look: Look, at: float) -> ViewState:
        """The state after another look, at seconds of a clock that seldom steps."""
        self._begin(look, at)
        is_dark = look.light < DARK_LEVEL
        self._dark.update(is_dark, at)
        if not is_dark:
            if self._known:
                self._compare(look, at)
            if self.state.is_well:
                self._learn(look, at)
        self.state = self._told()
        return self.state

    def _told(self) -> ViewState:
        """One thing at a time: a dark picture says nothing of the rest, a blocked one nothing of focus."""
        dark, moved, blocked = self._dark.is_so, self._moved.is_so, self._blocked.is_so
        return ViewState(
            known=bool(self._known),
            dark=dark,
            moved=moved and not dark,
            blocked=blocked and not moved and not dark,
            unfocused=self._unfocused.is_so and not (dark or moved or blocked),
        )

    def _begin(self, look: Look, at: float) -> None:
        """Takes up the references that fit, and begins anew with what lasts after a gap."""
        sized = [known for known in self._known if known.reference.size == look.size]
        if not sized:
            sized = [_Known(one, at) for one in self.references if one.size == look.size]
            self._wants_another = not sized
        if len(sized) != len(self._known):
            self._learner = None
        self._known = sized
        if self._last_at is None or not 0 <= at - self._last_at <= LONGEST_GAP_SECONDS:
            for known in self._known:
                known.all_seen(at)
        self._last_at = at

    def _best(self, look: Look, at: float) -> _Known:
        for known in self._known:
            known.look(look, at)
        best = max(self._known, key=lambda known: known.share_now)
        best.best_at = at
        return best

    def _compare(self, look: Look, at: float) -> None:
        known = self._best(look, at)
        way = None if known.share_now >= IN_PLACE_SHARE else way_of(known.reference, look)
        # Along a straight edge a corner looks like the next one: in place are more than really are.
        better = way is not None and way.matched > known.share_now + BETTER_SHARE
        gone = way is not None and way.share > MOVED_SHARE and better
        if way and not gone:
            known.all_seen(at)  # a shake, or another light: it is the same view
        # What is much out of focus looks like nothing that was known, and is told as what it is.
        hidden = min(one.hidden(at) for one in self._known) > BLOCKED_SHARE and not self._unfocused.is_so
        elsewhere = hidden and way is None and self._shows_something_else(look)
        if way is not None or hidden or known.share_now >= IN_PLACE_SHARE:
            self._moved.update(gone or elsewhere, at)  # else nobody can tell at this look
        self._blocked.update(hidden and not gone and not elsewhere, at)
        sharpness = known.sharpness(look)
        if sharpness is not None:
            self._unfocused.update(sharpness < SHARP_SHARE, at)
        another = way is not None and not gone and known.share_now < ANOTHER_SHARE
        if self._other_light.update(another, at):
            self._other_light = _Lasting(OTHER_LIGHT_SECONDS)
            self._wants_another = True

    def _shows_something_else(self, look: Look) -> bool:
        """Whether there is a whole picture, and the same as at the last look: another place and no crowd."""
        places = look.corners()
        before, self._last = self._last, (places, look.describe(places))
        if before is None or not len(before[0]) or spread(places, look.size) < ELSEWHERE_SPREAD:
            return False
        lasting = bits_apart(look.describe(before[0]), before[1]) <= SAME_BITS
        return float(np.mean(lasting)) > 0.5

    def _learn(self, look: Look, at: float) -> None:
        if not self._wants_another:
            return
        learner = self._learner or Learner(look)
        if learner.is_hopeless:
            return
        self._learner = learner
        reference = learner.take(look)
        if learner.is_over:
            self._learner = None
        if reference:
            self._wants_another = False
            kept = sorted(self._known, key=lambda known: -known.best_at)[: MOST_REFERENCES - 1]
            self._known = [*kept, _Known(reference, at)]
            self.references = tuple(known.reference for known in self._known)
