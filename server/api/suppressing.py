"""Figures of very few people left out of what goes to others: a minute with one visit is about one person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from server.api.shapes import FiguresShape, MetricsShape, Shape, ZoneShape

S = TypeVar("S", bound=Shape)

_SAYS_NOTHING_OF_PEOPLE = {
    "begin",
    "end",
    "begin_local",
    "coverage",
    "zones",
    "zone",
    "name",
    "clock_unsynced",
    "replayed",
    "running",
}


def without_small(metrics: MetricsShape, least: int) -> MetricsShape:
    """The figures, but none of an interval (or a zone in it) with fewer people than `least`; marked there.

    Nobody at all is no secret, so 0 stays. Where only one interval would be left out, its figures would be
    the whole less the others, so the next smallest goes with it.
    """
    if least < 2:
        return metrics
    (totals,) = _left_out([metrics.totals], _people, least)
    return metrics.model_copy(
        update={
            "totals": _zones_left_out([totals], least)[0],
            "intervals": _zones_left_out(_left_out(metrics.intervals, _people, least), least),
        }
    )


def _zones_left_out(parts: Sequence[FiguresShape], least: int) -> list[FiguresShape]:
    zones = [list(part.zones) for part in parts]
    for number in range(len(zones[0]) if zones else 0):
        through = _left_out([of_part[number] for of_part in zones], _visitors, least)
        for of_part, zone in zip(zones, through, strict=True):
            of_part[number] = zone
    return [
        part.model_copy(update={"zones": [_blank(zone) for zone in of_part] if part.suppressed else of_part})
        for part, of_part in zip(parts, zones, strict=True)
    ]


def _left_out(parts: Sequence[S], people: Callable[[S], Sequence[int]], least: int) -> list[S]:
    small = {at for at, part in enumerate(parts) if any(0 < n < least for n in people(part))}
    others = [at for at, part in enumerate(parts) if at not in small and any(people(part))]
    if len(small) == 1 and others:
        small.add(min(others, key=lambda at: max(people(parts[at]))))
    return [_blank(part) if at in small else part for at, part in enumerate(parts)]


def _people(part: FiguresShape) -> Sequence[int]:
    return [part.entries or 0, part.exits or 0]


def _visitors(zone: ZoneShape) -> Sequence[int]:
    return [zone.visits or 0]


def _blank(part: S) -> S:
    fields = set(type(part).model_fields) - _SAYS_NOTHING_OF_PEOPLE
    return part.model_copy(update={**dict.fromkeys(fields), "suppressed": True})
