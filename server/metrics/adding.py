"""Adding what not everybody tells: the sum of what is told, and None, never 0, where nothing is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar

from edge.wire import DwellSketch

Key = TypeVar("Key", int, str)
Number = TypeVar("Number", int, float)


def sum_of_told(values: Iterable[Number | None]) -> Number | None:
    """The sum of the values that are there."""
    told = [value for value in values if value is not None]
    return sum(told[1:], told[0]) if told else None


def counts_of_told(values: Iterable[Mapping[Key, int] | None]) -> dict[Key, int] | None:
    """The sums of the histograms that are there, key by key."""
    told = [value for value in values if value is not None]
    if not told:
        return None
    total: Counter[Key] = Counter()
    for counts in told:
        total.update(counts)
    return dict(total)


def sketch_of_told(sketches: Iterable[DwellSketch | None]) -> DwellSketch | None:
    """One sketch of those that are there."""
    told = [sketch for sketch in sketches if sketch is not None]
    return DwellSketch.merged(told) if told else None
