"""What was drawn on the page."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from edge.config import CameraSettings

Place = tuple[float, float]
Shape = tuple[Place, ...]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DrawnLine(_Part):
    """A line; whether it can count is for the settings to say."""

    id: str = Field(max_length=100)
    kind: Literal["entrance", "passing"] = "entrance"
    points: Shape = Field(max_length=64)
    arrow: Shape = Field(max_length=2)


class DrawnZone(_Part):
    """An area in which stays are measured."""

    id: str = Field(max_length=100)
    points: Shape = Field(max_length=128)


class DrawnQueue(_Part):
    """Where people wait, and where they are served."""

    id: str = Field(max_length=100)
    points: Shape = Field(max_length=128)
    service: Shape = Field(max_length=128)


class DrawnFloor(_Part):
    """Places of the picture, and the same in metres."""

    points: Shape = Field(max_length=64)
    metres: Shape = Field(max_length=64)


class Drawn(_Part):
    """All that the page can change of a camera."""

    view: Literal["oblique", "overhead"] = "oblique"
    lines: tuple[DrawnLine, ...] = Field((), max_length=64)
    zones: tuple[DrawnZone, ...] = Field((), max_length=64)
    queues: tuple[DrawnQueue, ...] = Field((), max_length=64)
    origins: tuple[Shape, ...] = Field((), max_length=64)
    floor: DrawnFloor | None = None


def drawn_of(camera: CameraSettings) -> Drawn:
    """What stands in a camera's settings, to begin with."""
    return Drawn(
        view=camera.view,
        lines=tuple(
            DrawnLine(id=one.id, kind=one.kind, points=one.points, arrow=one.arrow) for one in camera.lines
        ),
        zones=tuple(DrawnZone(id=one.id, points=one.points) for one in camera.zones),
        queues=tuple(DrawnQueue(id=q.id, points=q.points, service=q.service) for q in camera.queues),
        origins=camera.staff.origins if camera.staff else (),
        floor=DrawnFloor(points=camera.floor.points, metres=camera.floor.metres) if camera.floor else None,
    )
