"""Where people went next: of those who left a zone or crossed an entrance, how many came to which stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from server.metrics.coverage import Camera
from server.metrics.ratios import Ratio

Kind = Literal["in", "zone", "out"]
"""A zone that was visited, or an entrance line that was crossed one way or the other."""

_ORDER = ("in", "zone", "out")


class Taken(NamedTuple):
    """So many people who left one stop came to another one of the same camera next, without staff."""

    device: str
    camera: str
    origin: str
    to: str
    people: int


class Left(NamedTuple):
    """So many visits to a zone ended, or so many people crossed a line, without staff."""

    device: str
    camera: str
    stop: str
    people: int


class Watched(NamedTuple):
    """For how long a camera processed frames, and in how much of that it told of paths."""

    seconds: float
    telling_seconds: float


@dataclass(frozen=True, slots=True)
class Told:
    """What cameras told of paths; who is not in `watched` told nothing, which is not none."""

    taken: tuple[Taken, ...]
    left: tuple[Left, ...]
    watched: Mapping[Camera, Watched]


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to go to: what it is, and the id of the zone or line."""

    kind: Kind
    id: str

    @classmethod
    def of(cls, text: str) -> Stop:
        """From what the contract writes: `tea`, `in:door` or `out:door`."""
        way, colon, line = text.partition(":")
        if not colon:
            return cls("zone", text)
        return cls("in" if way == "in" else "out", line)

    @property
    def text(self) -> str:
        """As the contract writes it."""
        return self.id if self.kind == "zone" else f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Way:
    """From a stop to the next: how many people, and their share of all who left."""

    to: Stop
    people: int
    share: Ratio


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where those went who left one stop; `unseen`: they were seen at no other stop in time."""

    stop: Stop
    people: int
    ways: tuple[Way, ...]
    unseen: int


@dataclass(frozen=True, slots=True)
class CameraPaths:
    """What one camera saw of people's ways; it knows nothing of what other cameras see."""

    device: str
    camera: str
    leaving: tuple[Leaving, ...]
    watched: Watched


def camera_paths(told: Told, least: int) -> tuple[CameraPaths, ...]:
    """The paths of each camera that tells of any.

    Args:
        told: sums over a range.
        least: number of people who left a stop, below which the shares say too little.
    """
    taken: dict[tuple[str, str, str], dict[Stop, int]] = defaultdict(dict)
    for one in told.taken:
        taken[one.device, one.camera, one.origin][Stop.of(one.to)] = one.people
    people = {(one.device, one.camera, one.stop): one.people for one in told.left}
    return tuple(
        CameraPaths(
            device,
            camera,
            tuple(
                _leaving(Stop.of(stop), people.get((device, camera, stop), 0), ways, least)
                for stop in _stops(device, camera, people, taken)
                if (ways := taken.get((device, camera, stop), {})) or people.get((device, camera, stop))
            ),
            watched,
        )
        for (device, camera), watched in sorted(told.watched.items())
    )


def _stops(device: str, camera: str, *known: Mapping[tuple[str, str, str], object]) -> list[str]:
    found = {
        stop
        for one in known
        for of_device, of_camera, stop in one
        if (of_device, of_camera) == (device, camera)
    }
    return sorted(found, key=lambda text: (_ORDER.index(Stop.of(text).kind), text))


def _leaving(stop: Stop, people: int, ways: Mapping[Stop, int], least: int) -> Leaving:
    ordered = sorted(ways.items(), key=lambda way: (-way[1], way[0].text))
    return Leaving(
        stop,
        people,
        tuple(Way(to, n, Ratio(n, people, least)) for to, n in ordered),
        # Never below zero: who turned out to be staff after their path was told is in the path only.
        max(0, people - sum(ways.values())),
    )
