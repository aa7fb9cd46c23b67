"""A table of an answer: columns with stable names, types and units, and rows read from its fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any, Literal

Value = str | int | float | bool | Decimal | datetime | None
Type = Literal["text", "whole", "number", "exact", "instant", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `path` leads from a row's thing to the value, as `occupancy.at_end`."""

    path: str
    type: Type
    unit: str
    name: str = ""

    @property
    def title(self) -> str:
        """Its name in CSV and Parquet."""
        return self.name or self.path.replace(".", "_")

    def of(self, thing: object) -> Value:
        """The value in one row; None where it or anything on the way to it is."""
        found: Value = _follow(thing, self.path)
        return found


@dataclass(frozen=True, slots=True)
class Table:
    """An answer as rows; every row has a value or None for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]


def table(columns: Sequence[Column], things: Iterable[object]) -> Table:
    """A table with one row for each thing."""
    return Table(columns, [[column.of(thing) for column in columns] for thing in things])


def rate(path: str) -> Iterator[Column]:
    """The columns of a rate."""
    yield Column(f"{path}.value", "number", "share", path)
    yield Column(f"{path}.numerator", "whole", "number")
    yield Column(f"{path}.denominator", "whole", "number")
    yield Column(f"{path}.low", "number", "share")
    yield Column(f"{path}.high", "number", "share")
    yield Column(f"{path}.enough", "flag", "true or false")


def quotient(path: str, unit: str) -> Iterator[Column]:
    """The columns of an amount per thing."""
    yield Column(f"{path}.value", "exact", unit, path)
    yield Column(f"{path}.numerator", "exact", "number")
    yield Column(f"{path}.denominator", "exact", "number")


def durations(path: str) -> Iterator[Column]:
    """The columns of how long something lasted."""
    yield Column(f"{path}.n", "whole", "number")
    yield Column(f"{path}.mean_seconds", "number", "seconds")
    yield Column(f"{path}.median_seconds", "number", "seconds")
    yield Column(f"{path}.p90_seconds", "number", "seconds")


def _follow(thing: object, path: str) -> Any:
    return reduce(_step, path.split("."), thing)


def _step(thing: object, name: str) -> Any:
    if thing is None:
        return None
    return thing[name] if isinstance(thing, dict) else getattr(thing, name)
