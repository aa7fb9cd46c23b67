"""A picture of where people went next: who left stands at the left, where they went at the right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from server.api.path_shapes import CameraPathsShape, LeavingShape, StopShape

WIDTH = 360
"""Of the picture: as wide as a phone, so that its words are never smaller than they are drawn."""

_LEFT, _RIGHT = 118.0, 242.0
"""Where bands begin and end; words stand outside of them."""

_PEOPLE_HEIGHT = 260.0
"""Of all people together."""

_LEAST_HEIGHT = 16.0
"""Of a place, so that its word has room."""

_GAP = 10.0
_MOST_LETTERS = 15

UNSEEN = "not seen again"

Leads = Literal["zone", "door", "unseen"]


@dataclass(frozen=True, slots=True)
class Place:
    """A bar at one side with its word."""

    y: float
    height: float
    word: str
    said: str

    @property
    def middle(self) -> float:
        """Where its word stands."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Band:
    """People on their way from a bar at the left to one at the right, as an SVG path."""

    path: str
    leads: Leads
    said: str


@dataclass(frozen=True, slots=True)
class PathPicture:
    """All of it, in a picture `WIDTH` wide."""

    height: float
    left: tuple[Place, ...]
    right: tuple[Place, ...]
    bands: tuple[Band, ...]

    @property
    def width(self) -> int:
        """Of the picture."""
        return WIDTH

    @property
    def bars(self) -> tuple[float, float]:
        """Where the bars of both sides stand."""
        return _LEFT - 6, _RIGHT


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a band: a stop by its id, as it is called, and how far down it stands."""

    key: str
    word: str
    rank: int


_NOWHERE = _End("", UNSEEN, 2)


@dataclass(frozen=True, slots=True)
class _Flow:
    origin: _End
    to: _End
    people: int
    leads: Leads


def path_picture(camera: CameraPathsShape) -> PathPicture | None:
    """The picture of what one camera saw; None where nobody went anywhere that may be told."""
    flows = [flow for leaving in camera.leaving for flow in _flows(leaving)]
    if not any(flow.leads != "unseen" for flow in flows):
        return None
    scale = _PEOPLE_HEIGHT / sum(flow.people for flow in flows)
    left = _places([(flow.origin, flow.people) for flow in flows], scale)
    ends = sorted(((flow.to, flow.people) for flow in flows), key=lambda end: end[0].rank)
    right = _places(ends, scale)
    height = max(place.y + place.height for place in (*left.values(), *right.values()))
    return PathPicture(
        round(height, 1), tuple(left.values()), tuple(right.values()), _bands(flows, left, right, scale)
    )


def label(stop: StopShape) -> str:
    """A stop in a word or three: `Tea shelf`, `in by main-door`."""
    return stop.name if stop.kind == "zone" else f"{stop.kind} by {stop.name}"


def _flows(leaving: LeavingShape) -> Iterator[_Flow]:
    origin = _end(leaving.stop)
    for way in leaving.ways:
        if way.people:
            yield _Flow(origin, _end(way.to), way.people, "zone" if way.to.kind == "zone" else "door")
    if leaving.unseen and leaving.stop.kind != "out":  # who went out is not looked for
        yield _Flow(origin, _NOWHERE, leaving.unseen, "unseen")


def _end(stop: StopShape) -> _End:
    return _End(stop.stop, label(stop), 0 if stop.kind == "zone" else 1)


def _places(ends: Iterable[tuple[_End, int]], scale: float) -> dict[_End, Place]:
    sums: Counter[_End] = Counter()
    for end, people in ends:
        sums[end] += people
    places, y = {}, 0.0
    for end, people in sums.items():
        height = max(_LEAST_HEIGHT, people * scale)
        places[end] = Place(round(y, 1), round(height, 1), _short(end.word), f"{end.word}: {people:,}")
        y += height + _GAP
    return places


def _bands(
    flows: Iterable[_Flow], left: Mapping[_End, Place], right: Mapping[_End, Place], scale: float
) -> tuple[Band, ...]:
    starts = {end: place.y for end, place in left.items()}
    ends = {end: place.y for end, place in right.items()}
    bands, order = [], list(right)
    for flow in sorted(flows, key=lambda flow: order.index(flow.to)):
        thick = flow.people * scale
        said = f"{flow.origin.word} to {flow.to.word}: {flow.people:,}"
        bands.append(Band(_curve(starts[flow.origin], ends[flow.to], thick), flow.leads, said))
        starts[flow.origin] += thick
        ends[flow.to] += thick
    return tuple(bands)


def _curve(y0: float, y1: float, thick: float) -> str:
    middle = (_LEFT + _RIGHT) / 2
    over = f"M{_LEFT:g},{y0:.1f} C{middle:g},{y0:.1f} {middle:g},{y1:.1f} {_RIGHT:g},{y1:.1f}"
    below0, below1 = y0 + thick, y1 + thick
    return f"{over} V{below1:.1f} C{middle:g},{below1:.1f} {middle:g},{below0:.1f} {_LEFT:g},{below0:.1f} Z"


def _short(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"
