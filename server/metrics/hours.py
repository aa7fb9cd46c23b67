"""What is followed from hour to hour over years: the same as `report` says of each part, in less time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.metrics import coverage as seen
from server.metrics import zones as zoned
from server.metrics.footfall import crossings, entrance_rows
from server.metrics.intervals import Interval, shared_out
from server.metrics.report import Rows, Terms
from server.metrics.rows import BucketRow, LineRow, TakingsRow, ZoneRow


@dataclass(frozen=True, slots=True)
class ZoneHour:
    """One zone in an hour: visits that ended in it, and how long they lasted on average; None: not known."""

    visits: int | None
    mean_seconds: float | None


@dataclass(frozen=True, slots=True)
class HourFigures:
    """The figures of one hour; None where nothing is known. `zones`: those of which there are rows."""

    interval: Interval
    entries: int | None
    transactions: int | None
    coverage: float | None
    open_hours: float | None
    zones: Mapping[str, ZoneHour]


@dataclass(frozen=True, slots=True)
class _Share:
    interval: Interval
    buckets: Sequence[BucketRow]
    lines: Sequence[LineRow]
    zones: Sequence[ZoneRow]
    taken: Sequence[TakingsRow]


def hour_figures(
    rows: Rows, terms: Terms, parts: Sequence[Interval], now: datetime
) -> tuple[HourFigures, ...]:
    """The figures of the parts of a range; `rows` hold what was sold as `taken`, not as tickets.

    Whether a till or a camera is known is known of all parts together, as in `report`.
    """
    cameras = seen.cameras_of(rows.buckets)
    has_tills = any(row.tickets for row in rows.taken) or any(row.tickets for row in rows.bought)
    return tuple(
        HourFigures(
            interval=share.interval,
            entries=_entries(share.lines),
            transactions=_sold(share) if has_tills and share.interval.begin < now else None,
            coverage=seen.coverage(share.buckets, share.interval, cameras, now),
            open_hours=terms.opening.hours_within(share.interval, terms.calendar),
            zones=_zones(share.zones),
        )
        for share in _shares(rows, parts)
    )


def _shares(rows: Rows, parts: Sequence[Interval]) -> list[_Share]:
    columns = zip(
        parts,
        shared_out(rows.buckets, parts, lambda row: row.begin),
        shared_out(entrance_rows(rows.lines), parts, lambda row: row.begin),
        shared_out(rows.zones, parts, lambda row: row.begin),
        shared_out(rows.taken, parts, lambda row: row.begin),
        strict=True,
    )
    return [_Share(*column) for column in columns]


def _entries(rows: Sequence[LineRow]) -> int | None:
    crossed = crossings(rows)
    return crossed.entries if crossed else None


def _sold(share: _Share) -> int:
    return sum(row.sales for row in share.taken)


def _zones(rows: Sequence[ZoneRow]) -> dict[str, ZoneHour]:
    by_zone: dict[str, list[ZoneRow]] = {}
    for row in rows:
        by_zone.setdefault(row.zone, []).append(row)
    return {zone: _zone(some) for zone, some in by_zone.items()}


def _zone(rows: Sequence[ZoneRow]) -> ZoneHour:
    stays = zoned.stays(rows)
    return ZoneHour(zoned.visits(rows), stays.mean_seconds if stays else None)
