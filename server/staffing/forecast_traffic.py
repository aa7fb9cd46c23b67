"""What traffic to expect from stored forecasts, and from the last weeks where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import expm1, log1p
from statistics import NormalDist
from zoneinfo import ZoneInfo

from server.figures.reading import Source
from server.staffing.expecting import Expected, Expecting, LastWeeks
from server.staffing.request import TrafficAsked
from server.storage.forecasts import ForecastHour, issued, newest_forecast

FRESH = timedelta(days=7)
"""A forecast that was made longer ago is not used."""
_NORMAL = NormalDist()


@dataclass(frozen=True)
class FromForecast:
    """Expects what the stored forecast says, and of hours without one what `otherwise` says.

    `share` of the cases shall not exceed what is expected: 0.5 the median, up to 0.9, the upper end of the
    range.
    """

    source: Source
    now: datetime
    otherwise: Expecting
    share: float = 0.5

    def traffic(self, days: Sequence[date]) -> Expected:
        """Hours of a fresh forecast as it says, the others otherwise."""
        entries, came = self._hours("entries", days)
        sold, paid = self._hours("transactions", days)
        told = [at for at in (came, paid) if at is not None]
        if not told:
            return self.otherwise.traffic(days)
        wanted = {datetime.combine(day, time(hour)) for day in days for hour in range(24)}
        said = f"traffic is expected as forecast on {self._local(min(told)):%Y-%m-%d %H:%M}{self._how()}"
        rest: dict[datetime, TrafficAsked] = {}
        if not wanted <= entries.keys() & sold.keys():
            other = self.otherwise.traffic(days)
            rest = {row.begin: row for row in other.rows if not (row.begin in entries and row.begin in sold)}
            said += f"; what that does not tell: {other.said}" if rest else ""
        hours = sorted(wanted & (entries.keys() | sold.keys() | rest.keys()))
        return Expected(tuple(_joined(hour, entries, sold, rest.get(hour)) for hour in hours), said)

    def _hours(self, what: str, days: Sequence[date]) -> tuple[dict[datetime, float], datetime | None]:
        """What is expected by hour of the store's clock, and when that was forecast."""
        newest = next(iter(issued(self.source.db, self.source.store, what)), None)
        if newest is None or not days or self.now - newest.issued_at > FRESH:
            return {}, None
        begin, end = (
            datetime.combine(day, time(), self._zone).astimezone(UTC)
            for day in (min(days), max(days) + timedelta(days=1))
        )
        found: dict[datetime, float] = {}
        for hour in newest_forecast(self.source.db, self.source.store, what, begin, end):
            at = self._local(hour.begin).replace(minute=0, second=0, microsecond=0, tzinfo=None)
            # Where a clock hour comes twice, the fuller one asks for people.
            found[at] = max(found.get(at, 0.0), at_share(hour, self.share))
        return found, newest.issued_at if found else None

    @property
    def _zone(self) -> ZoneInfo:
        return self.source.terms.calendar.time_zone

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def _how(self) -> str:
        if self.share <= _MEDIAN:
            return ""
        return f", so that in {self.share:.0%} of cases no more come in an hour than is planned for"


_MEDIAN = 0.5
_HIGHEST = 0.9
"""`high` of a forecast: in one of ten cases more come."""


def at_share(hour: ForecastHour, share: float) -> float:
    """What is not exceeded in a share of cases, 0.5 to 0.9: from the median to the upper end of the range.

    Between them the logarithm of one more is taken as normal, for forecasts err by ratios and hours can be
    empty.
    """
    far = _NORMAL.inv_cdf(share) / _NORMAL.inv_cdf(_HIGHEST)
    usual, high = log1p(max(0.0, hour.median)), log1p(max(0.0, hour.median, hour.high))
    return expm1(usual + (high - usual) * far)


def _joined(
    hour: datetime, entries: dict[datetime, float], sold: dict[datetime, float], rest: TrafficAsked | None
) -> TrafficAsked:
    return TrafficAsked(
        begin=hour,
        entries=entries.get(hour, rest.entries if rest else 0.0),
        transactions=sold.get(hour, rest.transactions if rest else 0.0),
    )


def expecting(source: Source, now: datetime, share: float = 0.5) -> Expecting:
    """Stored forecasts where there are fresh ones, else the last weeks."""
    return FromForecast(source, now, LastWeeks(source, now), share)
