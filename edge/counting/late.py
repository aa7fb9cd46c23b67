"""Doors are where people vanish and appear: what may be concluded of somebody lost or found at a line.

The numbers are cautious: who is in doubt is not counted. They were chosen so that perfect tracks of the
public clips bring no count that was not there before.
"""

from __future__ import annotations

from edge.counting.facts import Crossing
from edge.counting.line import Line
from edge.counting.walker import Walker
from edge.geometry import between, distance
from edge.people import Step

PATIENCE_SECONDS = 2.0
"""A track that begins so long after another was lost can be the same person."""

GUESS_SECONDS = 1.0
"""Somebody lost is expected to walk on as seen for so long at the most."""

REACH_HEIGHTS = 0.3
"""So near to where somebody was lost, or is expected, the same person is found again, in body heights."""

REACH_HEIGHTS_PER_SECOND = 0.1
"""And so much farther for each second since."""

LIKE_HEIGHT = 1.25
"""The same person's heights do not differ by more than this ratio."""

ONWARD_SECONDS = 0.3
"""For a count, somebody lost (or found) is taken to walk on (or to have come) as seen for so long."""

COMING_SECONDS = 1.2
"""Somebody who came across the line is clearly away from it so soon after they appeared."""

LEAST_SECONDS = 0.5
"""Who vanishes and was followed for less gives no evidence of where they went."""

LEAST_COMING_SECONDS = 0.3
"""Nor does somebody who appears and jumps away."""

LEAST_HEIGHTS = 0.5
"""Who vanishes and walked less, in body heights, gives none either."""

CROWD_HEIGHTS = 0.5
"""Two tracks so near to each other may be of one person, or hide one another."""


def can_be_the_same(lost: Walker, found: Walker) -> bool:
    """Whether a track that begins goes on where another was lost: an id switch."""
    gap = found.first.at - lost.last.at
    if lost.is_followed_on or not 0 < gap <= PATIENCE_SECONDS:
        return False
    if not 1 / LIKE_HEIGHT <= found.height / lost.height <= LIKE_HEIGHT:
        return False
    reach = (REACH_HEIGHTS + REACH_HEIGHTS_PER_SECOND * gap) * lost.height
    expected = lost.after(min(gap, GUESS_SECONDS))
    return min(distance(place, found.place) for place in (lost.place, expected)) <= reach


def are_crowded(one: Walker, other: Walker) -> bool:
    """Whether two tracks are too near to each other to conclude anything of one of them."""
    # Asked of every pair in every picture: most are ruled out by how far apart they are across.
    reach = CROWD_HEIGHTS * max(one.height, other.height)
    across = one.last.x - other.last.x
    return -reach <= across <= reach and distance(one.place, other.place) <= reach


def crossing_of_the_lost(walker: Walker, line: Line) -> Crossing | None:
    """What somebody who is lost crossed, had they walked on as they did. Spends the walker."""
    if walker.is_followed_on or walker.is_crowded or not walker.is_placed:
        return None
    if walker.last.at - walker.first.at < LEAST_SECONDS:
        return None
    if distance(walker.began, walker.place) < LEAST_HEIGHTS * walker.height:
        return None
    onward = Step(walker.last.at + ONWARD_SECONDS, *walker.after(ONWARD_SECONDS))
    return walker.take(onward, walker.height, line)


def crossing_of_the_found(walker: Walker, line: Line) -> Crossing | None:
    """What somebody who appeared and is now clearly away crossed, had they come as they went on."""
    first, last = walker.first, walker.last
    if last.at - first.at < LEAST_COMING_SECONDS:
        return None
    share = -ONWARD_SECONDS / (last.at - first.at)
    begin = Step(first.at - ONWARD_SECONDS, *between(walker.began, walker.place, share))
    came = Walker(begin, begin, walker.height, track_id=walker.track_id)
    came.take(begin, walker.height, line)
    return came.take(last, walker.height, line)
