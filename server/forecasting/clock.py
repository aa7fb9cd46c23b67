"""From instants to hours on the shop's clock and back, over changes of the clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from server.forecasting.errors import HistoryRefused
from server.forecasting.series import Panel

HOUR = timedelta(hours=1)


def on_the_clock(
    series: Mapping[str, Iterable[tuple[datetime, float | None]]], zone: ZoneInfo, end: datetime
) -> Panel:
    """Lay hourly values out on the shop's clock, up to the hour that `end` lies in, without it.

    Instants are aware; None, and every hour that nobody names, is unknown. An hour that the clock leaves out
    is unknown; of one that comes twice the mean stands, so that its level is that of other days.
    """
    laid = {name: _by_hour(values, zone) for name, values in series.items()}
    firsts = [min(each) for each in laid.values() if each]
    last = _hour(end, zone)
    if not firsts or min(firsts) >= last:
        raise HistoryRefused("nothing was counted yet", "a forecast needs at least one whole day")
    start = min(firsts)
    values = np.full((round((last - start) / HOUR), len(laid)), np.nan)
    for number, each in enumerate(laid.values()):
        for at, found in each.items():
            if at < last:
                values[round((at - start) / HOUR), number] = sum(found) / len(found)
    return Panel(start, tuple(laid), values)


def instants(start: datetime, hours: int, zone: ZoneInfo) -> Iterator[tuple[int, datetime]]:
    """The instants at which hours of the clock begin, each with its number; in order.

    An hour that the clock leaves out is left out; one that comes twice comes twice.
    """
    for number in range(hours):
        local = start + number * HOUR
        found = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        for at in sorted(found):
            if at.astimezone(zone).replace(tzinfo=None) == local:
                yield number, at


def _by_hour(
    values: Iterable[tuple[datetime, float | None]], zone: ZoneInfo
) -> Mapping[datetime, list[float]]:
    found: defaultdict[datetime, list[float]] = defaultdict(list)
    for at, value in values:
        if value is not None:
            found[_hour(at, zone)].append(value)
    return found


def _hour(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
