"""A store's figures hour by hour over a long time, some weeks of rows in memory at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from server.figures.reading import Source, rows_for
from server.metrics.intervals import Interval, Resolution, split
from server.metrics.report import Figures, report

LEAST_COVERAGE = 0.5
"""Of an hour of which less was watched, the count says nothing about how many came."""

_AT_ONCE = timedelta(days=28)


def figures_by_hour(source: Source, whole: Interval, now: datetime) -> Iterator[Figures]:
    """The figures of each hour of the shop's clock in a range, in order."""
    for some in _pieces(whole):
        parts = list(split(some, Resolution.HOUR, source.terms.calendar))
        yield from report(rows_for(source, some, parts, now), source.terms, some, parts, now).parts


def was_watched(figures: Figures) -> bool:
    """Whether enough was watched for the counts to say how many came."""
    return figures.coverage is not None and figures.coverage >= LEAST_COVERAGE


def _pieces(whole: Interval) -> Iterator[Interval]:
    begin = whole.begin
    while begin < whole.end:
        end = min(begin + _AT_ONCE, whole.end)
        yield Interval(begin, end)
        begin = end
