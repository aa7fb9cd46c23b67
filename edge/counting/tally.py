"""Facts to buckets: what was counted in each minute, ready for the wire.

Buckets are kept for an hour, so that a fact that becomes certain late still lands in the minute in
which it happened.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from edge.counting.beside import told_beside
from edge.counting.bucket import BUCKET_SECONDS, Bucket, CountedBy, Watched
from edge.counting.facts import Fact, Group, Leg, Passed, StaffCrossing, counts_at
from edge.counting.scene import Scene
from edge.wire import Counts

SETTLED_SECONDS = 10.0
"""A bucket is called final this long after its end: nearly every late fact is known by then."""

HOUR_SECONDS = 3600
"""What old minutes become where there is no room for them."""

KEPT_SECONDS = 3600.0
"""How long a bucket can still be corrected. What is found out later still counts in the oldest one kept."""

MOST_BUCKETS = 2 * 24 * 60
"""While nothing can be kept, so many minutes are remembered: two days."""

LONGEST_FRAME_GAP_SECONDS = 2.0
"""Between two frames further apart than this nothing was observed."""


Kept = Callable[[int], Counts | None]
"""What was told of the minute that begins at a second since the epoch, or of its hour where it became one."""


def nothing_kept(_: int) -> None:
    """Of no minute is anything told."""


class Tally:
    """Gathers the facts of one camera, minute by minute.

    Times of facts and pictures run steadily; `clock_ahead` says how many seconds the clock goes before them,
    and minutes are those of the clock.

    Args:
        watched: what the camera is asked for.
        kept: what was told before of a minute that is not in memory, so that a clock that is set back
            adds to it instead of replacing it.
    """

    def __init__(self, watched: Watched, kept: Kept = nothing_kept) -> None:
        self.clock_ahead = 0.0
        self.dropped_minutes = 0
        self._kept = kept
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
            bucket = Bucket.of(message, self._watched)
            self._buckets[bucket.start] = bucket
        self._changed.clear()

    def take_in(self, beside: Iterable[Counts]) -> None:
        """Adds what was told beside minutes of people who were there when the process before ended."""
        for message in beside:
            bucket = self._bucket(int(message.bucket_start.timestamp()))
            bucket.take_in(message)
            self._changed.add(bucket.start)

    def forget_all(self) -> None:
        """Lets go of every minute: what is kept of them elsewhere was changed there."""
        self._buckets.clear()
        self._changed.clear()
        self._forgotten = -math.inf

    def add(self, fact: Fact) -> None:
        """Counts a fact in the minute in which it happened."""
        bucket = self._bucket_for(fact)
        if bucket and bucket.add(fact):
            self._changed.add(bucket.start)

    def observe(self, since: float, at: float, scene: Scene) -> None:
        """Notes that the camera was watched from `since` to `at`, and what was to be seen in it."""
        if not 0 < at - since <= LONGEST_FRAME_GAP_SECONDS:
            since = at
        since, at = since + self.clock_ahead, at + self.clock_ahead
        for start in range(_minute(since), _minute(at) + 1, BUCKET_SECONDS):
            bucket = self._bucket(start)
            seconds = min(at, start + BUCKET_SECONDS) - max(since, start)
            bucket.watch(seconds, scene.zones, scene.queues, scene.cells)
            self._changed.add(bucket.start)

    def settle(self, at: float) -> None:
        """Calls buckets final that ended long enough before `at`, and forgets those an hour away from it.

        Some lie in the time to come where the clock was set back.
        """
        at += self.clock_ahead
        for bucket in self._buckets.values():
            is_over = bucket.end + SETTLED_SECONDS <= at or at + KEPT_SECONDS < bucket.start
            if not bucket.final and is_over:
                bucket.final = True
                self._changed.add(bucket.start)
        for start in [start for start in self._buckets if abs(at - start) > KEPT_SECONDS]:
            if start not in self._changed:
                del self._buckets[start]
                self._forgotten = max(self._forgotten, start) if start < at else self._forgotten
        while len(self._buckets) > MOST_BUCKETS:
            oldest = min(self._buckets)
            del self._buckets[oldest]
            self._changed.discard(oldest)
            self.dropped_minutes += 1

    def finish(self) -> None:
        """Calls every bucket final: nothing more will come."""
        self.settle(math.inf)

    def take_changed(self, by: CountedBy) -> list[Counts]:
        """Buckets that changed since the last call, oldest first; the outbox gives them their revision."""
        changed = [self._buckets[start] for start in sorted(self._changed)]
        self._changed.clear()
        return [bucket.told(by) for bucket in changed]

    def told_beside(self, facts: Iterable[Fact], by: CountedBy) -> list[Counts]:
        """What facts would add to minutes; none of it is counted here."""
        return told_beside(facts, self._watched, by, self.clock_ahead)

    def take_back(self, counts: Iterable[Counts]) -> None:
        """Takes back what could not be kept, to be taken again."""
        self._changed.update(int(message.bucket_start.timestamp()) for message in counts)

    def _bucket_for(self, fact: Fact) -> Bucket | None:
        """Where a fact is counted; None: nowhere any more."""
        at = counts_at(fact)
        start = _minute(at + self.clock_ahead)
        match fact:
            case StaffCrossing() | Group() | Passed():
                # They say more of crossings, which stand alone once their minute is forgotten:
                # another one would speak of crossings that are not there, of more staff than people.
                return self._known(start)
            case Leg():
                return self._buckets.get(start)
            case _:
                return self._bucket_at(at)

    def _bucket_at(self, at: float) -> Bucket:
        start = _minute(at + self.clock_ahead)
        known = self._known(start) or self._recalled(start)
        if known:
            return known
        # A minute that was forgotten must not begin again at nothing: it would replace what was told of it.
        if self._buckets and start <= self._forgotten:
            start = min(self._buckets)
        return self._bucket(start)

    def _bucket(self, start: int) -> Bucket:
        bucket = self._known(start) or self._recalled(start)
        if bucket is None:
            bucket = self._buckets[start] = Bucket(start, self._watched)
        return bucket

    def _known(self, start: int) -> Bucket | None:
        """What holds the minute that begins then: its own bucket, or that of the hour that it became."""
        for begin in (start, start // HOUR_SECONDS * HOUR_SECONDS):
            bucket = self._buckets.get(begin)
            if bucket and start < bucket.end:
                return bucket
        return None

    def _recalled(self, start: int) -> Bucket | None:
        message = self._kept(start)
        if message is None:
            return None
        bucket = Bucket.of(message, self._watched)
        self._buckets[bucket.start] = bucket
        return bucket


def _minute(at: float) -> int:
    return int(at // BUCKET_SECONDS) * BUCKET_SECONDS
