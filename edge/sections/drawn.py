"""What is drawn into a camera's picture: lines, zones and queues."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from edge.geometry import Point, distance, line_crosses_itself, way_over
from edge.sections.places import Corners, Id, Place, Section, points_of

SHORTEST_LINE = 0.01


class LineSettings(Section):
    """A line across an entrance, and the arrow that says which way is in; or one that people walk past."""

    id: Id = Field(description="name of the line in all counts")
    kind: Literal["entrance", "passing"] = Field(
        "entrance",
        description="entrance: crossing it is coming in or leaving; passing: walking past outside",
    )
    points: Annotated[tuple[Place, ...], Field(min_length=2, max_length=16)] = Field(
        description="its ends, and the places in order where it bends between them, "
        "each [x, y] as shares of the picture's width and height from the top left"
    )
    arrow: tuple[Place, Place] = Field(
        description="from a place outside to a place inside; crossing along it counts as in"
    )
    recross_seconds: float = Field(
        1.0,
        ge=0,
        le=60,
        description="somebody who comes back over the line within so long has not crossed it",
    )
    late_counts: bool = Field(
        True, description="whether those count who are lost, or first seen, while they walk across the line"
    )

    @model_validator(mode="after")
    def _can_count(self) -> Self:
        line = points_of(self.points)
        tail, head = (Point(*place) for place in self.arrow)
        if any(distance(first, second) < SHORTEST_LINE for first, second in pairwise(line)):
            raise ValueError("two points of the line are the same place; move one of them")
        if line_crosses_itself(line):
            raise ValueError(
                "the line crosses itself; give its points in the order in which one walks along it, "
                "or make two lines of it"
            )
        if way_over((tail, head), line) == 0:
            raise ValueError(
                "the arrow does not go from one side of the line to the other; "
                "let it begin outside the shop and end inside"
            )
        return self


class ZoneSettings(Section):
    """A part of the floor in which stays are measured."""

    id: Id = Field(description="name of the zone in all counts")
    points: Corners = Field(
        description="its corners in order, each [x, y] as shares of the picture's width and height"
    )
    minimum_stay_seconds: float = Field(3.0, ge=0, le=3600, description="a shorter stay is no visit")
    gap_seconds: float = Field(2.0, ge=0, le=600, description="leaving for less does not end a visit")


class QueueSettings(Section):
    """Where people wait, and where they are served."""

    id: Id = Field(description="name of the queue in all counts")
    points: Corners = Field(description="corners in order of the floor on which people wait")
    service: Corners = Field(
        description="corners in order of the floor on which the customer stands who is being served; "
        "it may overlap the queue, touch it or lie apart"
    )
    minimum_stay_seconds: float = Field(3.0, ge=0, le=3600, description="a shorter stay is no waiting")
    gap_seconds: float = Field(
        5.0, ge=0, le=600, description="stepping out of the queue for less does not lose the place in it"
    )
    rejoin_seconds: float = Field(
        60.0, ge=0, le=3600, description="who was served does not join again within so long"
    )
