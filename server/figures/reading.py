"""The rows of a range: spans that were put together beforehand, and minutes and tickets for what is left."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from server.metrics.condensing import counts_together, joined
from server.metrics.coverage import Watched
from server.metrics.footfall import entrance_rows
from server.metrics.inside import OccupancyCurve
from server.metrics.intervals import Interval, Resolution, split
from server.metrics.report import Rows, Terms, bought_by_zone
from server.metrics.sales import Planogram, takings
from server.storage import counts, queues, rollups, sales
from server.storage.labour import labour_rows
from server.storage.rollups import Held, Shelf

LONG_KINDS = (Resolution.RETAIL_MONTH, Resolution.MONTH, Resolution.WEEK)
"""Spans that are put together from days, longest first."""

LONGEST_WATCHED = timedelta(days=45)
"""In a longer range nobody looks minute by minute how much of the open hours was watched."""

KINDS = (*LONG_KINDS, Resolution.DAY, Resolution.HOUR)
"""All spans that are put together, longest first."""


@dataclass(frozen=True, slots=True)
class Source:
    """One store's rows in the database, under its terms."""

    db: Database
    store: str
    terms: Terms

    @property
    def counts(self) -> Shelf:
        """Where its counts are put together."""
        return Shelf(self.store, "counts", self._clock)

    @property
    def sales(self) -> Shelf:
        """Where its sales are put together."""
        lag_us = self.terms.visit_to_till_lag // timedelta(microseconds=1)
        return Shelf(self.store, "sales", self._clock, lag_us)

    @property
    def _clock(self) -> str:
        calendar = self.terms.calendar
        return f"{calendar.time_zone.key} {calendar.day_begins.isoformat()}"


def rows_for(source: Source, whole: Interval, parts: Sequence[Interval], now: datetime) -> Rows:
    """All rows that the figures of a range and its parts need (see `report`); the parts make up the range."""
    pieces = _with_whole_days(source, whole, parts)
    counted = joined(_counted(source, pieces, now))
    sold = joined(_sold(source, pieces, now))
    return replace(
        counted,
        taken=sold.taken,
        bought=sold.bought,
        planogram=sales.shelves(source.db, source.store),
        labour=labour_rows(source.db, source.store, whole),
        watched=watched_while_open(source, whole.up_to(now)),
    )


def hour_rows(source: Source, whole: Interval, parts: Sequence[Interval], now: datetime) -> Rows:
    """The rows that the figures of a range's hours need (see `hour_figures`), and no others."""
    pieces = _with_whole_days(source, whole, parts)
    counted = joined(_counted(source, pieces, now))
    sold = joined(_sold(source, pieces, now))
    return replace(counted, taken=sold.taken, bought=sold.bought)


def _with_whole_days(source: Source, whole: Interval, parts: Sequence[Interval]) -> list[Interval]:
    """The parts of a range, and what its first and last business day have beside it (see `Rows`)."""
    calendar = source.terms.calendar
    first = calendar.business_day(calendar.day_of(whole.begin)).begin
    last = calendar.edge_after(whole.end - timedelta(microseconds=1), Resolution.DAY)
    return [Interval(first, whole.begin), *parts, Interval(whole.end, last)]


def watched_while_open(source: Source, whole: Interval) -> Watched:
    """How long each camera watched in the open stretches of a range; nothing of a range that is too long."""
    if whole.end - whole.begin > LONGEST_WATCHED:
        return {}
    stretches = source.terms.opening.stretches(whole, source.terms.calendar)
    return {
        stretch: counts.watched_seconds(source.db, source.store, stretch.begin, stretch.end)
        for stretch in stretches
    }


def _counted(source: Source, pieces: Sequence[Interval], now: datetime) -> Iterator[Rows]:
    tiled, gaps = _tiled(source, source.counts, pieces, now)
    yield from rollups.rows_of(source.db, [tile.number for tile in tiled])
    for gap in _joined_up(_without_days(source, gaps, now)):
        yield minutes_of(source, gap)
    for day in _days_among(source, gaps, now):
        # One after the other, so that a year that nobody has put together yet never is in memory at once.
        yield counted_day(source, day)


def _sold(source: Source, pieces: Sequence[Interval], now: datetime) -> Iterator[Rows]:
    tiled, gaps = _tiled(source, source.sales, pieces, now)
    yield from rollups.rows_of(source.db, [tile.number for tile in tiled])
    for gap in _joined_up(gaps):
        yield tickets_of(source, gap)


def counted_day(source: Source, day: Interval) -> Rows:
    """The counts of one business day that is over, put together from its minutes."""
    rows = minutes_of(source, day)
    curve = OccupancyCurve.of(entrance_rows(rows.lines), source.terms.calendar)
    return counts_together(replace(rows, inside=curve.pieces([day])), day)


def minutes_of(source: Source, gap: Interval) -> Rows:
    """The buckets that begin within a gap, as they came."""
    calendar, key = source.terms.calendar, (source.db, source.store, gap.begin, gap.end)
    day_begin = calendar.business_day(calendar.day_of(gap.begin)).begin
    return Rows(
        buckets=counts.bucket_rows(*key),
        lines=counts.line_rows(*key),
        zones=counts.zone_rows(*key),
        queues=queues.queue_rows(*key),
        earlier=counts.lines_reaching(source.db, source.store, day_begin, gap.begin),
    )


def tickets_of(source: Source, gap: Interval) -> Rows:
    """The tickets paid within a gap, and what was bought by visits within it: paid later by the lag."""
    lag = source.terms.visit_to_till_lag
    tickets = sales.ticket_rows(source.db, source.store, gap.begin, gap.end + lag)
    skus = {sku for ticket in tickets for sku in ticket.skus}
    planogram = Planogram.of(sales.places_of(source.db, source.store, skus))
    return Rows(
        taken=[takings(ticket) for ticket in tickets if ticket.at < gap.end],
        bought=[
            bought_by_zone(ticket, planogram, source.terms)
            for ticket in tickets
            if ticket.at - lag >= gap.begin
        ],
    )


def _tiled(
    source: Source, shelf: Shelf, pieces: Sequence[Interval], now: datetime
) -> tuple[list[Held], list[Interval]]:
    """The spans that are held for some pieces, longest first, and what no span covers."""
    tiles: list[Held] = []
    gaps = [piece for piece in pieces if piece.seconds]
    for kind in KINDS:
        if not gaps:
            break
        longest = max(gap.seconds for gap in gaps)
        if longest < _LEAST_SECONDS[kind]:
            continue
        found = [
            span for stretch in _joined_up(gaps) for span in rollups.held(source.db, shelf, kind, stretch)
        ]
        chosen = _fitting([tile for tile in found if tile.span.end <= now], gaps)
        tiles.extend(chosen)
        spans = [tile.span for tile in chosen]
        gaps = [left for gap in gaps for left in gap.without(spans)] if spans else gaps
    return tiles, gaps


_LEAST_SECONDS = {
    Resolution.RETAIL_MONTH: 27 * 86_400,
    Resolution.MONTH: 27 * 86_400,
    Resolution.WEEK: 6 * 86_400,
    Resolution.DAY: 0,
    Resolution.HOUR: 0,
}
"""In a shorter gap there is no span of that kind to be looked for."""


def _fitting(found: Sequence[Held], gaps: Sequence[Interval]) -> list[Held]:
    """Those spans that lie within one gap; all in order of time."""
    ends = [gap.end for gap in gaps]
    fitting: list[Held] = []
    for tile in found:
        number = bisect_left(ends, tile.span.end)
        if number < len(gaps) and gaps[number].begin <= tile.span.begin:
            fitting.append(tile)
    return fitting


def _joined_up(gaps: Iterable[Interval]) -> list[Interval]:
    """Gaps with those that follow at once made one."""
    stretches: list[Interval] = []
    for gap in gaps:
        if stretches and stretches[-1].end == gap.begin:
            stretches[-1] = Interval(stretches[-1].begin, gap.end)
        else:
            stretches.append(gap)
    return stretches


def _days_among(source: Source, gaps: Iterable[Interval], now: datetime) -> Iterator[Interval]:
    """Whole business days within gaps that are over."""
    calendar = source.terms.calendar
    for gap in gaps:
        for day in split(gap, Resolution.DAY, calendar):
            if day.end <= now and day == calendar.business_day(calendar.day_of(day.begin)):
                yield day


def _without_days(source: Source, gaps: Sequence[Interval], now: datetime) -> list[Interval]:
    days = list(_days_among(source, gaps, now))
    return [left for gap in gaps for left in gap.without(days)]
