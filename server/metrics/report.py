"""All figures of a store over a range of time: as a whole, and part by part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from server.metrics import coverage as seen
from server.metrics import zones as zoned
from server.metrics.footfall import Crossings, Occupancy, OccupancyCurve, crossings, entrance_rows
from server.metrics.groups import Groups, groups_in, passers_by, passing_rows
from server.metrics.intervals import Calendar, Interval, shared_out
from server.metrics.queues import QueueFigures, QueueTerms, queue_figures
from server.metrics.ratios import Quotient, Ratio, quotient, ratio
from server.metrics.rows import BucketRow, LineRow, PlanogramRow, QueueRow, TicketRow, ZoneRow
from server.metrics.sales import Money, Planogram, Sales, Till, is_sale, sales
from server.metrics.zones import ZoneFigures


@dataclass(frozen=True, slots=True)
class Terms:
    """What a store has agreed on: its clock, its money, and when a rate may be read."""

    calendar: Calendar
    currency: str | None = None
    """Of amounts that name none."""
    visit_to_till_lag: timedelta = timedelta(0)
    least_visitors: int = 20
    zones: tuple[str, ...] = ()
    """Zones that are always listed, in this order; others follow where rows name them."""
    queues: QueueTerms = field(default_factory=QueueTerms)


@dataclass(frozen=True, slots=True)
class Rows:
    """What is stored about the business days that a range touches.

    Whole days, because occupancy adds up from a day's beginning, and because a camera or a till that is
    silent in the range is known by the rest of its day. `tickets` go on for the store's visit-to-till lag.
    """

    buckets: Sequence[BucketRow] = ()
    lines: Sequence[LineRow] = ()
    zones: Sequence[ZoneRow] = ()
    queues: Sequence[QueueRow] = ()
    tickets: Sequence[TicketRow] = ()
    planogram: Sequence[PlanogramRow] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a store in one interval; None where nothing is known.

    `crossings` holds everybody and staff beside `entries` and `exits`, which are without staff.
    `running` says that the interval had not ended, or that a bucket in it may still be corrected.
    """

    interval: Interval
    entries: int | None
    exits: int | None
    balance: float | None
    occupancy: Occupancy | None
    coverage: float | None
    sales: Sales | None
    conversion: Ratio | None
    average_transaction_value: Quotient | None
    units_per_transaction: Quotient | None
    average_unit_retail: Quotient | None
    sales_per_visitor: Quotient | None
    zones: tuple[ZoneFigures, ...]
    crossings: Crossings | None
    groups: Groups | None
    group_conversion: Ratio | None
    passers_by: int | None
    capture_rate: Ratio | None
    queues: tuple[QueueFigures, ...]
    clock_unsynced: bool
    replayed: bool
    running: bool

    @property
    def transactions(self) -> int | None:
        """Sales tickets; None where no till is known."""
        return self.sales.transactions if self.sales else None

    @property
    def net_sales(self) -> Money | None:
        """Net sales; None where no till is known or none names amounts."""
        return self.sales.net if self.sales else None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a range as a whole, and of each of its parts."""

    totals: Figures
    parts: tuple[Figures, ...]


@dataclass(frozen=True, slots=True)
class _Share:
    """The rows of one interval. `zone_tickets` are those of its window shifted by the lag."""

    interval: Interval
    buckets: Sequence[BucketRow]
    lines: Sequence[LineRow]
    passing: Sequence[LineRow]
    zones: Sequence[ZoneRow]
    queues: Sequence[QueueRow]
    tickets: Sequence[TicketRow]
    zone_tickets: Sequence[TicketRow]


@dataclass(frozen=True, slots=True)
class _Known:
    """What holds for the whole range."""

    terms: Terms
    now: datetime
    cameras: frozenset[seen.Camera]
    has_tills: bool
    planogram: Planogram
    zones: tuple[str, ...]
    queues: tuple[str, ...]
    curve: OccupancyCurve
    till: Till


def report(rows: Rows, terms: Terms, whole: Interval, parts: Iterable[Interval], now: datetime) -> Report:
    """The figures of a range and of its parts (see `intervals.split`).

    A bucket belongs to the part in which it begins, a ticket to the part in which it was paid. Tills are
    known if `rows` hold any ticket: then a part without one had no sale, else nothing is known.
    Parts that begin at `now` or later know nothing.
    """
    known = _known(rows, terms, now)
    return Report(
        totals=_figures(known, _shares(rows, terms, [whole])[0]),
        parts=tuple(_figures(known, share) for share in _shares(rows, terms, list(parts))),
    )


def _known(rows: Rows, terms: Terms, now: datetime) -> _Known:
    others = {row.zone for row in rows.zones} - set(terms.zones)
    other_queues = {row.queue for row in rows.queues} - set(terms.queues.listed)
    return _Known(
        terms=terms,
        now=now,
        cameras=seen.cameras_of(rows.buckets),
        has_tills=bool(rows.tickets),
        planogram=Planogram.of(rows.planogram),
        zones=(*terms.zones, *sorted(others)),
        queues=(*terms.queues.listed, *sorted(other_queues)),
        curve=OccupancyCurve.of(entrance_rows(rows.lines), terms.calendar, now),
        till=Till.of(rows.tickets, terms.currency),
    )


def _shares(rows: Rows, terms: Terms, parts: Sequence[Interval]) -> list[_Share]:
    lag = terms.visit_to_till_lag
    columns = zip(
        parts,
        shared_out(rows.buckets, parts, lambda row: row.begin),
        shared_out(entrance_rows(rows.lines), parts, lambda row: row.begin),
        shared_out(passing_rows(rows.lines), parts, lambda row: row.begin),
        shared_out(rows.zones, parts, lambda row: row.begin),
        shared_out(rows.queues, parts, lambda row: row.begin),
        shared_out(rows.tickets, parts, lambda row: row.at),
        shared_out(rows.tickets, parts, lambda row: row.at - lag),
        strict=True,
    )
    return [_Share(*column) for column in columns]


def _figures(known: _Known, share: _Share) -> Figures:
    crossed = crossings(share.lines)
    entries = crossed.entries if crossed else None
    sold = _sold(known, share)
    came_together, passed_by = groups_in(share.lines), passers_by(share.passing)
    flags = seen.flags(share.buckets)
    passed = share.interval.up_to(known.now)
    return Figures(
        interval=share.interval,
        entries=entries,
        exits=crossed.exits if crossed else None,
        balance=crossed.balance if crossed else None,
        occupancy=known.curve.over(passed) if crossed else None,
        coverage=seen.coverage(share.buckets, share.interval, known.cameras, known.now),
        sales=sold,
        conversion=ratio(sold.transactions if sold else None, entries, known.terms.least_visitors),
        average_transaction_value=_per(sold, sold.priced_transactions if sold else None),
        units_per_transaction=quotient(sold.units, sold.transactions) if sold else None,
        average_unit_retail=_per(sold, sold.priced_units if sold else None),
        sales_per_visitor=_per(sold, entries),
        zones=_zone_figures(known, share, entries),
        crossings=crossed,
        groups=came_together,
        group_conversion=_group_conversion(known, sold, came_together),
        passers_by=passed_by,
        capture_rate=_capture_rate(known, entries, passed_by),
        queues=_queue_figures(known, share),
        clock_unsynced=flags.clock_unsynced,
        replayed=flags.replayed,
        running=flags.running or share.interval.begin < known.now < share.interval.end,
    )


def _sold(known: _Known, share: _Share) -> Sales | None:
    if not known.has_tills or share.interval.begin >= known.now:
        return None
    return sales(share.tickets, known.till)


def _per(sold: Sales | None, things: Decimal | int | None) -> Quotient | None:
    return quotient(sold.net.amount, things) if sold and sold.net else None


def _group_conversion(known: _Known, sold: Sales | None, groups: Groups | None) -> Ratio | None:
    """Transactions / groups; None where a line tells no groups, for its people's tickets are there, too."""
    complete = groups.n if groups and groups.complete else None
    return ratio(sold.transactions if sold else None, complete, known.terms.least_visitors)


def _capture_rate(known: _Known, entries: int | None, passed: int | None) -> Ratio | None:
    if entries is None or passed is None:
        return None
    return Ratio(entries, entries + passed, known.terms.least_visitors)


def _queue_figures(known: _Known, share: _Share) -> tuple[QueueFigures, ...]:
    by_queue: dict[str, list[QueueRow]] = {queue: [] for queue in known.queues}
    for row in share.queues:
        by_queue[row.queue].append(row)
    terms = known.terms
    return tuple(
        queue_figures(queue, rows, terms.queues, terms.least_visitors) for queue, rows in by_queue.items()
    )


def _zone_figures(known: _Known, share: _Share, entries: int | None) -> tuple[ZoneFigures, ...]:
    by_zone: dict[str, list[ZoneRow]] = {zone: [] for zone in known.zones}
    for row in share.zones:
        by_zone[row.zone].append(row)
    bought = _zone_transactions(known, share)
    return tuple(_one_zone(known, zone, rows, entries, bought) for zone, rows in by_zone.items())


def _zone_transactions(known: _Known, share: _Share) -> dict[str, int] | None:
    """Sales with a product of each zone; None where no till is known."""
    if not known.has_tills or share.interval.begin >= known.now:
        return None
    bought: dict[str, int] = {}
    for ticket in filter(is_sale, share.zone_tickets):
        for zone in known.planogram.zones_of(ticket.skus, known.terms.calendar.day_of(ticket.at)):
            bought[zone] = bought.get(zone, 0) + 1
    return bought


def _one_zone(
    known: _Known, zone: str, rows: Sequence[ZoneRow], entries: int | None, bought: dict[str, int] | None
) -> ZoneFigures:
    least = known.terms.least_visitors
    shelved = _while_shelved(known, zone, rows)
    reasons = zoned.ended(rows)
    transactions = bought.get(zone, 0) if bought is not None and zone in known.planogram.shelves else None
    return ZoneFigures(
        zone=zone,
        visits=zoned.visits(rows),
        dwell=zoned.dwell(rows),
        occupancy=zoned.occupancy(rows),
        visit_rate=ratio(zoned.visits(rows), entries, least),
        transactions=transactions,
        conversion=ratio(transactions, zoned.visits(shelved), least),
        raw_visits=zoned.raw_visits(rows),
        raw_dwell=zoned.raw_dwell(rows),
        staff_visits=zoned.staff_visits(rows),
        ended=reasons,
        lost_share=zoned.lost_share(reasons, least),
    )


def _while_shelved(known: _Known, zone: str, rows: Sequence[ZoneRow]) -> list[ZoneRow]:
    """Rows of days on which products lay in the zone: a visit to empty shelves could not convert."""
    days = {begin: known.terms.calendar.day_of(begin) for begin in {row.begin for row in rows}}
    shelved = {day: known.planogram.fills(zone, day) for day in set(days.values())}
    return [row for row in rows if shelved[days[row.begin]]]
