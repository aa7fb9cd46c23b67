"""Facts to buckets: what was counted in each minute, ready for the wire.

Buckets are kept for an hour, so that a fact that becomes certain late still lands in the minute in
which it happened.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from edge.counting.bucket import BUCKET_SECONDS, Bucket, CountedBy, Watched
from edge.counting.facts import Crossing, Fact, Group, Passed, QueueJoined, QueueLeft, StaffCrossing, Visit
from edge.counting.scene import Scene
from edge.wire import Counts

SETTLED_SECONDS = 10.0
"""A bucket is called final this long after its end: nearly every late fact is known by then."""

KEPT_SECONDS = 3600.0
"""How long a bucket can still be corrected. What is found out later still counts in the oldest one kept."""

LONGEST_FRAME_GAP_SECONDS = 2.0
"""Between two frames further apart than this nothing was observed."""


class Tally:
    """Gathers the facts of one camera, minute by minute."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._buckets: dict[int, Bucket] = {}
        self._changed: set[int] = set()
        self._forgotten = -math.inf  # start of the newest bucket that is no longer kept

    def __len__(self) -> int:
        return len(self._buckets)

    @property
    def watched(self) -> Watched:
        """What the camera is asked for."""
        return self._watched

    def restore(self, counts: Iterable[Counts]) -> None:
        """Goes on from what was counted before a restart; what is no longer watched is dropped."""
        for message in counts:
            self._bucket(int(message.bucket_start.timestamp())).restore(message)
        self._changed.clear()

    def add(self, fact: Fact) -> None:
        """Counts a fact in the minute in which it happened."""
        match fact:
            case Crossing():
                bucket = self._bucket_at(fact.at)
                bucket.lines[fact.line].crossings[fact.direction] += 1
            case Visit():
                bucket = self._bucket_at(fact.left_at)
                bucket.zones[fact.zone].add(fact)
            case QueueJoined() | QueueLeft():
                bucket = self._bucket_at(fact.at)
                bucket.queues[fact.queue].add(fact)
            case StaffCrossing() | Group() | Passed():
                self._refine(fact)
                return
        self._changed.add(bucket.start)

    def observe(self, since: float, at: float, scene: Scene) -> None:
        """Notes that the camera was watched from `since` to `at`, and what was to be seen in it."""
        if not 0 < at - since <= LONGEST_FRAME_GAP_SECONDS:
            since = at
        for start in range(_minute(since), _minute(at) + 1, BUCKET_SECONDS):
            bucket = self._bucket(start)
            seconds = min(at, bucket.end) - max(since, start)
            bucket.watch(seconds, scene.zones, scene.queues, scene.cells)
            self._changed.add(start)

    def settle(self, at: float) -> None:
        """Calls buckets final that ended long enough before `at`, and forgets those of an hour ago."""
        for bucket in self._buckets.values():
            if not bucket.final and bucket.end + SETTLED_SECONDS <= at:
                bucket.final = True
                self._changed.add(bucket.start)
        for start in [start for start in self._buckets if start + KEPT_SECONDS < at]:
            if start not in self._changed:
                del self._buckets[start]
                self._forgotten = max(self._forgotten, start)

    def finish(self) -> None:
        """Calls every bucket final: nothing more will come."""
        self.settle(math.inf)

    def take_changed(self, by: CountedBy) -> list[Counts]:
        """Buckets that changed since the last call, oldest first; the outbox gives them their revision."""
        changed = [self._buckets[start] for start in sorted(self._changed)]
        self._changed.clear()
        return [bucket.told(by) for bucket in changed]

    def _refine(self, fact: StaffCrossing | Group | Passed) -> None:
        """Says more of crossings that were counted; where their minute is forgotten, they stand alone.

        In another minute it would speak of crossings that are not there: more staff than people came in.
        """
        bucket = self._buckets.get(_minute(fact.at))
        if bucket is None:
            return
        line = bucket.lines[fact.line]
        match fact:
            case StaffCrossing():
                if not line.add_staff(fact.direction):
                    return
            case Group():
                line.add_group(fact.direction, fact.size)
            case Passed():
                line.passed += 1
        self._changed.add(bucket.start)

    def _bucket_at(self, at: float) -> Bucket:
        start = _minute(at)
        # A minute that was forgotten must not begin again at nothing: it would replace what was told of it.
        if self._buckets and start <= self._forgotten:
            start = min(self._buckets)
        return self._bucket(start)

    def _bucket(self, start: int) -> Bucket:
        if start not in self._buckets:
            self._buckets[start] = Bucket(start, self._watched)
        return self._buckets[start]


def _minute(at: float) -> int:
    return int(at // BUCKET_SECONDS) * BUCKET_SECONDS
