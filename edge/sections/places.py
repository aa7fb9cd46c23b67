"""Places and areas in the picture, as people write them: shares of its width and height."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from edge.geometry import Point, area, crosses_itself
from edge.wire.topics import ID_PATTERN

SMALLEST_AREA = 0.0001
"""Of a polygon, as a share of the picture."""


class Section(BaseModel):
    """A part of the configuration: it cannot be changed once read, and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _within(axis: str) -> Callable[[float], float]:
    def checked(share: float) -> float:
        if not 0 <= share <= 1:
            raise ValueError(
                f"{axis} lies outside the picture; places are shares from 0 (left, top) to 1 (right, "
                "bottom): divide pixels by the picture's width and height"
            )
        return share

    return checked


def points_of(places: tuple[tuple[float, float], ...]) -> tuple[Point, ...]:
    """The same places as points, still in shares."""
    return tuple(Point(*place) for place in places)


def _is_an_area(places: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    corners = points_of(places)
    if crosses_itself(corners):
        raise ValueError("the sides cross each other; give the corners in order around the area")
    if area(corners) < SMALLEST_AREA:
        raise ValueError(
            "this has no area; its corners lie on one line or in one place: draw them around a piece of floor"
        )
    return places


Id = Annotated[str, Field(pattern=ID_PATTERN)]
Place = tuple[Annotated[float, AfterValidator(_within("x"))], Annotated[float, AfterValidator(_within("y"))]]
Corners = Annotated[tuple[Place, ...], Field(min_length=3, max_length=64), AfterValidator(_is_an_area)]
"""A polygon: its corners in order around it."""
