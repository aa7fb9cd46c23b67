"""Figures of very few people left out of what goes to others: a minute with one visit is about one person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from server.api.comparison_shapes import ComparedShape, ComparisonShape
from server.api.parts import Shape
from server.api.path_shapes import CameraPathsShape, LeavingShape, PathsShape, WayShape
from server.api.queue_shapes import QueueIntervalShape, QueueShape, QueuesShape
from server.api.shapes import FiguresShape, MetricsShape, NowShape, ZoneShape

S = TypeVar("S", bound=Shape)
Q = TypeVar("Q", FiguresShape, QueueIntervalShape)

_SAYS_NOTHING_OF_PEOPLE = {
    "begin",
    "end",
    "begin_local",
    "coverage",
    "open_hours",
    "open_coverage",
    "zones",
    "zone",
    "queues",
    "queue",
    "name",
    "target_seconds",
    "staff_partly",
    "clock_unsynced",
    "replayed",
    "running",
    "partial",
}


def without_small(metrics: MetricsShape, least: int) -> MetricsShape:
    """The figures, but none of an interval, zone or queue with fewer people than `least`; marked there.

    Nobody at all is no secret, so 0 stays. Where only one interval would be left out, its figures would be
    the whole less the others, so the next smallest goes with it.
    """
    if least < 2:
        return metrics
    (totals,) = _left_out([metrics.totals], _people, least)
    intervals = _parts_left_out(_left_out(metrics.intervals, _people, least), least)
    return metrics.model_copy(
        update={
            "totals": _parts_left_out([totals], least)[0],
            "intervals": intervals,
            # Which hours hold half of the entries says how many came in those that are left out.
            "power_hours": [] if any(part.suppressed for part in intervals) else metrics.power_hours,
        }
    )


def now_without_small(now: NowShape, least: int) -> NowShape:
    """A store at this moment, but no number of fewer people than `least`; marked there.

    Where few came today, who is inside now is about them, however many the cameras see.
    """
    if least < 2:
        return now
    few_today = any(_few(people, least) for people in (now.entries, now.exits))
    left_out = few_today or _few(now.inside, least)
    day: dict[str, object] = {"entries": None, "exits": None} if few_today else {}
    return now.model_copy(
        update={
            **day,
            **({"inside": None, "suppressed": True} if left_out else {}),
            "zones": [_blank(zone) if few_today or _few(zone.inside, least) else zone for zone in now.zones],
            "queues": [
                _blank(queue) if few_today or _few(queue.length, least) else queue for queue in now.queues
            ],
        }
    )


def _few(people: int | None, least: int) -> bool:
    return people is not None and 0 < people < least


def queues_without_small(queues: QueuesShape, least: int) -> QueuesShape:
    """The queues, but no figures of one that fewer people than `least` joined or left; marked there."""
    if least < 2:
        return queues
    return queues.model_copy(
        update={
            "totals": _queues_left_out([queues.totals], least)[0],
            "intervals": _queues_left_out(queues.intervals, least),
            "now": [_blank(queue) if _few(queue.length, least) else queue for queue in queues.now],
        }
    )


def comparison_without_small(comparison: ComparisonShape, least: int) -> ComparisonShape:
    """The comparison, but no figures if fewer people than `least` came on one of its days; marked there."""
    entries = [figure for figure in comparison.figures if figure.key == "entries"]
    people = [n for of in entries for n in (of.value, of.low, of.high, of.usual) if n is not None]
    if least < 2 or not any(0 < n < least for n in people):
        return comparison
    blank = [ComparedShape.of_nothing(figure.key) for figure in comparison.figures]
    return comparison.model_copy(update={"figures": blank, "suppressed": True})


def paths_without_small(paths: PathsShape, least: int) -> PathsShape:
    """The paths, but no way of fewer people than `least`, and no stop that fewer left; marked there."""
    if least < 2:
        return paths
    return paths.model_copy(update={"cameras": [_camera_without_small(one, least) for one in paths.cameras]})


def _camera_without_small(camera: CameraPathsShape, least: int) -> CameraPathsShape:
    return camera.model_copy(
        update={"leaving": [_leaving_without_small(leaving, least) for leaving in camera.leaving]}
    )


def _leaving_without_small(leaving: LeavingShape, least: int) -> LeavingShape:
    if _few(leaving.people, least):
        return leaving.model_copy(update={"people": None, "ways": [], "unseen": None, "suppressed": True})
    # Those who were not seen again are a way like the others: together they are all who left.
    parts: list[int] = [*(way.people or 0 for way in leaving.ways), leaving.unseen or 0]
    small = {at for at, people in enumerate(parts) if _few(people, least)}
    others = [at for at, people in enumerate(parts) if at not in small and people]
    if len(small) == 1 and others:
        small.add(min(others, key=parts.__getitem__))
    unseen = len(leaving.ways)
    return leaving.model_copy(
        update={
            "ways": [_way_left_out(way) if at in small else way for at, way in enumerate(leaving.ways)],
            "unseen": None if unseen in small else leaving.unseen,
        }
    )


def _way_left_out(way: WayShape) -> WayShape:
    return way.model_copy(update={"people": None, "share": None, "suppressed": True})


def is_of_few(figures: FiguresShape, least: int) -> bool:
    """Whether fewer people than `least` came or left in an interval, but somebody."""
    return any(0 < n < least for n in _people(figures))


def _parts_left_out(parts: Sequence[FiguresShape], least: int) -> list[FiguresShape]:
    return _queues_left_out(_zones_left_out(parts, least), least)


def _queues_left_out(parts: Sequence[Q], least: int) -> list[Q]:
    queues = [list(part.queues) for part in parts]
    for number in range(len(queues[0]) if queues else 0):
        through = _left_out([of_part[number] for of_part in queues], _waiting, least)
        for of_part, queue in zip(queues, through, strict=True):
            of_part[number] = queue
    return [
        part.model_copy(update={"queues": [_blank(queue) for queue in of_part] if _is_out(part) else of_part})
        for part, of_part in zip(parts, queues, strict=True)
    ]


def _is_out(part: FiguresShape | QueueIntervalShape) -> bool:
    return isinstance(part, FiguresShape) and part.suppressed


def _zones_left_out(parts: Sequence[FiguresShape], least: int) -> list[FiguresShape]:
    zones = [list(part.zones) for part in parts]
    for number in range(len(zones[0]) if zones else 0):
        through = _left_out([of_part[number] for of_part in zones], _visitors, least)
        for of_part, zone in zip(zones, through, strict=True):
            of_part[number] = zone
    return [
        part.model_copy(update={"zones": [_blank(zone) for zone in of_part] if part.suppressed else of_part})
        for part, of_part in zip(parts, zones, strict=True)
    ]


def _left_out(parts: Sequence[S], people: Callable[[S], Sequence[int]], least: int) -> list[S]:
    small = {at for at, part in enumerate(parts) if any(0 < n < least for n in people(part))}
    others = [at for at, part in enumerate(parts) if at not in small and any(people(part))]
    if len(small) == 1 and others:
        small.add(min(others, key=lambda at: max(people(parts[at]))))
    return [_blank(part) if at in small else part for at, part in enumerate(parts)]


def _people(part: FiguresShape) -> Sequence[int]:
    return [part.entries or 0, part.exits or 0]


def _visitors(zone: ZoneShape) -> Sequence[int]:
    return [zone.visits or 0]


def _waiting(queue: QueueShape) -> Sequence[int]:
    return [queue.joined or 0, queue.served or 0]


def _blank(part: S) -> S:
    fields = set(type(part).model_fields) - _SAYS_NOTHING_OF_PEOPLE
    return part.model_copy(update={**dict.fromkeys(fields), "suppressed": True})
