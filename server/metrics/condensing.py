"""Many rows put together into few that give the same sums: hours from minutes, weeks from days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from edge.wire import DwellSketch
from server.metrics.adding import counts_of_told, sketch_of_told, sum_of_told
from server.metrics.inside import together
from server.metrics.intervals import Interval
from server.metrics.report import Rows
from server.metrics.rows import BoughtRow, BucketRow, LineRow, QueueRow, TakingsRow, ZoneRow

T = TypeVar("T")


def counts_together(rows: Rows, span: Interval) -> Rows:
    """What was counted by buckets that begin within a span, in a row for each camera, zone and queue.

    Rows that do not tell the same things stay apart, so that what is known of a part only is still known
    to be so. Counters, sketches and times add up, peaks are the highest, coverage is weighted by time. A
    bucket that ends after the span stays as it is, for a longer range may hold all of it.

    `rows.inside` holds the span's row, or those of all of its business days.
    """
    return Rows(
        buckets=[
            *(_bucket(some, span) for some in _alike(_ended(rows.buckets, span), _camera)),
            *(row for row in rows.buckets if row.end > span.end),
        ],
        lines=[_line(some, span) for some in _alike(rows.lines, _told_of_line)],
        zones=[_zone(some, span) for some in _alike(rows.zones, _told_of_zone)],
        queues=[_queue(some, span) for some in _alike(rows.queues, _told_of_queue)],
        inside=rows.inside if len(rows.inside) == 1 else [together(rows.inside, span)],
    )


def sales_together(rows: Rows, span: Interval) -> Rows:
    """What was sold within a span, in a row for each currency, and one for all zones."""
    zones: Counter[str] = Counter()
    for row in rows.bought:
        zones.update(row.zones)
    tickets = sum(row.tickets for row in rows.bought)
    return Rows(
        taken=[_takings(some, span) for some in _alike(rows.taken, lambda row: row.currency)],
        bought=[BoughtRow(span.begin, span.end, tickets, dict(sorted(zones.items())))] if tickets else [],
    )


def on_shelved_days(rows: Iterable[ZoneRow], fills: Callable[[ZoneRow], bool]) -> list[ZoneRow]:
    """Rows that say themselves whether products lay in their zone, so that days may be put together."""
    return [row if row.shelved is not None else replace(row, shelved=fills(row)) for row in rows]


def joined(parts: Iterable[Rows]) -> Rows:
    """The rows of several stretches of time, one after the other."""
    several = list(parts)
    return Rows(
        buckets=[row for rows in several for row in rows.buckets],
        lines=[row for rows in several for row in rows.lines],
        zones=[row for rows in several for row in rows.zones],
        queues=[row for rows in several for row in rows.queues],
        taken=[row for rows in several for row in rows.taken],
        bought=[row for rows in several for row in rows.bought],
        inside=[row for rows in several for row in rows.inside],
        earlier=[row for rows in several for row in rows.earlier],
    )


def _alike(rows: Iterable[T], key: Callable[[T], Hashable]) -> list[list[T]]:
    found: dict[Hashable, list[T]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return list(found.values())


def _ended(rows: Iterable[BucketRow], span: Interval) -> list[BucketRow]:
    return [row for row in rows if row.end <= span.end]


def _camera(row: BucketRow) -> Hashable:
    return row.device, row.camera


def _told_of_line(row: LineRow) -> Hashable:
    told = (row.staff_in, row.staff_out, row.groups_in, row.groups_out, row.passed)
    return row.kind, tuple(value is None for value in told)


def _told_of_zone(row: ZoneRow) -> Hashable:
    return row.zone, row.shelved, row.staff_dwell is None, row.ended is None


def _told_of_queue(row: QueueRow) -> Hashable:
    told = (
        row.joined,
        row.served,
        row.abandoned,
        row.lost,
        row.wait,
        row.abandoned_wait,
        row.person_seconds,
        row.observed_seconds,
    )
    return row.queue, tuple(value is None for value in told)


def _bucket(rows: Sequence[BucketRow], span: Interval) -> BucketRow:
    seen_seconds = sum(row.coverage * span.shared_seconds(row.begin, row.end) for row in rows)
    return BucketRow(
        device=rows[0].device,
        camera=rows[0].camera,
        begin=span.begin,
        end=span.end,
        coverage=seen_seconds / span.seconds,
        final=all(row.final for row in rows),
        clock_synced=all(row.clock_synced for row in rows),
        replayed=any(row.replayed for row in rows),
    )


def _line(rows: Sequence[LineRow], span: Interval) -> LineRow:
    return LineRow(
        device="",
        camera="",
        begin=span.begin,
        end=span.end,
        line="",
        kind=rows[0].kind,
        count_in=sum(row.count_in for row in rows),
        count_out=sum(row.count_out for row in rows),
        staff_in=sum_of_told(row.staff_in for row in rows),
        staff_out=sum_of_told(row.staff_out for row in rows),
        groups_in=counts_of_told(row.groups_in for row in rows),
        groups_out=counts_of_told(row.groups_out for row in rows),
        passed=sum_of_told(row.passed for row in rows),
    )


def _zone(rows: Sequence[ZoneRow], span: Interval) -> ZoneRow:
    return ZoneRow(
        device="",
        camera="",
        begin=span.begin,
        end=span.end,
        zone=rows[0].zone,
        dwell=DwellSketch.merged(row.dwell for row in rows),
        person_seconds=sum(row.person_seconds for row in rows),
        observed_seconds=sum(row.observed_seconds for row in rows),
        peak=max(row.peak for row in rows),
        staff_dwell=sketch_of_told(row.staff_dwell for row in rows),
        ended=counts_of_told(row.ended for row in rows),
        shelved=rows[0].shelved,
    )


def _queue(rows: Sequence[QueueRow], span: Interval) -> QueueRow:
    return QueueRow(
        device="",
        camera="",
        begin=span.begin,
        end=span.end,
        queue=rows[0].queue,
        joined=sum_of_told(row.joined for row in rows),
        served=sum_of_told(row.served for row in rows),
        abandoned=sum_of_told(row.abandoned for row in rows),
        lost=sum_of_told(row.lost for row in rows),
        wait=sketch_of_told(row.wait for row in rows),
        abandoned_wait=sketch_of_told(row.abandoned_wait for row in rows),
        person_seconds=sum_of_told(row.person_seconds for row in rows),
        observed_seconds=sum_of_told(row.observed_seconds for row in rows),
        peak=max(row.peak for row in rows),
    )


def _takings(rows: Sequence[TakingsRow], span: Interval) -> TakingsRow:
    return TakingsRow(
        begin=span.begin,
        end=span.end,
        currency=rows[0].currency,
        tickets=sum(row.tickets for row in rows),
        sales=sum(row.sales for row in rows),
        returns=sum(row.returns for row in rows),
        units=sum((row.units for row in rows), Decimal(0)),
        net=sum((row.net for row in rows), Decimal(0)),
        priced=sum(row.priced for row in rows),
        priced_sales=sum(row.priced_sales for row in rows),
        priced_units=sum((row.priced_units for row in rows), Decimal(0)),
    )
