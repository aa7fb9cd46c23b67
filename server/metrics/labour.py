"""Hours of work on the sales floor, and the hours of a day that matter most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from server.metrics.intervals import Interval
from server.metrics.rows import LabourRow

_TEN_THOUSANDTH = Decimal("0.0001")


def labour_hours(rows: Sequence[LabourRow], interval: Interval) -> Decimal | None:
    """People at work × hours within an interval, to four decimals; None where no row shares time with it."""
    shared = [(row.people, interval.shared_seconds(row.begin, row.end)) for row in rows]
    told = [people * Decimal(seconds) for people, seconds in shared if seconds]
    return (sum(told, Decimal(0)) / 3600).quantize(_TEN_THOUSANDTH) if told else None


def power_hours(hours: Iterable[tuple[datetime, int | None]]) -> tuple[datetime, ...]:
    """The fewest hours that hold half of a day's entries, in order of time; nothing where nobody came.

    Args:
        hours: when each hour begins, and its entries. Of two equal hours the earlier is taken.
    """
    known = [(at, entries) for at, entries in hours if entries]
    half = sum(entries for _, entries in known) / 2
    chosen: list[datetime] = []
    held = 0
    for at, entries in sorted(known, key=lambda hour: (-hour[1], hour[0])):
        if held >= half:
            break
        chosen.append(at)
        held += entries
    return tuple(sorted(chosen))
