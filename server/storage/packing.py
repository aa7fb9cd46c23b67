"""Histograms and grids as text and bytes in one column; NULL is what was not told."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping

from edge.wire import DwellSketch

# Most of a heatmap's text repeats itself; more than this level gains nothing.
_LEVEL = 6


def packed_sketch(sketch: DwellSketch | None) -> str | None:
    """A sketch as JSON."""
    return None if sketch is None else sketch.model_dump_json()


def unpacked_sketch(text: str | None) -> DwellSketch | None:
    """The sketch that `packed_sketch` wrote."""
    return None if text is None else DwellSketch.model_validate_json(text)


def packed_counts(counts: Mapping[int, int] | Mapping[str, int] | None) -> str | None:
    """Numbers by size or reason as JSON."""
    return None if counts is None else json.dumps(counts, separators=(",", ":"))


def unpacked_counts(text: str | None) -> dict[str, int] | None:
    """The numbers that `packed_counts` wrote, their keys as text."""
    return None if text is None else json.loads(text)


def unpacked_sizes(text: str | None) -> dict[int, int] | None:
    """The numbers by size that `packed_counts` wrote."""
    counts = unpacked_counts(text)
    return None if counts is None else {int(size): number for size, number in counts.items()}


def packed_cells(seconds: Mapping[str, float]) -> bytes:
    """A grid's seconds by `column,row` as compressed JSON."""
    return zlib.compress(json.dumps(dict(sorted(seconds.items())), separators=(",", ":")).encode(), _LEVEL)


def unpacked_cells(packed: bytes) -> dict[tuple[int, int], float]:
    """The grid that `packed_cells` wrote, by column and row."""
    found: dict[str, float] = json.loads(zlib.decompress(packed))
    seconds: dict[tuple[int, int], float] = {}
    for name, spent in found.items():
        column, row = name.split(",")
        # `-0,1` and `0,1` are two names of one cell.
        cell = int(column), int(row)
        seconds[cell] = seconds.get(cell, 0.0) + spent
    return seconds
