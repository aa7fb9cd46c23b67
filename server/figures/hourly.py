"""A store's figures hour by hour over a long time, some weeks of rows in memory at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from server.figures.reading import Source, hour_rows
from server.metrics.hours import HourFigures, hour_figures
from server.metrics.intervals import Interval, Resolution, split

LEAST_COVERAGE = 0.5
"""Of an hour of which less was watched, the count says nothing about how many came."""

_AT_ONCE = timedelta(days=28)


def figures_by_hour(source: Source, whole: Interval, now: datetime) -> Iterator[HourFigures]:
    """The figures of each hour of the shop's clock in a range, in order."""
    for some in _pieces(whole):
        parts = list(split(some, Resolution.HOUR, source.terms.calendar))
        yield from hour_figures(hour_rows(source, some, parts, now), source.terms, parts, now)


def was_watched(figures: HourFigures) -> bool:
    """Whether enough was watched for the counts to say how many came."""
    return figures.coverage is not None and figures.coverage >= LEAST_COVERAGE


def _pieces(whole: Interval) -> Iterator[Interval]:
    begin = whole.begin
    while begin < whole.end:
        end = min(begin + _AT_ONCE, whole.end)
        yield Interval(begin, end)
        begin = end
