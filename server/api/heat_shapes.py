"""Heatmaps, as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from server.api.heat import CameraHeat, StoreHeat
from server.api.parts import Instant, Shape, means

_DECIMALS = 3
"""Of seconds: finer than any camera looks."""


class HeatMapShape(Shape):
    """Time spent in each cell of one grid; cell `c,r` begins at (c · cell, r · cell)."""

    device: str | None = Field(description="null: several cameras together")
    camera: str | None = Field(description="null: several cameras together")
    unit: Literal["metres", "width"] = Field(
        description="metres on the floor, or shares of the picture's width from its top left corner"
    )
    cell: float = Field(description="side of a cell, in that unit")
    coverage: float | None = means("coverage")
    total_seconds: float = Field(description="time in all cells together")
    seconds: dict[str, float] = means("heat")


class HeatmapShape(Shape):
    """A store's heatmaps over a range, one for each grid: grids of two kinds are never added up."""

    store: str
    name: str
    time_zone: str
    begin: Instant
    end: Instant
    maps: list[HeatMapShape]
    suppressed: bool = Field(
        False, description="left out: fewer people came than the server gives away figures of"
    )


def heatmap_shape(heat: StoreHeat) -> HeatmapShape:
    """A store's heatmaps."""
    return HeatmapShape(
        store=heat.store,
        name=heat.settings.name,
        time_zone=heat.settings.time_zone,
        begin=heat.interval.begin,
        end=heat.interval.end,
        maps=[_map(one) for one in heat.maps],
    )


def _map(one: CameraHeat) -> HeatMapShape:
    heat = one.heat
    return HeatMapShape(
        device=heat.device,
        camera=heat.camera,
        unit=heat.unit,
        cell=heat.cell,
        coverage=one.coverage,
        total_seconds=round(heat.total_seconds, _DECIMALS),
        seconds={
            f"{column},{row}": round(seconds, _DECIMALS)
            for (column, row), seconds in sorted(heat.seconds.items())
        },
    )
