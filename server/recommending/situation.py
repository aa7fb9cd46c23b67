"""What purchase models look at: the situation and the basket so far, as one row of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from server.recommending.asking import Query
from server.recommending.baskets import NOBODY, Baskets, Floats, Ints
from server.recommending.catalogue import Catalogue
from server.recommending.matrices import Sparse, customer_matrix, matrix
from server.sections import DAY_NAMES

OTHER = "other"
_CLOCK = ("hour (sine)", "hour (cosine)", "hour known")
_COUNTED = ("dwell", "dwell known", "occupancy", "occupancy known")
_MINUTE = 60.0
_ZONE_KNOWN_SHARE = 0.5


@dataclass(frozen=True)
class Groups:
    """Products put together: by category where the catalogue has one, else each alone; rare ones as OTHER."""

    names: tuple[str, ...]
    of_product: Ints
    share: Floats
    """A product's share of its group's lines."""


def groups_of(baskets: Baskets, catalogue: Catalogue, attribute: str, most: int) -> Groups:
    """The `most` groups with most lines, the last of them OTHER."""
    label = [catalogue.product(sku).attributes.get(attribute, sku) for sku in baskets.products]
    names, of_product = np.unique(np.array(label, dtype=np.str_), return_inverse=True)
    lines = np.bincount(baskets.line_product, minlength=len(baskets.products))
    per_group = np.bincount(of_product, weights=lines, minlength=len(names))
    kept = [group for group in np.argsort(-per_group, kind="stable")[: most - 1] if per_group[group]]
    number = np.full(len(names), len(kept), dtype=np.int32)
    number[kept] = np.arange(len(kept))
    groups = number[of_product]
    size = np.bincount(groups, weights=lines, minlength=len(kept) + 1)
    share = (lines / np.maximum(size[groups], 1)).astype(np.float32)
    return Groups((*(str(names[group]) for group in kept), OTHER), groups.astype(np.int32), share)


@dataclass(frozen=True)
class Encoder:
    """Makes rows: hour, weekday, dwell, occupancy, zone, basket by group, customer's history by group."""

    groups: int
    of_product: Ints
    zones: tuple[str, ...]
    history: Sparse
    """Per customer (row) and group the number of lines."""

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return len(_CLOCK) + len(DAY_NAMES) + len(_COUNTED) + len(self.zones) + 2 * self.groups

    @cached_property
    def blocks(self) -> Mapping[str, NDArray[np.int64]]:
        """Which numbers of a row belong together, by what they tell of."""
        sizes = {
            "hour": len(_CLOCK),
            "weekday": len(DAY_NAMES),
            "dwell": 2,
            "occupancy": 2,
            "zone": len(self.zones),
            "basket": self.groups,
            "customer's history": self.groups,
        }
        ends = np.cumsum(list(sizes.values()))
        return {
            name: np.arange(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)
        }

    def row(self, query: Query) -> Floats:
        """One row for a context."""
        context = query.context
        row = np.zeros((1, self.width), dtype=np.float32)
        _write_time(row, context.hour, None if context.weekday is None else context.weekday - 1)
        _write_counted(row, context.dwell_seconds, context.occupancy)
        at = self.blocks
        if context.zone in self.zones:
            row[0, at["zone"][self.zones.index(context.zone)]] = 1
        np.add.at(row[0], at["basket"][0] + self.of_product[query.basket], 1)
        if query.customer != NOBODY:
            begin, end = self.history.indptr[query.customer], self.history.indptr[query.customer + 1]
            counts = self.history.data[begin:end]
            of = self.history.indices[begin:end]
            row[0, at["customer's history"][0] + of] = counts / max(float(counts.sum()), 1.0)
        return row

    def histories(self, customers: Ints) -> Floats:
        found: Floats = self.history[customers].toarray().astype(np.float32)
        return found


@dataclass(frozen=True)
class Rows:
    """Rows of situations with the group of what was bought in each."""

    inputs: Floats
    groups: Ints


def encoder_of(baskets: Baskets, catalogue: Catalogue, groups: Groups) -> Encoder:
    """An encoder that knows these zones and customers."""
    ones = np.ones(len(baskets.line_product), dtype=np.float32)
    bought = customer_matrix(baskets, ones)
    row = np.repeat(np.arange(bought.shape[0]), np.diff(bought.indptr))
    count = len(groups.names)
    history = matrix(row, groups.of_product[bought.indices], bought.data, (max(bought.shape[0], 1), count))
    return Encoder(count, groups.of_product, tuple(sorted(catalogue.zones)), history)


def training_rows(
    baskets: Baskets, catalogue: Catalogue, encoder: Encoder, most: int, seed: int, *, own_history: bool
) -> Rows:
    """Some lines, each as it was before it was bought: with a part of its basket's other lines.

    `own_history`: the encoder's history holds these baskets too; they are taken off it.
    """
    draw = np.random.default_rng(seed)
    count = len(baskets.line_product)
    chosen = np.sort(draw.choice(count, min(most, count), replace=False)) if count else np.zeros(0, np.int64)
    basket = baskets.line_basket[chosen]
    target = encoder.of_product[baskets.line_product[chosen]]
    inputs = np.zeros((len(chosen), encoder.width), dtype=np.float32)
    at = encoder.blocks
    _write_times(inputs, baskets.basket_hour[basket], baskets.basket_day[basket])
    _write_counts(inputs, at, baskets.dwell_seconds[basket], baskets.occupancy[basket])
    _write_zones(inputs, at["zone"], baskets, catalogue, encoder, chosen, draw)
    part, whole = _others(baskets, encoder, chosen, draw)
    inputs[:, at["basket"]] = part
    customer = baskets.basket_customer[basket]
    named = customer != NOBODY
    if named.any():
        history = encoder.histories(customer[named])
        if own_history:
            history = np.maximum(history - whole[named], 0)
        inputs[np.ix_(named, at["customer's history"])] = _shares(history)
    return Rows(inputs, target.astype(np.int32))


def _others(
    baskets: Baskets, encoder: Encoder, chosen: NDArray[np.int64], draw: np.random.Generator
) -> tuple[Floats, Floats]:
    """Per chosen line its basket by group: a random part of the others, and the whole."""
    starts = baskets.starts()
    part = np.zeros((len(chosen), encoder.groups), dtype=np.float32)
    whole = np.zeros_like(part)
    share = draw.random(len(chosen))
    for row, line in enumerate(chosen):
        basket = baskets.line_basket[line]
        lines = np.arange(starts[basket], starts[basket + 1])
        groups = encoder.of_product[baskets.line_product[lines]]
        np.add.at(whole[row], groups, 1)
        seen = (draw.random(len(lines)) < share[row]) & (lines != line)
        np.add.at(part[row], groups[seen], 1)
    return part, whole


def _write_time(rows: Floats, hour: int | None, weekday: int | None) -> None:
    if hour is not None:
        rows[:, 0] = np.sin(2 * np.pi * hour / 24)
        rows[:, 1] = np.cos(2 * np.pi * hour / 24)
        rows[:, 2] = 1
    if weekday is not None:
        rows[:, len(_CLOCK) + weekday] = 1


def _write_times(rows: Floats, hour: Ints, day: Ints) -> None:
    rows[:, 0] = np.sin(2 * np.pi * hour / 24)
    rows[:, 1] = np.cos(2 * np.pi * hour / 24)
    rows[:, 2] = 1
    # 1 January 1970 was a Thursday.
    rows[np.arange(len(rows)), len(_CLOCK) + (day + 3) % 7] = 1


def _write_counted(rows: Floats, dwell_seconds: float | None, occupancy: float | None) -> None:
    at = len(_CLOCK) + len(DAY_NAMES)
    if dwell_seconds is not None:
        rows[:, at], rows[:, at + 1] = dwell_seconds / _MINUTE, 1
    if occupancy is not None:
        rows[:, at + 2], rows[:, at + 3] = occupancy, 1


def _write_counts(
    rows: Floats, at: Mapping[str, NDArray[np.int64]], dwell: Floats, occupancy: Floats
) -> None:
    for name, values, unit in (("dwell", dwell, _MINUTE), ("occupancy", occupancy, 1.0)):
        known = ~np.isnan(values)
        rows[known, at[name][0]] = values[known] / unit
        rows[known, at[name][1]] = 1


def _write_zones(
    rows: Floats,
    at: NDArray[np.int64],
    baskets: Baskets,
    catalogue: Catalogue,
    encoder: Encoder,
    chosen: NDArray[np.int64],
    draw: np.random.Generator,
) -> None:
    # Of half the lines the zone is told, so that the model also knows what to say without one.
    told = draw.random(len(chosen)) < _ZONE_KNOWN_SHARE
    for place, zone in enumerate(encoder.zones):
        there = catalogue.zones[zone]
        lies = np.array([sku in there for sku in baskets.products], dtype=np.bool_)
        rows[told & lies[baskets.line_product[chosen]], at[place]] = 1


def _shares(counts: Floats) -> Floats:
    found: Floats = counts / np.maximum(counts.sum(axis=1, keepdims=True), np.float32(1))
    return found
