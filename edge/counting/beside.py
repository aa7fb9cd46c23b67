"""What facts would add to minutes, told by itself: kept beside them for as long as it may still change.

People who are in a zone or a queue, and crossings that can still be undone, stand in no minute yet. What they
would come to if counting ended now is kept with every minute that is, so that a crash loses none of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from edge.counting.bucket import BUCKET_SECONDS, Bucket, CountedBy, Watched
from edge.counting.facts import Fact, Leg, QueueJoined, QueueLeft, Visit, counts_at
from edge.wire import Counts


def told_beside(facts: Iterable[Fact], watched: Watched, by: CountedBy, clock_ahead: float) -> list[Counts]:
    """What facts would add to the minutes in which they happened; nothing else stands in the messages.

    Args:
        facts: as `CameraCounter.if_closed` gives them.
        watched: what the camera is asked for.
        by: who counts.
        clock_ahead: seconds by which the clock goes before the facts' times.
    """
    minutes: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        minutes[int((counts_at(fact) + clock_ahead) // BUCKET_SECONDS) * BUCKET_SECONDS].append(fact)
    return [_bucket(start, of_minute, watched).told(by) for start, of_minute in sorted(minutes.items())]


def began_at(facts: Iterable[Fact]) -> float | None:
    """When the first of those whom facts are about came in, joined or crossed; None of nobody."""
    return min((_began(fact) for fact in facts), default=None)


def _bucket(start: int, facts: list[Fact], watched: Watched) -> Bucket:
    bucket = Bucket(start, _of_these(facts, watched))
    for fact in facts:
        bucket.add(fact, beside=True)
    return bucket


def _of_these(facts: list[Fact], watched: Watched) -> Watched:
    """Only what these facts speak of."""
    names = {(type(fact) is Visit, isinstance(fact, QueueJoined | QueueLeft), _where(fact)) for fact in facts}
    return replace(
        watched,
        lines=tuple(line for line in watched.lines if (False, False, line) in names),
        zones=tuple(zone for zone in watched.zones if (True, False, zone) in names),
        queues=tuple(queue for queue in watched.queues if (False, True, queue) in names),
        grid=None,
        tells_paths=watched.tells_paths and any(isinstance(fact, Leg) for fact in facts),
    )


def _where(fact: Fact) -> str:
    match fact:
        case Visit():
            return fact.zone
        case QueueJoined() | QueueLeft():
            return fact.queue
        case Leg():
            return ""
        case _:
            return fact.line


def _began(fact: Fact) -> float:
    match fact:
        case Visit():
            return fact.entered_at
        case QueueLeft():
            return fact.joined_at
        case _:
            return fact.at
