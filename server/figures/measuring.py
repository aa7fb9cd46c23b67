"""The time from visit to till, measured from a store's last days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from server.figures.reading import Source, tickets_of
from server.metrics.intervals import Interval
from server.metrics.lag import Lag, Series, measured_lag
from server.storage import counts

_MINUTE = timedelta(minutes=1)


def lag_of_days(source: Source, days: int, now: datetime) -> Lag | None:
    """The lag of a store by its last business days that are over; None where nothing shows it."""
    calendar = source.terms.calendar
    end = calendar.business_day(calendar.day_of(now)).begin
    begin = calendar.business_day(calendar.day_of(end - timedelta(days=days - 1, hours=1))).begin
    return measured_lag(_zones(source, Interval(begin, end)))


def _zones(source: Source, whole: Interval) -> Iterator[tuple[Series, Series]]:
    visits: dict[str, Counter[int]] = {}
    for row in counts.zone_rows(source.db, source.store, whole.begin, whole.end):
        if row.end - row.begin <= _MINUTE:
            staff = row.staff_dwell.n if row.staff_dwell else 0
            visits.setdefault(row.zone, Counter())[_minute(row.begin)] += row.dwell.n - staff
    bought: dict[str, Counter[int]] = {}
    lag = source.terms.visit_to_till_lag
    for sold in tickets_of(source, whole).bought:
        for zone, tickets in sold.zones.items():
            bought.setdefault(zone, Counter())[_minute(sold.begin + lag)] += tickets
    for zone, series in visits.items():
        yield series, bought.get(zone, Counter())


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)
