"""What people saw in a clip: the file format of a truth, version 1."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.counting import Direction
from edge.geometry import Point, area, crosses_itself, cut
from edge.wire.topics import ID_PATTERN

SCHEMA: Literal["footfall-truth/1"] = "footfall-truth/1"

Pixels = tuple[float, float]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
Frame = Annotated[float, Field(ge=0, description="0-based number of a frame; shares lie between two frames")]
Seconds = Annotated[float, Field(ge=0, description="from the clip's first frame on")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ClipFacts(_Part):
    """Which recording was looked at."""

    file: str = Field(min_length=1, description="its name, without a folder")
    sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    fps: float = Field(gt=0, le=1000)
    frames: int | None = Field(None, ge=1)


class Span(_Part):
    """What part of the clip was watched; outside it nothing is missed and nothing is extra."""

    from_frame: Frame = 0.0
    to_frame: Frame

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.to_frame < self.from_frame:
            raise ValueError("it ends before it begins")
        return self


class Counts(_Part):
    """How many crossed, where only that is known or as a check of the events."""

    count_in: int = Field(ge=0, alias="in")
    count_out: int = Field(ge=0, alias="out")


class CrossingEvent(_Part):
    """Somebody crossed the line."""

    direction: Direction
    frame: Frame
    seconds: Seconds | None = Field(None, description="unset: frame / fps")
    note: str = ""


class TrueLine(_Part):
    """A line, and who crossed it."""

    id: Id
    points: tuple[Pixels, Pixels] = Field(description="its ends, in pixels of the clip's own frames")
    arrow: tuple[Pixels, Pixels] = Field(description="from the outer to the inner side; along it is in")
    anchor: str = Field("foot", description="which point of a person was looked at")
    words: dict[Direction, str] = Field({}, description="what the directions are called")
    counts: Counts | None = Field(None, description="how many crossed; needed if the events are not known")
    events: tuple[CrossingEvent, ...] | None = Field(None, description="unset: only the counts are known")

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        ends = (Point(*self.points[0]), Point(*self.points[1]))
        if cut((Point(*self.arrow[0]), Point(*self.arrow[1])), ends) is None:
            raise ValueError("the arrow does not go from one side of the line to the other")
        if self.events is None and self.counts is None:
            raise ValueError("give events, or at least counts")
        for direction, said in self._said().items():
            told = self.count(direction)
            if said != told:
                raise ValueError(f"counts say {said} {direction}, but there are {told} such events")
        return self

    def _said(self) -> dict[Direction, int]:
        if self.counts is None or self.events is None:
            return {}
        return {Direction.IN: self.counts.count_in, Direction.OUT: self.counts.count_out}

    def count(self, direction: Direction) -> int:
        """How many crossed in a direction."""
        if self.events is not None:
            return sum(event.direction is direction for event in self.events)
        assert self.counts is not None
        return self.counts.count_in if direction is Direction.IN else self.counts.count_out


class TrueVisit(_Part):
    """Somebody was inside the zone from one frame to another."""

    enter_frame: Frame
    leave_frame: Frame
    enter_seconds: Seconds | None = Field(None, description="unset: enter_frame / fps")
    leave_seconds: Seconds | None = Field(None, description="unset: leave_frame / fps")
    note: str = ""

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.leave_frame < self.enter_frame:
            raise ValueError(f"it ends in frame {self.leave_frame:g}, before it begins")
        return self


class TrueZone(_Part):
    """A zone, and who stayed in it."""

    id: Id
    points: Annotated[tuple[Pixels, ...], Field(min_length=3, max_length=64)] | None = Field(
        None, description="its corners in pixels; unset: the device's configuration gives them"
    )
    minimum_stay_seconds: float = Field(3.0, ge=0, le=3600)
    gap_seconds: float = Field(2.0, ge=0, le=600)
    visits: tuple[TrueVisit, ...] = ()

    @model_validator(mode="after")
    def _is_an_area(self) -> Self:
        corners = tuple(Point(*place) for place in self.points or ())
        if corners and (crosses_itself(corners) or area(corners) < 1):
            raise ValueError("its corners are not those of an area, in order around it")
        return self


class Truth(_Part):
    """Everything that was seen in a clip."""

    schema_: Literal["footfall-truth/1"] = Field(alias="schema")
    clip: ClipFacts
    watched: Span | None = Field(None, description="unset: all of the clip")
    how: str = Field("", description="who found out, and how")
    uncertainty_frames: float = Field(0.0, ge=0, description="how far a moment may be off")
    lines: tuple[TrueLine, ...] = ()
    zones: tuple[TrueZone, ...] = ()

    @model_validator(mode="after")
    def _names_are_single(self) -> Self:
        if not self.lines and not self.zones:
            raise ValueError("nothing was looked at: give at least one line or zone")
        names = [line.id for line in self.lines] + [zone.id for zone in self.zones]
        for name in sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{name!r} stands twice; give each line and zone its own id")
        return self

    def at(self, frame: float, seconds: float | None) -> float:
        """Seconds from the beginning of the clip."""
        return frame / self.clip.fps if seconds is None else seconds
