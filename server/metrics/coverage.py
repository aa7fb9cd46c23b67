"""How much of an interval was seen at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.metrics.intervals import Interval
from server.metrics.rows import BucketRow

Camera = tuple[str, str]
"""Device and camera."""

Watched = Mapping[Interval, Mapping[Camera, float]]
"""Stretches of time to the seconds in which each camera processed frames in them."""


def cameras_of(buckets: Iterable[BucketRow]) -> frozenset[Camera]:
    """The cameras that sent some buckets."""
    return frozenset((bucket.device, bucket.camera) for bucket in buckets)


def coverage(
    buckets: Iterable[BucketRow], interval: Interval, cameras: frozenset[Camera], now: datetime
) -> float | None:
    """The share of an interval, up to now, in which frames were processed; 0 to 1, the mean over `cameras`.

    Per camera Σ coverage × seconds / seconds that have passed. `cameras` are those that sent anything
    on the business days in question, so an hour in which one of two is silent reads 0.5 at most.
    None where no camera is known or no time has passed.
    """
    passed_seconds = interval.up_to(now).seconds
    if not cameras or passed_seconds == 0:
        return None
    seen: dict[Camera, float] = defaultdict(float)
    for bucket in buckets:
        seen[bucket.device, bucket.camera] += bucket.coverage * interval.shared_seconds(
            bucket.begin, bucket.end
        )
    # At most 1: buckets of one camera may overlap after its clock was set.
    return sum(min(1.0, seen[camera] / passed_seconds) for camera in cameras) / len(cameras)


def coverage_while_open(
    watched: Watched, stretches: Sequence[Interval], cameras: frozenset[Camera]
) -> float | None:
    """The share of some open stretches in which frames were processed; 0 to 1, the mean over `cameras`.

    None where no camera is known, or where nobody looked how much of a stretch was watched.
    """
    whole = sum(stretch.seconds for stretch in stretches)
    if not cameras or not whole or any(stretch not in watched for stretch in stretches):
        return None
    # At most all of it: buckets of one camera may overlap after its clock was set.
    seen_seconds = sum(
        min(watched[stretch].get(camera, 0.0), stretch.seconds) for stretch in stretches for camera in cameras
    )
    return seen_seconds / (whole * len(cameras))


@dataclass(frozen=True, slots=True)
class Flags:
    """What a reader should know about the counts beneath a figure."""

    clock_unsynced: bool
    """Some came from a device that did not know the time for certain."""
    replayed: bool
    """Some were counted from a recording."""
    running: bool
    """Some belong to a bucket that was not yet over when it was sent."""


def flags(buckets: Sequence[BucketRow]) -> Flags:
    """The flags of some buckets together: raised where one bucket raises them."""
    return Flags(
        clock_unsynced=any(not bucket.clock_synced for bucket in buckets),
        replayed=any(bucket.replayed for bucket in buckets),
        running=any(not bucket.final for bucket in buckets),
    )
