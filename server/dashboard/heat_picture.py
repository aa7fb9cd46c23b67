"""A heatmap as squares in steps of colour, and as words for those who do not see it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from server.api.heat import CameraHeat, StoreHeat
from server.metrics.heat import HeatMap, coarser
from server.metrics.rows import Cell

STEPS = 6
"""Colours of a picture, from little time to the most."""

MOST_ACROSS = 40
"""A picture has at most so many squares in a row or column; a wider map is drawn with larger squares."""

MOST_NAMED = 8
"""So many of the warmest places are put into words."""


@dataclass(frozen=True, slots=True)
class Square:
    """One square: its place in squares from the picture's top left, its step of colour from 1, its time."""

    x: int
    y: int
    step: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Place:
    """One of the warmest places: where it begins and ends, in the map's unit, and its share of all time."""

    left: float
    right: float
    top: float
    bottom: float
    seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class HeatPicture:
    """One map to be drawn: `columns` by `rows` squares of side `cell`, in its unit."""

    device: str | None
    camera: str | None
    unit: Literal["metres", "width"]
    cell: float
    columns: int
    rows: int
    squares: tuple[Square, ...]
    limits: tuple[float, ...]
    """The most seconds of each step of colour."""
    places: tuple[Place, ...]
    total_seconds: float
    coverage: float | None


def pictures(heat: StoreHeat) -> tuple[HeatPicture, ...]:
    """The pictures of a store's maps; a map without any time in it has none."""
    return tuple(_picture(one) for one in heat.maps if one.heat.total_seconds > 0)


def _picture(one: CameraHeat) -> HeatPicture:
    heat = _drawable(one.heat)
    left, top, right, bottom = _box(heat)
    limits = _limits(max(heat.seconds.values()))
    return HeatPicture(
        device=heat.device,
        camera=heat.camera,
        unit=heat.unit,
        cell=heat.cell,
        columns=right - left + 1,
        rows=bottom - top + 1,
        squares=tuple(
            Square(column - left, row - top, _step(seconds, limits), seconds)
            for (column, row), seconds in sorted(heat.seconds.items())
            if seconds > 0
        ),
        limits=limits,
        places=_places(heat),
        total_seconds=heat.total_seconds,
        coverage=one.coverage,
    )


def _drawable(heat: HeatMap) -> HeatMap:
    while True:
        left, top, right, bottom = _box(heat)
        if max(right - left, bottom - top) < MOST_ACROSS:
            return heat
        heat = coarser(heat)


def _box(heat: HeatMap) -> tuple[int, int, int, int]:
    """First and last column and row, left, top, right, bottom. A picture's left edge is always shown."""
    warm = [cell for cell, seconds in heat.seconds.items() if seconds > 0]
    columns, rows = [column for column, _ in warm], [row for _, row in warm]
    if heat.unit == "width":
        last = math.ceil(1 / heat.cell - 1e-9) - 1
        return min(0, *columns), min(0, *rows), max(last, *columns), max(rows)
    return min(columns), min(rows), max(columns), max(rows)


def _limits(most: float) -> tuple[float, ...]:
    # Squares, because a few places hold most of the time: even steps would leave all others in the first.
    return tuple(most * (step / STEPS) ** 2 for step in range(1, STEPS + 1))


def _step(seconds: float, limits: tuple[float, ...]) -> int:
    return next((step for step, limit in enumerate(limits, 1) if seconds <= limit), len(limits))


def _places(heat: HeatMap) -> tuple[Place, ...]:
    seconds: Mapping[Cell, float] = heat.seconds
    warmest = sorted(seconds, key=lambda cell: (-seconds[cell], cell))[:MOST_NAMED]
    return tuple(
        Place(
            left=column * heat.cell,
            right=(column + 1) * heat.cell,
            top=row * heat.cell,
            bottom=(row + 1) * heat.cell,
            seconds=seconds[column, row],
            share=seconds[column, row] / heat.total_seconds,
        )
        for column, row in warmest
        if seconds[column, row] > 0
    )
