"""How things are at a moment: states that are sampled, beside the facts that are counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from edge.counting.plan import HeatGrid
from edge.counting.queues import Waiting
from edge.floor import Floor, FloorError
from edge.geometry import Point

FARTHEST_CELL = 99_999
"""Columns and rows of a heatmap have at most five digits."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What one camera sees now.

    Attributes:
        zones: people inside each.
        queues: who waits in each.
        cells: people in each cell of the heatmap, by its column and row as "3,-4"; without a heatmap, none.
    """

    zones: dict[str, int]
    queues: dict[str, Waiting]
    cells: dict[str, int]


def cells_of(places: Iterable[Point], grid: HeatGrid, floor: Floor | None) -> dict[str, int]:
    """How many people stand in each cell. Who seems to stand above the floor's horizon stands in none."""
    on_grid = (_on_grid(place, grid, floor) for place in places)
    return dict(Counter(_cell(place, grid.cell) for place in on_grid if place))


def _on_grid(place: Point, grid: HeatGrid, floor: Floor | None) -> Point | None:
    if grid.unit == "width" or floor is None:
        return Point(place.x / grid.picture_width, place.y / grid.picture_width)
    try:
        return floor.to_metres(place)
    except FloorError:
        return None


def _cell(place: Point, side: float) -> str:
    column, row = (
        min(max(math.floor(share / side), -FARTHEST_CELL), FARTHEST_CELL) for share in (place.x, place.y)
    )
    return f"{column},{row}"
