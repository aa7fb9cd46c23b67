"""Tickets as columns of numbers: what everything here learns from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

NOBODY = -1
"""The customer of a ticket that does not say whose it is."""

_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1 January 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The day of a `day_number`."""
    return _EPOCH + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Line:
    """One product of one ticket, by the store's clocks. `strength`: pieces, or a rating."""

    store: str
    ticket: str
    day: date
    hour: int
    customer: str | None
    sku: str
    strength: float = 1.0


@dataclass(frozen=True)
class Baskets:
    """Baskets 0 to B - 1 in order of time, and their lines, each product once in a basket.

    `line_basket` rises. `basket_day` counts from 1970; `basket_customer` is NOBODY where nobody is named.
    `dwell_seconds` and `occupancy` are the shop's at that hour, NaN where nothing was counted.
    """

    products: tuple[str, ...]
    customers: tuple[str, ...]
    stores: tuple[str, ...]
    line_basket: Ints
    line_product: Ints
    line_strength: Floats
    basket_store: Ints
    basket_customer: Ints
    basket_day: Ints
    basket_hour: Ints
    dwell_seconds: Floats
    occupancy: Floats

    @property
    def basket_count(self) -> int:
        """How many tickets there are."""
        return len(self.basket_day)

    @property
    def span(self) -> tuple[date, date] | None:
        """First and last day with a ticket."""
        if not self.basket_count:
            return None
        return day_of(int(self.basket_day.min())), day_of(int(self.basket_day.max()))

    def where(self, keep: Flags) -> Baskets:
        """Only these baskets; numbers of products and customers stay."""
        number = np.cumsum(keep, dtype=np.int32) - 1
        lines = keep[self.line_basket]
        return replace(
            self,
            line_basket=number[self.line_basket[lines]].astype(np.int32),
            line_product=self.line_product[lines],
            line_strength=self.line_strength[lines],
            basket_store=self.basket_store[keep],
            basket_customer=self.basket_customer[keep],
            basket_day=self.basket_day[keep],
            basket_hour=self.basket_hour[keep],
            dwell_seconds=self.dwell_seconds[keep],
            occupancy=self.occupancy[keep],
        )

    def before(self, day: int) -> Baskets:
        """Baskets of days before a `day_number`."""
        return self.where(self.basket_day < day)

    def since(self, day: int) -> Baskets:
        """Baskets of a `day_number` and later."""
        return self.where(self.basket_day >= day)

    def starts(self) -> NDArray[np.int64]:
        """Where each basket's lines begin, and one more for the end: basket b has lines [s[b], s[b+1])."""
        return np.searchsorted(self.line_basket, np.arange(self.basket_count + 1)).astype(np.int64)


@dataclass(frozen=True)
class Columns:
    """Lines as they come, one entry each; texts as numbers of `products`, `customers` and `stores`.

    `basket` is any number that tells tickets apart.
    """

    products: Sequence[str]
    customers: Sequence[str]
    stores: Sequence[str]
    basket: NDArray[np.int64]
    product: Ints
    strength: Floats
    store: Ints
    customer: Ints
    day: Ints
    hour: Ints


def from_columns(lines: Columns) -> Baskets:
    """Baskets out of lines in any order; a product that a ticket names twice is one line of both."""
    if not len(lines.basket):
        return _none(lines)
    order = np.lexsort((lines.product, lines.basket, lines.hour, lines.day))
    basket, product = lines.basket[order], lines.product[order]
    new_basket = np.append(True, basket[1:] != basket[:-1])
    new_line = new_basket | np.append(True, product[1:] != product[:-1])
    number = np.cumsum(new_basket, dtype=np.int32) - 1
    first = order[new_basket]
    return Baskets(
        products=tuple(lines.products),
        customers=tuple(lines.customers),
        stores=tuple(lines.stores),
        line_basket=number[new_line].astype(np.int32),
        line_product=product[new_line].astype(np.int32),
        line_strength=np.add.reduceat(lines.strength[order], np.flatnonzero(new_line)).astype(np.float32),
        basket_store=lines.store[first],
        basket_customer=lines.customer[first],
        basket_day=lines.day[first],
        basket_hour=lines.hour[first],
        dwell_seconds=np.full(len(first), np.nan, dtype=np.float32),
        occupancy=np.full(len(first), np.nan, dtype=np.float32),
    )


def _none(lines: Columns) -> Baskets:
    ints, floats = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
    return Baskets(
        tuple(lines.products),
        tuple(lines.customers),
        tuple(lines.stores),
        *(ints, ints, floats),
        *(ints, ints, ints, ints),
        *(floats, floats),
    )


class Gathering:
    """Lines put in one by one, texts kept once: a million lines need some 40 MB."""

    def __init__(self) -> None:
        self._products: dict[str, int] = {}
        self._customers: dict[str, int] = {}
        self._stores: dict[str, int] = {}
        self._tickets: dict[tuple[str, str], int] = {}
        self._chunks: list[NDArray[np.float64]] = []

    def add(self, lines: Iterable[Line]) -> None:
        """Take some lines in."""
        rows = [self._row(line) for line in lines]
        if rows:
            self._chunks.append(np.array(rows, dtype=np.float64))

    def _row(self, line: Line) -> tuple[float, ...]:
        known = line.customer is not None
        return (
            self._tickets.setdefault((line.store, line.ticket), len(self._tickets)),
            self._products.setdefault(line.sku, len(self._products)),
            line.strength,
            self._stores.setdefault(line.store, len(self._stores)),
            self._customers.setdefault(str(line.customer), len(self._customers)) if known else NOBODY,
            day_number(line.day),
            line.hour,
        )

    def baskets(self) -> Baskets:
        """What was put in, as baskets."""
        rows = np.concatenate(self._chunks) if self._chunks else np.zeros((0, 7))
        return from_columns(
            Columns(
                tuple(self._products),
                tuple(self._customers),
                tuple(self._stores),
                rows[:, 0].astype(np.int64),
                rows[:, 1].astype(np.int32),
                rows[:, 2].astype(np.float32),
                *(rows[:, column].astype(np.int32) for column in range(3, 7)),
            )
        )


def baskets_of(lines: Iterable[Line]) -> Baskets:
    """Baskets out of lines."""
    gathering = Gathering()
    gathering.add(lines)
    return gathering.baskets()
