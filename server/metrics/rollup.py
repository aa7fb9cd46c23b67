"""Minutes of one camera put together into one bucket that gives the same sums."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeVar

from edge.wire import Counts, DwellSketch, Heat, LineCount, PathCount, QueueCount, ZoneCount
from edge.wire.messages import MOST_PATHS
from server.metrics.adding import counts_of_told, sketch_of_told, sum_of_told
from server.metrics.intervals import Interval

Part = TypeVar("Part", LineCount, ZoneCount, QueueCount)


class CannotPutTogether(ValueError):
    """These minutes say things that one bucket cannot: they stay as they are."""


def put_together(minutes: Sequence[Counts], hour: Interval) -> Counts:
    """One bucket over `hour` that holds what `minutes` of one camera hold.

    Counters, sketches, person seconds and heat add up, peaks are the highest, coverage is weighted by
    time. Every figure at the resolution of these hours or coarser stays what it was, but for people
    inside (mean and peak), whose coming and going within the hour is forgotten.

    Raises:
        CannotPutTogether: a line was an entrance and became a passing line, heat has two grids, or some
            minutes tell of staff, groups, waits or paths and others do not: their sum could not say so.
    """
    first = minutes[0]
    seen_seconds = sum(m.coverage * (m.bucket_end - m.bucket_start).total_seconds() for m in minutes)
    return Counts(
        store=first.store,
        device=first.device,
        camera=first.camera,
        bucket_start=hour.begin,
        bucket_end=hour.end,
        revision=max(minute.revision for minute in minutes),
        final=all(minute.final for minute in minutes),
        coverage=min(1.0, seen_seconds / hour.seconds),
        clock_synced=all(minute.clock_synced for minute in minutes),
        replayed=any(minute.replayed for minute in minutes),
        lines=tuple(_line(parts) for parts in _alike([minute.lines for minute in minutes], "line")),
        zones=tuple(_zone(parts) for parts in _alike([minute.zones for minute in minutes], "zone")),
        queues=tuple(_queue(parts) for parts in _alike([minute.queues for minute in minutes], "queue")),
        heat=_heat([minute.heat for minute in minutes if minute.heat]),
        paths=_paths([minute.paths for minute in minutes]),
    )


def _alike(of_minutes: Iterable[Iterable[Part]], name: str) -> list[list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    for part in chain.from_iterable(of_minutes):
        found[getattr(part, name)].append(part)
    for key, parts in found.items():
        if len({_told(part) for part in parts}) > 1:
            raise CannotPutTogether(f"{name} {key!r} does not tell the same in all minutes")
    return [found[key] for key in sorted(found)]


def _told(part: LineCount | ZoneCount | QueueCount) -> frozenset[str]:
    return frozenset(name for name, value in part if value is not None)


def _line(parts: Sequence[LineCount]) -> LineCount:
    if len({part.kind for part in parts}) > 1:
        raise CannotPutTogether(f"line {parts[0].line!r} changed its kind")
    return LineCount(
        line=parts[0].line,
        kind=parts[0].kind,
        count_in=sum(part.count_in for part in parts),
        count_out=sum(part.count_out for part in parts),
        staff_in=sum_of_told(part.staff_in for part in parts),
        staff_out=sum_of_told(part.staff_out for part in parts),
        groups_in=counts_of_told(part.groups_in for part in parts),
        groups_out=counts_of_told(part.groups_out for part in parts),
        passed=sum_of_told(part.passed for part in parts),
    )


def _zone(parts: Sequence[ZoneCount]) -> ZoneCount:
    return ZoneCount(
        zone=parts[0].zone,
        dwell=DwellSketch.merged(part.dwell for part in parts),
        staff_dwell=sketch_of_told(part.staff_dwell for part in parts),
        ended=counts_of_told(part.ended for part in parts),
        occupancy_person_seconds=sum(part.occupancy_person_seconds for part in parts),
        observed_seconds=sum(part.observed_seconds for part in parts),
        occupancy_peak=max(part.occupancy_peak for part in parts),
    )


def _queue(parts: Sequence[QueueCount]) -> QueueCount:
    return QueueCount(
        queue=parts[0].queue,
        joined=sum_of_told(part.joined for part in parts),
        served=sum_of_told(part.served for part in parts),
        abandoned=sum_of_told(part.abandoned for part in parts),
        lost=sum_of_told(part.lost for part in parts),
        wait=sketch_of_told(part.wait for part in parts),
        abandoned_wait=sketch_of_told(part.abandoned_wait for part in parts),
        waiting_person_seconds=sum_of_told(part.waiting_person_seconds for part in parts),
        observed_seconds=sum_of_told(part.observed_seconds for part in parts),
        length_peak=max(part.length_peak for part in parts),
    )


def _heat(heats: Sequence[Heat]) -> Heat | None:
    try:
        return Heat.merged(heats)
    except ValueError as error:  # two grids, or more cells than one message holds
        raise CannotPutTogether(f"heat: {error}") from error


def _paths(of_minutes: Sequence[tuple[PathCount, ...] | None]) -> tuple[PathCount, ...] | None:
    told = [paths for paths in of_minutes if paths is not None]
    if not told:
        return None
    if len(told) < len(of_minutes):
        raise CannotPutTogether("some minutes tell of paths and others do not")
    people: Counter[tuple[str, str]] = Counter()
    for path in chain.from_iterable(told):
        people[path.origin, path.to] += path.n
    if len(people) > MOST_PATHS:
        raise CannotPutTogether(f"paths: {len(people)} different ones are more than one message holds")
    return tuple(PathCount(origin=origin, to=to, n=n) for (origin, to), n in sorted(people.items()))
