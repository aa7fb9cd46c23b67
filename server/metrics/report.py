"""All figures of a store over a range of time: as a whole, and part by part."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from server.metrics import coverage as seen
from server.metrics import zones as zoned
from server.metrics.footfall import Crossings, crossings, entrance_rows
from server.metrics.groups import Groups, groups_in, passers_by, passing_rows
from server.metrics.inside import Inside, Occupancy, OccupancyCurve
from server.metrics.intervals import Calendar, Interval, Resolution, shared_out
from server.metrics.labour import labour_hours
from server.metrics.opening import Opening
from server.metrics.queues import QueueFigures, QueueTerms, queue_figures
from server.metrics.ratios import Quotient, Ratio, quotient, ratio
from server.metrics.rows import (
    BoughtRow,
    BucketRow,
    InsideRow,
    LabourRow,
    LineRow,
    PlanogramRow,
    QueueRow,
    TakingsRow,
    TicketRow,
    ZoneRow,
)
from server.metrics.sales import Money, Planogram, Sales, Till, is_sale, sales, takings
from server.metrics.zones import EngagementTerms, ZoneFigures


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
    engagement: EngagementTerms = field(default_factory=EngagementTerms)
    opening: Opening = field(default_factory=Opening)


@dataclass(frozen=True, slots=True)
class Rows:
    """What is stored about the business days that a range touches.

    Whole days, because occupancy adds up from a day's beginning, and because a camera or a till that is
    silent in the range is known by the rest of its day. `tickets` go on for the store's visit-to-till lag.

    Rows that were put together (see `condensing`) lie within one of the parts that are asked for; what is
    put together already stands in `taken`, `bought` and `inside`, and no longer in `tickets`.
    """

    buckets: Sequence[BucketRow] = ()
    lines: Sequence[LineRow] = ()
    zones: Sequence[ZoneRow] = ()
    queues: Sequence[QueueRow] = ()
    tickets: Sequence[TicketRow] = ()
    planogram: Sequence[PlanogramRow] = ()
    """Every place of the products in `tickets`; of other products, each zone with its days once will do."""
    taken: Sequence[TakingsRow] = ()
    bought: Sequence[BoughtRow] = ()
    inside: Sequence[InsideRow] = ()
    earlier: Sequence[LineRow] = ()
    """Of buckets that begin within `inside` and end after it: they stand in no figure but people inside."""
    labour: Sequence[LabourRow] = ()
    watched: seen.Watched = field(default_factory=dict)
    """How long each camera watched in the open stretches of the range up to now; see `Opening.stretches`."""


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
    open_hours: float | None
    open_coverage: float | None
    sales: Sales | None
    conversion: Ratio | None
    raw_conversion: Ratio | None
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
    drift: int | None
    labour_hours: Decimal | None
    star: Quotient | None
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
    """The rows of one interval. `bought` are those of its window shifted by the lag."""

    interval: Interval
    buckets: Sequence[BucketRow]
    lines: Sequence[LineRow]
    passing: Sequence[LineRow]
    zones: Sequence[ZoneRow]
    queues: Sequence[QueueRow]
    taken: Sequence[TakingsRow]
    bought: Sequence[BoughtRow]


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
    inside: Inside
    till: Till
    labour: Sequence[LabourRow]
    watched: seen.Watched


def report(rows: Rows, terms: Terms, whole: Interval, parts: Iterable[Interval], now: datetime) -> Report:
    """The figures of a range and of its parts (see `intervals.split`).

    A bucket belongs to the part in which it begins, a ticket to the part in which it was paid. Tills are
    known if `rows` hold any ticket: then a part without one had no sale, else nothing is known.
    Parts that begin at `now` or later know nothing.
    """
    pieces = list(parts)
    rows = _sold_by_zone(rows, terms)
    known = _known(rows, terms, whole, pieces, now)
    return Report(
        totals=_figures(known, _shares(rows, [whole])[0]),
        parts=tuple(_figures(known, share) for share in _shares(rows, pieces)),
    )


def _sold_by_zone(rows: Rows, terms: Terms) -> Rows:
    """The rows with single tickets as takings, too, and as what was bought by zone."""
    planogram = Planogram.of(rows.planogram)
    bought = [bought_by_zone(ticket, planogram, terms) for ticket in rows.tickets]
    taken = [takings(ticket) for ticket in rows.tickets]
    return replace(rows, taken=[*rows.taken, *taken], bought=[*rows.bought, *bought])


def bought_by_zone(ticket: TicketRow, planogram: Planogram, terms: Terms) -> BoughtRow:
    """In which zones a ticket's products lay, at its time less the lag; nowhere unless it is a sale."""
    at = ticket.at - terms.visit_to_till_lag
    day = terms.calendar.day_of(ticket.at)
    zones = planogram.zones_of(ticket.skus, day) if is_sale(ticket) else ()
    return BoughtRow(at, at, 1, dict.fromkeys(zones, 1))


def _known(rows: Rows, terms: Terms, whole: Interval, parts: Sequence[Interval], now: datetime) -> _Known:
    others = {row.zone for row in rows.zones} - set(terms.zones)
    other_queues = {row.queue for row in rows.queues} - set(terms.queues.listed)
    return _Known(
        terms=terms,
        now=now,
        cameras=seen.cameras_of(rows.buckets),
        has_tills=any(row.tickets for row in rows.taken) or any(row.tickets for row in rows.bought),
        planogram=Planogram.of(rows.planogram),
        zones=(*terms.zones, *sorted(others)),
        queues=(*terms.queues.listed, *sorted(other_queues)),
        inside=_inside(rows, terms.calendar, whole, parts, now),
        till=Till.of(rows.taken, terms.currency),
        labour=rows.labour,
        watched=rows.watched,
    )


def _inside(
    rows: Rows, calendar: Calendar, whole: Interval, parts: Sequence[Interval], now: datetime
) -> Inside:
    settled = sorted((Interval(row.begin, row.end) for row in rows.inside), key=lambda span: span.begin)
    fresh = outside_of(entrance_rows(rows.lines), settled)
    curve = OccupancyCurve.of([*fresh, *entrance_rows(rows.earlier)], calendar, now)
    before = Interval(calendar.business_day(calendar.day_of(whole.begin)).begin, whole.begin)
    gaps = [gap.up_to(now) for part in (before, *parts) for gap in part.without(settled)]
    watched = {calendar.day_of(row.begin) for row in fresh}
    return Inside.of([*rows.inside, *curve.pieces(gaps)], calendar, watched)


def outside_of(rows: Sequence[LineRow], settled: Sequence[Interval]) -> list[LineRow]:
    """The rows that begin in none of some stretches of time, which are in order."""
    begins = [span.begin for span in settled]

    def is_outside(row: LineRow) -> bool:
        number = bisect_right(begins, row.begin) - 1
        return number < 0 or row.begin >= settled[number].end

    return [row for row in rows if is_outside(row)]


def _shares(rows: Rows, parts: Sequence[Interval]) -> list[_Share]:
    columns = zip(
        parts,
        shared_out(rows.buckets, parts, lambda row: row.begin),
        shared_out(entrance_rows(rows.lines), parts, lambda row: row.begin),
        shared_out(passing_rows(rows.lines), parts, lambda row: row.begin),
        shared_out(rows.zones, parts, lambda row: row.begin),
        shared_out(rows.queues, parts, lambda row: row.begin),
        shared_out(rows.taken, parts, lambda row: row.begin),
        shared_out(rows.bought, parts, lambda row: row.begin),
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
    labour = labour_hours(known.labour, passed)
    return Figures(
        interval=share.interval,
        entries=entries,
        exits=crossed.exits if crossed else None,
        balance=crossed.balance if crossed else None,
        occupancy=known.inside.over(passed) if crossed else None,
        coverage=seen.coverage(share.buckets, share.interval, known.cameras, known.now),
        open_hours=known.terms.opening.hours_within(share.interval, known.terms.calendar),
        open_coverage=_open_coverage(known, passed),
        sales=sold,
        conversion=ratio(sold.transactions if sold else None, entries, known.terms.least_visitors),
        raw_conversion=_raw_conversion(known, sold, crossed),
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
        drift=_drift(known, share.interval, crossed),
        labour_hours=labour,
        star=quotient(None if entries is None else Decimal(entries), labour or None),
        clock_unsynced=flags.clock_unsynced,
        replayed=flags.replayed,
        running=flags.running or share.interval.begin < known.now < share.interval.end,
    )


def _open_coverage(known: _Known, passed: Interval) -> float | None:
    stretches = known.terms.opening.stretches(passed, known.terms.calendar)
    return seen.coverage_while_open(known.watched, stretches, known.cameras)


def _sold(known: _Known, share: _Share) -> Sales | None:
    if not known.has_tills or share.interval.begin >= known.now:
        return None
    return sales(share.taken, known.till)


def _per(sold: Sales | None, things: Decimal | int | None) -> Quotient | None:
    return quotient(sold.net.amount, things) if sold and sold.net else None


def _raw_conversion(known: _Known, sold: Sales | None, crossed: Crossings | None) -> Ratio | None:
    everybody = crossed.raw_entries if crossed else None
    return ratio(sold.transactions if sold else None, everybody, known.terms.least_visitors)


def _drift(known: _Known, interval: Interval, crossed: Crossings | None) -> int | None:
    """People left inside by count when the last business day was over; None while one runs or is cut."""
    if crossed is None or known.now < interval.end:
        return None
    edges = (interval.begin, interval.end)
    whole_days = all(known.terms.calendar.is_edge(at, Resolution.DAY) for at in edges)
    return crossed.entries - crossed.exits if whole_days else None


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
    bought: Counter[str] = Counter()
    for row in share.bought:
        bought.update(row.zones)
    return bought


def _one_zone(
    known: _Known, zone: str, rows: Sequence[ZoneRow], entries: int | None, bought: dict[str, int] | None
) -> ZoneFigures:
    least = known.terms.least_visitors
    shelved = _while_shelved(known, zone, rows)
    stays, staff_visits, reasons = zoned.stays(rows), zoned.staff_visits(rows), zoned.ended(rows)
    dwell = zoned.dwell_of(stays)
    engaged = zoned.engagement(stays, known.terms.engagement.threshold_of(zone), least)
    transactions = bought.get(zone, 0) if bought is not None and zone in known.planogram.shelves else None
    return ZoneFigures(
        zone=zone,
        visits=zoned.visits(rows),
        dwell=dwell,
        occupancy=zoned.occupancy(rows),
        visit_rate=ratio(zoned.visits(rows), entries, least),
        transactions=transactions,
        conversion=ratio(transactions, zoned.visits(shelved), least),
        raw_visits=zoned.raw_visits(rows),
        raw_dwell=dwell if staff_visits is None else zoned.raw_dwell(rows),
        staff_visits=staff_visits,
        ended=reasons,
        lost_share=zoned.lost_share(reasons, least),
        engagement=engaged,
        bounce=zoned.bounce(engaged, least),
    )


def _while_shelved(known: _Known, zone: str, rows: Sequence[ZoneRow]) -> list[ZoneRow]:
    """Rows of days on which products lay in the zone: a visit to empty shelves could not convert."""
    told = {row.begin for row in rows if row.shelved is None}
    shelved = {at: known.planogram.fills(zone, known.terms.calendar.day_of(at)) for at in told}
    return [row for row in rows if (shelved[row.begin] if row.shelved is None else row.shelved)]
