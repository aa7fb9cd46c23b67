"""What the page is told, as JSON can say it. Pure."""

from __future__ import annotations

from typing import Any

from edge.counting import Crossing, Direction
from edge.setup.auditing import Way
from edge.setup.sights import Sight
from edge.setup.trying import Trial
from edge.truth.intervals import Estimate
from edge.truth.scoring import Tally


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
