"""Truths and facts made by hand."""

from __future__ import annotations

from typing import Any

from edge.counting import Crossing, Direction, Visit, VisitEnd
from edge.sections import LineSettings, ZoneSettings
from edge.truth import ClipFacts, Places, Truth

CLIP = ClipFacts(file="monday.mp4", width=200, height=100, fps=10.0, frames=600)
DOOR = LineSettings(id="door", points=((0.5, 0.0), (0.5, 1.0)), arrow=((0.4, 0.5), (0.6, 0.5)))
SHELF = ZoneSettings(id="shelf", points=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
GIVEN = Places((DOOR,), (SHELF,))


def content(
    events: list[tuple[str, float]] | None = None,
    visits: list[tuple[float, float]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A truth as its file holds it: crossings (way, frame) of a door, visits (from, to) of a shelf."""
    line: dict[str, Any] = {"id": "door", "points": [[100, 0], [100, 100]], "arrow": [[80, 50], [120, 50]]}
    line["events"] = [{"direction": direction, "frame": frame} for direction, frame in events or []]
    zone: dict[str, Any] = {"id": "shelf", "points": [[0, 0], [100, 0], [100, 100], [0, 100]]}
    zone["visits"] = [{"enter_frame": begin, "leave_frame": end} for begin, end in visits or []]
    clip = CLIP.model_dump()
    return {"schema": "footfall-truth/1", "clip": clip, "lines": [line], "zones": [zone]} | more


def truth(
    events: list[tuple[str, float]] | None = None,
    visits: list[tuple[float, float]] | None = None,
    **more: Any,
) -> Truth:
    """The same, read."""
    return Truth.model_validate(content(events, visits, **more))


def came(*moments: float) -> list[Crossing | Visit]:
    """People counted in at these seconds."""
    return [Crossing("door", Direction.IN, at) for at in moments]


def left(*moments: float) -> list[Crossing | Visit]:
    """People counted out."""
    return [Crossing("door", Direction.OUT, at) for at in moments]


def stayed(*stays: tuple[float, float]) -> list[Crossing | Visit]:
    """Visits to the shelf, from and to in seconds."""
    return [Visit("shelf", begin, end, VisitEnd.LEFT) for begin, end in stays]
