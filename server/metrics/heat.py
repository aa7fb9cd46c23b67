"""Where people spent time: grids that add up over time, and never with a grid of another kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from server.metrics.rows import Cell, HeatRow

MOST_CELLS = 4096
"""Of one map; one with more is given with cells twice as wide, until they are no more."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Seconds that all people together spent in each cell of a grid.

    Cell (c, r) begins at (c · cell, r · cell), in metres on the floor or in widths of the camera's picture.
    `device` and `camera` are None where several cameras were added up.
    """

    device: str | None
    camera: str | None
    unit: Literal["metres", "width"]
    cell: float
    seconds: Mapping[Cell, float]

    @property
    def total_seconds(self) -> float:
        """Time in all cells together."""
        return sum(self.seconds.values())


def heat_maps(rows: Iterable[HeatRow], *, of_store: bool = False) -> tuple[HeatMap, ...]:
    """One map for each camera, unit and cell, in that order.

    With `of_store`, maps in metres with the same cell are one over all cameras. Shares of a picture's width
    never are: the same cell is another place in another camera's picture.
    """
    sums: dict[_Grid, dict[Cell, float]] = defaultdict(dict)
    for row in rows:
        seconds = sums[_grid(row, of_store=of_store)]
        for cell, spent in row.seconds.items():
            seconds[cell] = seconds.get(cell, 0.0) + spent
    return tuple(
        _bounded(HeatMap(device or None, camera or None, unit, cell, seconds))
        for (device, camera, unit, cell), seconds in sorted(sums.items())
    )


def coarser(heat: HeatMap) -> HeatMap:
    """The same time on cells twice as wide and high; nothing of it is lost."""
    seconds: dict[Cell, float] = {}
    for (column, row), spent in heat.seconds.items():
        cell = column // 2, row // 2
        seconds[cell] = seconds.get(cell, 0.0) + spent
    return HeatMap(heat.device, heat.camera, heat.unit, 2 * heat.cell, seconds)


_Grid = tuple[str, str, Literal["metres", "width"], float]
"""Device and camera (empty: all of the store's), unit and cell."""


def _grid(row: HeatRow, *, of_store: bool) -> _Grid:
    whole = of_store and row.unit == "metres"
    return "" if whole else row.device, "" if whole else row.camera, row.unit, row.cell


def _bounded(heat: HeatMap) -> HeatMap:
    while len(heat.seconds) > MOST_CELLS:
        heat = coarser(heat)
    return heat
