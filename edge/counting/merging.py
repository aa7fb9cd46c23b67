"""Several buckets of one camera as one: minutes into an hour, or what two clocks called the same minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from edge.counting.heat import Grid, HeatTally
from edge.counting.legs import numbers_of, path_counts
from edge.wire import Counts, DwellSketch, Heat, LineCount, PathCount, QueueCount, ZoneCount
from edge.wire.messages import MOST_PATHS

Part = TypeVar("Part", LineCount, ZoneCount, QueueCount)


def merged(parts: Sequence[Counts], start: datetime, length: timedelta) -> Counts:
    """One bucket with all that the parts hold. Counts add up, peaks do not.

    Args:
        parts: at least one, of one camera.
        start: when the bucket begins, UTC.
        length: how long it is.

    Returns the bucket at revision 1. Its coverage is the parts' seconds by its length, at most 1, its time is
    known where that of all parts is, heat of different grids is that of the first, and of more paths than a
    message holds those that most people took.
    """
    covered = sum(
        (part.coverage * (part.bucket_end - part.bucket_start) for part in parts), start=timedelta()
    )
    return parts[0].model_copy(
        update={
            "bucket_start": start,
            "bucket_end": start + length,
            "revision": 1,
            "final": all(part.final for part in parts),
            "coverage": round(min(1.0, covered / length), 6),
            "clock_synced": all(part.clock_synced for part in parts),
            "replayed": all(part.replayed for part in parts),
            "lines": tuple(_line(same) for same in _by_name([one for p in parts for one in p.lines])),
            "zones": tuple(_zone(same) for same in _by_name([one for p in parts for one in p.zones])),
            "queues": tuple(_queue(same) for same in _by_name([one for p in parts for one in p.queues])),
            "heat": _heat([part.heat for part in parts if part.heat is not None]),
            "paths": _paths([part.paths for part in parts if part.paths is not None]),
        }
    )


def tells_of(message: Counts) -> object:
    """What a bucket tells of, without how much: only buckets that tell the same add up without a doubt."""
    heat = message.heat
    return (
        message.clock_synced,
        message.replayed,
        {(one.line, one.kind, one.staff_in is None, one.groups_in is None) for one in message.lines},
        {(one.zone, one.staff_dwell is None) for one in message.zones},
        {one.queue for one in message.queues},
        None if heat is None else (heat.unit, heat.cell),
        message.paths is None,
    )


def _name(part: Part) -> str:
    match part:
        case LineCount():
            return part.line
        case ZoneCount():
            return part.zone
        case QueueCount():
            return part.queue
    raise AssertionError(part)


def _by_name(parts: Iterable[Part]) -> list[list[Part]]:
    named: dict[str, list[Part]] = {}
    for part in parts:
        named.setdefault(_name(part), []).append(part)
    return list(named.values())


def _line(same: Sequence[LineCount]) -> LineCount:
    return same[-1].model_copy(
        update={
            "count_in": sum(one.count_in for one in same),
            "count_out": sum(one.count_out for one in same),
            "staff_in": _sum(one.staff_in for one in same),
            "staff_out": _sum(one.staff_out for one in same),
            "groups_in": _numbers(one.groups_in for one in same),
            "groups_out": _numbers(one.groups_out for one in same),
            "passed": _sum(one.passed for one in same),
        }
    )


def _zone(same: Sequence[ZoneCount]) -> ZoneCount:
    return same[-1].model_copy(
        update={
            "dwell": DwellSketch.merged([one.dwell for one in same]),
            "staff_dwell": _sketch(one.staff_dwell for one in same),
            "ended": _numbers(one.ended for one in same),
            "occupancy_person_seconds": round(sum(one.occupancy_person_seconds for one in same), 3),
            "observed_seconds": round(sum(one.observed_seconds for one in same), 3),
            "occupancy_peak": max(one.occupancy_peak for one in same),
        }
    )


def _queue(same: Sequence[QueueCount]) -> QueueCount:
    return same[-1].model_copy(
        update={
            **{
                name: _sum(getattr(one, name) for one in same)
                for name in ("joined", "served", "abandoned", "lost")
            },
            "wait": _sketch(one.wait for one in same),
            "abandoned_wait": _sketch(one.abandoned_wait for one in same),
            "waiting_person_seconds": _seconds(one.waiting_person_seconds for one in same),
            "observed_seconds": _seconds(one.observed_seconds for one in same),
            "length_peak": max(one.length_peak for one in same),
        }
    )


def _heat(heats: Sequence[Heat]) -> Heat | None:
    if not heats:
        return None
    unit, cell = heats[0].unit, heats[0].cell
    gathered = HeatTally(Grid(unit, cell))
    for heat in heats:
        if (heat.unit, heat.cell) == (unit, cell):
            for place, seconds in heat.seconds.items():
                gathered.add({place: 1}, seconds)
    return gathered.told()


def _paths(told: Sequence[tuple[PathCount, ...]]) -> tuple[PathCount, ...] | None:
    if not told:
        return None
    total = sum((numbers_of(paths) for paths in told), start=Counter[tuple[str, str]]())
    return path_counts(dict(total.most_common(MOST_PATHS)))


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _seconds(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return round(sum(known), 3) if known else None


def _numbers(counted: Iterable[dict[int, int] | dict[str, int] | None]) -> dict[int | str, int] | None:
    known = [one for one in counted if one is not None]
    total: Counter[int | str] = Counter()
    for one in known:
        for key, number in one.items():
            total[key] += number
    return dict(total) if known else None


def _sketch(sketches: Iterable[DwellSketch | None]) -> DwellSketch | None:
    known = [one for one in sketches if one is not None]
    return DwellSketch.merged(known) if known else None
