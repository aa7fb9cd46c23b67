"""Scenes for a camera's counter: several people walk, picture after picture, and the facts come out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TypeVar

from edge.counting import CameraCounter, Fact, Plan, VisitEnd
from edge.people import Step
from tests.edge.cast import NOON, followed

FPS = 10

FactT = TypeVar("FactT")


def walk(*stations: tuple[float, float, float], fps: int = FPS) -> list[Step]:
    """Feet of somebody who goes straight from station to station: each so many seconds after noon, x, y."""
    taken = []
    for (begin, x0, y0), (end, x1, y1) in itertools.pairwise(stations):
        pictures = round((end - begin) * fps)
        for number in range(pictures):
            share = number / pictures
            taken.append(
                Step(round(NOON + begin + number / fps, 3), x0 + share * (x1 - x0), y0 + share * (y1 - y0))
            )
    at, x, y = stations[-1]
    return [*taken, Step(round(NOON + at, 3), x, y)]


def without(path: Sequence[Step], begin: float, end: float) -> list[Step]:
    """The path of somebody who is hidden from after `begin` until before `end`."""
    return [step for step in path if not NOON + begin < step.at < NOON + end]


def played(
    plan: Plan | CameraCounter,
    *paths: Sequence[Step],
    kept_seconds: float = 0.0,
    on_picture: Callable[[CameraCounter, float], Sequence[Fact]] | None = None,
    close: bool = True,
) -> list[Fact]:
    """What is found out when people take these steps, one a picture, each path a track of its own.

    A track is given, without steps, for so many seconds after its last step, as the tracker does.
    """
    counter = plan if isinstance(plan, CameraCounter) else CameraCounter(plan)
    facts: list[Fact] = []
    for at in sorted({step.at for path in paths for step in path}):
        tracks = [
            followed(number, [step for step in path if step.at == at])
            for number, path in enumerate(paths, start=1)
            if path[0].at <= at <= path[-1].at + kept_seconds
        ]
        facts += counter.update(tracks, at)
        if on_picture:
            facts += on_picture(counter, at)
    if close:
        facts += ended(counter, max(step.at for path in paths for step in path))
    return facts


def ended(counter: CameraCounter, at: float) -> list[Fact]:
    """What is found out in the three minutes after, in which nobody is seen, and when counting ends."""
    facts = [fact for half in range(1, 361) for fact in counter.update([], at + half / 2)]
    return facts + counter.close(VisitEnd.STOPPED)


def of(kind: type[FactT], facts: Sequence[Fact]) -> list[FactT]:
    """Those facts that are of a kind."""
    return [fact for fact in facts if isinstance(fact, kind)]
