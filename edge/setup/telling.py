"""What the page is told, as JSON can say it."""

from __future__ import annotations

from typing import Any

from edge.config import CameraSettings
from edge.counting import Crossing, Direction
from edge.planning import FloorRefused
from edge.setup.auditing import Way
from edge.setup.keeping import DrawingRefused, Problem
from edge.setup.sights import Sight
from edge.setup.trying import Trial, trials
from edge.survey import as_rows, survey
from edge.truth.intervals import Estimate
from edge.truth.scoring import Tally

LEAST_TALL = 8.0
"""Pixels; nobody who walks to try a line is smaller."""


def sight_told(sight: Sight, now: float) -> dict[str, Any]:
    """The camera's picture: size in pixels, age in seconds, and what is wrong with it."""
    return {
        "size": sight.size,
        "shown": sight.shown,
        "age": round(now - sight.at, 1) if sight.size else None,
        "trouble": sight.trouble,
        "number": sight.crossings,
    }


def crossing_told(crossing: Crossing, size: tuple[int, int] | None) -> dict[str, Any]:
    """One crossing, with its place as shares of the picture."""
    wide, high = size or (1, 1)
    place = crossing.place
    return {
        "line": crossing.line,
        "direction": crossing.direction.value,
        "place": [place.x / wide, place.y / high] if place else None,
    }


def counted_told(counted: dict[tuple[str, Direction], int]) -> list[dict[str, Any]]:
    """Sums by line and direction."""
    return [
        {"line": line, "direction": direction.value, "count": count}
        for (line, direction), count in counted.items()
    ]


def tried_told(camera: CameraSettings, sight: Sight) -> dict[str, Any]:
    """How large what is drawn is, and how its lines were tried; no trials before there is a picture.

    Raises:
        DrawingRefused: the floor makes none in a picture of this shape.
    """
    measured = as_rows(survey(camera))
    if sight.size is None:
        return {"measured": measured, "trials": None}
    try:
        tried = trials(camera, *sight.size, max(sight.tall, LEAST_TALL))
    except FloorRefused as error:
        raise DrawingRefused([Problem("floor.points", str(error))]) from error
    return {"measured": measured, "trials": [trial_told(one, sight.size) for one in tried]}


def trial_told(trial: Trial, size: tuple[int, int]) -> dict[str, Any]:
    """A line that was tried, its walks in shares of the picture."""
    return {
        "line": trial.line,
        "doubts": list(trial.doubts),
        "walks": [
            {
                "path": [[place.x / size[0], place.y / size[1]] for place in walk.path],
                "direction": walk.direction.value,
                "counted": walk.counted,
            }
            for walk in trial.walks
        ],
    }


def way_told(way: Way) -> dict[str, Any]:
    """One direction of an audit."""
    return {"line": way.line, "direction": way.direction.value} | tally_told(way.tally)


def tally_told(tally: Tally) -> dict[str, Any]:
    """Clicked and counted, side by side."""
    return {
        "clicked": tally.true,
        "counted": tally.counted,
        "matched": tally.matched,
        "missed": tally.missed,
        "extra": tally.extra,
        "found": _estimate(tally.recall),
        "right": _estimate(tally.precision),
    }


def _estimate(estimate: Estimate) -> list[float | None]:
    return [estimate.value, estimate.low, estimate.high]
