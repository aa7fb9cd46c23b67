"""All figures of a store over a time, each with what stands beneath it, as rows for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from server.api.parts import RateShape
from server.api.shapes import FiguresShape, QuotientShape, plain
from server.dashboard.words import amount, likely, number, percent, rate
from server.metrics.glossary import GLOSSARY


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure: its value in words and as it is, and what it is made of."""

    key: str
    value: str
    raw: str
    beneath: str = ""

    @property
    def name(self) -> str:
        """What the glossary calls it."""
        return GLOSSARY[self.key].name

    @property
    def definition(self) -> str:
        """What the glossary says of it."""
        return GLOSSARY[self.key].definition


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that belong together."""

    title: str
    rows: tuple[FigureRow, ...]


def figure_groups(of: FiguresShape, currency: str) -> tuple[Group, ...]:
    """All figures of the whole store; those of which nothing can be known here are left out."""
    return (
        Group("People", tuple(_people(of))),
        Group("Sales", tuple(_sales(of, currency))),
        Group("Work", tuple(_work(of))),
        Group("What was watched", tuple(_watched(of))),
    )


def rate_row(key: str, of: RateShape | None) -> FigureRow:
    """A rate with its numerator, denominator and interval."""
    if of is None:
        return FigureRow(key, rate(of), "")
    beneath = f"{number(of.numerator)} of {number(of.denominator)}"
    if of.value is not None and of.value > 1:
        beneath = f"{number(of.numerator)} to {number(of.denominator)}"
    said = likely(of)
    return FigureRow(
        key, rate(of), str(of.value) if of.enough else "", f"{beneath}, {said}" if said else beneath
    )


def _count(key: str, value: int | None, beneath: str = "") -> FigureRow:
    return FigureRow(key, number(value), "" if value is None else str(value), beneath)


def _per(key: str, of: QuotientShape | None, unit: str) -> FigureRow:
    if of is None or of.value is None:
        return FigureRow(key, amount(None), "")
    beneath = f"{_short(of.numerator)} / {_short(of.denominator)}"
    return FigureRow(key, f"{amount(of.value)} {unit}".strip(), plain(of.value), beneath)


def _short(value: Decimal) -> str:
    return f"{value:,.0f}" if value == value.to_integral_value() else amount(value)


def _people(of: FiguresShape) -> Iterator[FigureRow]:
    yield _count("entries", of.entries)
    yield _count("exits", of.exits)
    if of.staff_entries is not None:
        yield _count("raw_entries", of.raw_entries, f"{number(of.staff_entries)} of staff")
        yield _count("raw_exits", of.raw_exits, f"{number(of.staff_exits)} of staff")
    if of.groups:
        people = f"{number(of.groups.people)} people, {number(of.groups.mean_size, 1)} on average"
        yield _count("groups", of.groups.n, people if of.groups.n else "")
    if of.passers_by is not None:
        yield _count("passers_by", of.passers_by)
        yield rate_row("capture_rate", of.capture_rate)
    if of.occupancy:
        inside = f"{number(of.occupancy.mean, 1)} on average"
        yield FigureRow("occupancy", f"at most {number(of.occupancy.peak)}", str(of.occupancy.peak), inside)


def _sales(of: FiguresShape, currency: str) -> Iterator[FigureRow]:
    yield _count("transactions", of.transactions, f"{number(of.returns)} returns" if of.returns else "")
    yield rate_row("conversion", of.conversion)
    if of.staff_entries is not None:
        yield rate_row("raw_conversion", of.raw_conversion)
    if of.groups:
        yield rate_row("group_conversion", of.group_conversion)
    net = of.net_sales
    yield FigureRow(
        "net_sales",
        f"{amount(net.amount)} {net.currency or ''}".strip() if net else amount(None),
        plain(net.amount) if net else "",
    )
    yield _per("average_transaction_value", of.average_transaction_value, currency)
    yield _per("units_per_transaction", of.units_per_transaction, "")
    yield _per("average_unit_retail", of.average_unit_retail, currency)
    yield _per("sales_per_visitor", of.sales_per_visitor, currency)


def _work(of: FiguresShape) -> Iterable[FigureRow]:
    hours = of.labour_hours
    return (
        FigureRow("labour_hours", amount(hours), "" if hours is None else plain(hours)),
        _per("star", of.star, ""),
    )


def _watched(of: FiguresShape) -> Iterator[FigureRow]:
    if of.open_hours is not None:
        closed = "closed" if of.open_hours == 0 else f"{number(of.open_hours, 1)}"
        yield FigureRow("open_hours", closed, str(of.open_hours))
    if of.open_coverage is not None:
        yield FigureRow("open_coverage", percent(of.open_coverage), str(of.open_coverage))
    yield FigureRow("coverage", percent(of.coverage), "" if of.coverage is None else str(of.coverage))
    yield FigureRow("balance", percent(of.balance), "" if of.balance is None else str(of.balance))
    if of.drift is not None:
        yield _count("drift", of.drift)
