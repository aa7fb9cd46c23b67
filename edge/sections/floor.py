"""The floor in metres, and the grid of the heatmap."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from edge.floor import Floor, FloorError
from edge.geometry import Point
from edge.sections.places import Place, Section, points_of

NOMINAL_WIDTH, NOMINAL_HEIGHT = 1600.0, 900.0
"""A picture to check places in; whether four points make a floor does not depend on its size."""

Metre = Annotated[float, Field(ge=-1000, le=1000)]


class FloorSettings(Section):
    """Where some places of the picture lie on the floor, so that distances are known in metres."""

    points: Annotated[tuple[Place, ...], Field(max_length=64)] = Field(
        description="four or more places on the floor, each [x, y] as shares of the picture"
    )
    metres: Annotated[tuple[tuple[Metre, Metre], ...], Field(max_length=64)] = Field(
        description="the same places, in the same order, each [x, y] in metres from a corner of your choice"
    )

    @model_validator(mode="after")
    def _makes_a_floor(self) -> Self:
        try:
            self.in_picture(NOMINAL_WIDTH, NOMINAL_HEIGHT)
        except FloorError as error:
            raise ValueError(str(error)) from error
        return self

    def in_picture(self, width: float, height: float) -> Floor:
        """The floor of a picture of this size, in pixels.

        Raises:
            FloorError: the places make no floor; never after the settings were read.
        """
        places = [Point(x * width, y * height) for x, y in self.points]
        return Floor.from_points(places, points_of(self.metres))


class HeatmapSettings(Section):
    """That it is gathered where people spend time."""

    cell: float | None = Field(
        None,
        gt=0,
        description="side of a cell: in metres where the floor is known, else as a share of the picture's "
        "width; unset: half a metre, or 1/32 of the width",
    )
