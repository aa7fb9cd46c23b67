"""Facts to buckets: what was counted in each minute, ready for the wire.

Buckets are kept for an hour, so that a fact that becomes certain late still lands in the minute in
which it happened.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from edge.counting.facts import Crossing, Direction, Visit
from edge.wire import Counts, DwellSketch, LineCount, ZoneCount

BUCKET_SECONDS = 60

SETTLED_SECONDS = 10.0
"""A bucket is called final this long after its end: nearly every late fact is known by then."""

KEPT_SECONDS = 3600.0
"""How long a bucket can still be corrected. What is found out later still counts in the oldest one kept."""

LONGEST_FRAME_GAP_SECONDS = 2.0
"""Between two frames further apart than this nothing was observed."""


@dataclass(slots=True)
class ZoneTally:
    """What one zone has gathered within a bucket."""

    durations: DwellSketch = field(default_factory=DwellSketch)
    person_seconds: float = 0.0
    observed_seconds: float = 0.0
    peak: int = 0


@dataclass(slots=True)
class Bucket:
    """What one camera has counted from `start` (seconds since the epoch) for a minute."""

    start: int
    lines: dict[str, Counter[Direction]]
    zones: dict[str, ZoneTally]
    covered_seconds: float = 0.0
    final: bool = False

    @property
    def end(self) -> int:
        """The first second that is not of the bucket."""
        return self.start + BUCKET_SECONDS


@dataclass(frozen=True, slots=True)
class CountedBy:
    """Who counts, as every bucket says."""

    store: str
    device: str
    camera: str
    replayed: bool = False
    clock_synced: bool = True


class Tally:
    """Gathers the facts of one camera, minute by minute."""

    def __init__(self, lines: Iterable[str], zones: Iterable[str]) -> None:
        self._lines = tuple(lines)
        self._zones = tuple(zones)
        self._buckets: dict[int, Bucket] = {}
        self._changed: set[int] = set()
        self._forgotten = -math.inf  # start of the newest bucket that is no longer kept

    def __len__(self) -> int:
        return len(self._buckets)

    def restore(self, counts: Iterable[Counts]) -> None:
        """Goes on from what was counted before a restart; lines and zones no longer there are dropped."""
        for message in counts:
            start = int(message.bucket_start.timestamp())
            bucket = self._bucket(start)
            bucket.final = message.final
            bucket.covered_seconds = message.coverage * BUCKET_SECONDS
            for line in message.lines:
                if line.line in bucket.lines:
                    bucket.lines[line.line] = Counter(
                        {Direction.IN: line.count_in, Direction.OUT: line.count_out}
                    )
            for zone in message.zones:
                if zone.zone in bucket.zones:
                    bucket.zones[zone.zone] = ZoneTally(
                        zone.dwell,
                        zone.occupancy_person_seconds,
                        zone.observed_seconds,
                        zone.occupancy_peak,
                    )
        self._changed.clear()

    def add(self, fact: Crossing | Visit) -> None:
        """Counts a fact in the minute in which it happened."""
        match fact:
            case Crossing():
                bucket = self._bucket_at(fact.at)
                bucket.lines[fact.line][fact.direction] += 1
            case Visit():
                bucket = self._bucket_at(fact.left_at)
                zone = bucket.zones[fact.zone]
                zone.durations = DwellSketch.merged([zone.durations, DwellSketch.of([fact.seconds])])
        self._changed.add(bucket.start)

    def observe(self, since: float, at: float, occupancies: Mapping[str, int]) -> None:
        """Notes that the camera was watched from `since` to `at`, with so many people in each zone."""
        if not 0 < at - since <= LONGEST_FRAME_GAP_SECONDS:
            since = at
        for start in range(_minute(since), _minute(at) + 1, BUCKET_SECONDS):
            bucket = self._bucket(start)
            seconds = min(at, bucket.end) - max(since, start)
            bucket.covered_seconds += seconds
            for zone_id, people in occupancies.items():
                zone = bucket.zones[zone_id]
                zone.observed_seconds += seconds
                zone.person_seconds += seconds * people
                zone.peak = max(zone.peak, people)
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
        return [_message(bucket, by) for bucket in changed]

    def _bucket_at(self, at: float) -> Bucket:
        start = _minute(at)
        # A minute that was forgotten must not begin again at nothing: it would replace what was told of it.
        if self._buckets and start <= self._forgotten:
            start = min(self._buckets)
        return self._bucket(start)

    def _bucket(self, start: int) -> Bucket:
        bucket = self._buckets.get(start)
        if bucket is None:
            bucket = self._buckets[start] = Bucket(
                start,
                {line: Counter() for line in self._lines},
                {zone: ZoneTally() for zone in self._zones},
            )
        return bucket


def _minute(at: float) -> int:
    return int(at // BUCKET_SECONDS) * BUCKET_SECONDS


def _message(bucket: Bucket, by: CountedBy) -> Counts:
    return Counts(
        store=by.store,
        device=by.device,
        camera=by.camera,
        bucket_start=datetime.fromtimestamp(bucket.start, UTC),
        bucket_end=datetime.fromtimestamp(bucket.end, UTC),
        revision=1,
        final=bucket.final,
        coverage=round(min(1.0, bucket.covered_seconds / BUCKET_SECONDS), 6),
        clock_synced=by.clock_synced,
        replayed=by.replayed,
        lines=tuple(
            LineCount(line=line, count_in=counted[Direction.IN], count_out=counted[Direction.OUT])
            for line, counted in bucket.lines.items()
        ),
        zones=tuple(
            ZoneCount(
                zone=zone_id,
                dwell=zone.durations,
                occupancy_person_seconds=round(zone.person_seconds, 3),
                observed_seconds=round(zone.observed_seconds, 3),
                occupancy_peak=zone.peak,
            )
            for zone_id, zone in bucket.zones.items()
        ),
    )
