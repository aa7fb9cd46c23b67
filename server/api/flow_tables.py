"""A store's flow as tables. Names and order of columns stay; new ones come at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.api.columns import Column, Table, table
from server.api.flow_shapes import TogetherShape, TypicalShape, UnusualDayShape, UnusualShape

_SERIES = (Column("store", "text", "id"), Column("series", "text", "id"))

TYPICAL_COLUMNS: Sequence[Column] = (
    *_SERIES,
    Column("weekday", "whole", "Monday is 1"),
    Column("begin", "text", "local time; empty: the whole day"),
    Column("days", "whole", "days"),
    Column("mean", "number", "people"),
    Column("variance", "number", "people squared"),
    Column("deviation", "number", "people"),
    Column("median", "number", "people"),
    Column("low", "number", "people"),
    Column("high", "number", "people"),
    Column("suppressed", "flag", "true or false"),
)

UNUSUAL_COLUMNS: Sequence[Column] = (
    *_SERIES,
    Column("day", "text", "date"),
    Column("way", "text", "more or fewer; empty: only some hours"),
    Column("counted", "number", "people"),
    Column("expected", "number", "people"),
    Column("low", "number", "people"),
    Column("high", "number", "people"),
    Column("hours", "text", "local times"),
    Column("reasons", "text", "sentence"),
    Column("suppressed", "flag", "true or false"),
)

PAIR_COLUMNS: Sequence[Column] = (
    Column("store", "text", "id"),
    Column("by", "text", "hours, days or followed"),
    Column("one", "text", "series"),
    Column("other", "text", "series"),
    Column("n", "whole", "hours or days"),
    Column("independent", "number", "hours or days"),
    Column("covariance", "number", "product of both units"),
    Column("correlation", "number", "Pearson's r"),
    Column("low", "number", "Pearson's r"),
    Column("high", "number", "Pearson's r"),
    Column("rank_correlation", "number", "Spearman's r"),
    Column("raw_covariance", "number", "product of both units"),
    Column("raw", "number", "Pearson's r"),
)


def typical_table(shape: TypicalShape) -> Table:
    """One row for each hour of each weekday, after one for the whole weekday."""
    return table(TYPICAL_COLUMNS, _typical_rows(shape))


def unusual_table(shape: UnusualShape) -> Table:
    """One row for each unusual day."""
    own = {"store": shape.store, "series": shape.series}
    return table(UNUSUAL_COLUMNS, ({**dict(day), **own, **_told(day)} for day in shape.days))


def together_table(shape: TogetherShape) -> Table:
    """One row for each pair of series, by hours, by days, and one after the other."""
    by = {"hours": shape.hours, "days": shape.days, "followed": shape.followed}
    rows = ({"store": shape.store, "by": of, **dict(pair)} for of, pairs in by.items() for pair in pairs)
    return table(PAIR_COLUMNS, rows)


def _typical_rows(shape: TypicalShape) -> Iterator[dict[str, object]]:
    for day in shape.days:
        own = {"store": shape.store, "series": shape.series, "weekday": day.weekday}
        yield {**own, "begin": None, **dict(day.whole)}
        yield from ({**own, **dict(hour)} for hour in day.hours)


def _told(day: UnusualDayShape) -> dict[str, object]:
    return {
        "hours": "; ".join(f"{each.begin} to {each.end} {each.way}" for each in day.hours),
        "reasons": "; ".join(reason.text for reason in day.reasons),
    }
