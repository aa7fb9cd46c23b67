"""Where people spent time, on a grid: what one minute gathers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edge.wire import Heat
from edge.wire.messages import MOST_CELLS


@dataclass(frozen=True, slots=True)
class Grid:
    """Side of a cell, in metres on the floor or in shares of the picture's width."""

    unit: Literal["metres", "width"]
    cell: float


Cell = tuple[int, int]
"""Column and row."""


class HeatTally:
    """Seconds in each cell. At most `MOST_CELLS` cells: beyond, time goes to the nearest cell that is kept.

    So the sum of all time is always right, and only its place is not, in a minute in which people were in
    more than 4,096 places: a thousand square metres at half a metre a cell.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._seconds: dict[Cell, float] = {}
        self._nearest: dict[Cell, Cell] = {}  # for cells that found no room: the one that takes their time

    def __len__(self) -> int:
        return len(self._seconds) + len(self._nearest)

    def add(self, cells: Mapping[str, int], seconds: float) -> None:
        """Notes that so many people were in each cell for so long."""
        for cell, people in cells.items():
            kept = self._kept(_read(cell))
            self._seconds[kept] = self._seconds.get(kept, 0.0) + people * seconds

    def told(self) -> Heat:
        """What the message says: full hundredths of a second, no empty cell."""
        rounded = {f"{column},{row}": round(seconds, 2) for (column, row), seconds in self._seconds.items()}
        return Heat(
            unit=self._grid.unit,
            cell=self._grid.cell,
            seconds={cell: seconds for cell, seconds in rounded.items() if seconds},
        )

    def restore(self, heat: Heat) -> bool:
        """Goes on from what was told, if it is of the same grid, for others do not add up; whether it is."""
        is_same = (heat.unit, heat.cell) == (self._grid.unit, self._grid.cell)
        if is_same:
            self._seconds = {_read(cell): seconds for cell, seconds in heat.seconds.items()}
        return is_same

    def _kept(self, cell: Cell) -> Cell:
        if cell in self._seconds or len(self._seconds) < MOST_CELLS:
            return cell
        if cell not in self._nearest:
            if len(self._nearest) >= MOST_CELLS:
                self._nearest.clear()
            column, row = cell
            _, self._nearest[cell] = min(
                ((other[0] - column) ** 2 + (other[1] - row) ** 2, other) for other in self._seconds
            )
        return self._nearest[cell]


def _read(cell: str) -> Cell:
    column, _, row = cell.partition(",")
    return int(column), int(row)
