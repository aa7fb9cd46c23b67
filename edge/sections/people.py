"""Who belongs together, and who is staff."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from edge.badges import StaffNumbers
from edge.sections.places import Corners, Id, Section


class GroupSettings(Section):
    """When people who cross an entrance count as one group."""

    seconds: float = Field(
        3.0, gt=0, le=30, description="the next of a group crosses within so long of one of them"
    )
    metres: float = Field(1.5, gt=0, le=10, description="and so near to them, where the floor is known")
    heights: float = Field(
        0.9, gt=0, le=5, description="and so near, in body heights, where the floor is not known"
    )


def _readable(ranges: tuple[str, ...]) -> tuple[str, ...]:
    StaffNumbers.parse(ranges)
    return ranges


class StaffSettings(Section):
    """Three ways to know staff, each alone or together; what is counted of them stands beside the rest."""

    origins: tuple[Corners, ...] = Field(
        (), description="areas from which only staff come, such as the door of the stock room"
    )
    long_stay_seconds: float | None = Field(
        None, ge=60, le=86400, description="who is in view for so long is staff; unset: nobody is for that"
    )
    badges: Annotated[tuple[str, ...], AfterValidator(_readable), Field(max_length=1000)] = Field(
        (), description='numbers of staff badges: "42", "7000-7999", or "staff-*" for a common beginning'
    )
    readers: dict[Id, Corners] = Field(
        default_factory=dict,
        description="for each till or reader whose badges are heard, the floor on which its user stands",
    )

    @property
    def numbers(self) -> StaffNumbers:
        """The badges as a value that can be asked."""
        return StaffNumbers.parse(self.badges)

    @model_validator(mode="after")
    def _tells_somebody_apart(self) -> Self:
        if self.badges and not self.readers:
            raise ValueError(
                "badges stand here without readers; say where the user of each reader stands, as "
                "[cameras.NAME.staff.readers] with till-1 = [[x, y], …], or leave badges out"
            )
        if self.readers and not self.badges:
            raise ValueError(
                "readers stand here without badges; say which numbers are staff's, as "
                'badges = ["7000-7999"], or leave readers out'
            )
        if not self.origins and self.long_stay_seconds is None and not self.badges:
            raise ValueError(
                "nobody can be known as staff by this; give origins, long_stay_seconds, or badges with "
                "readers, or leave the whole section out"
            )
        return self
