"""Where people went next, as JSON."""

from __future__ import annotations

from pydantic import Field

from server.api.parts import Instant, RateShape, Shape, means, rate_shape
from server.api.paths import StorePaths
from server.api.reports import zone_name
from server.config import StoreSettings
from server.metrics.paths import CameraPaths, Kind, Leaving, Stop, Way

_LEFT_OUT = "left out, for they are of too few people"


class StopShape(Shape):
    """A zone, or an entrance line that was crossed."""

    stop: str = Field(description="a zone's id, or `in:` or `out:` and that of a line")
    kind: Kind = Field(description="in, out: a line that was crossed along its arrow, or against it")
    id: str = Field(description="of the zone or line")
    name: str


class WayShape(Shape):
    """People who came to one stop next; null where they are left out."""

    to: StopShape
    people: int | None = means("path_people")
    share: RateShape | None = means("path_share")
    suppressed: bool = Field(False, description=_LEFT_OUT)


class LeavingShape(Shape):
    """Those who left one stop, and where they went."""

    stop: StopShape
    people: int | None = Field(description="visits that ended, or people who crossed, without staff")
    ways: list[WayShape] = Field(description="the most taken first")
    unseen: int | None = means("path_unseen")
    suppressed: bool = Field(False, description=_LEFT_OUT)


class CameraPathsShape(Shape):
    """What one camera saw; it knows nothing of the zones of other cameras."""

    device: str
    camera: str
    watched_seconds: float = Field(description="time in which the camera processed frames")
    told_share: float | None = Field(
        description="the share of it in which it told of paths; of the rest nothing is known here"
    )
    leaving: list[LeavingShape]


class PathsShape(Shape):
    """Where a store's people went next over a range, of each camera that tells of it."""

    store: str
    name: str
    time_zone: str
    begin: Instant
    end: Instant
    least_visitors: int = Field(description="of fewer people who left a stop, a share says too little")
    cameras: list[CameraPathsShape] = Field(description="empty: no camera told of paths, which is not none")
    sentences: list[str] = Field(description="the most taken ways in words")


def paths_shape(paths: StorePaths) -> PathsShape:
    """A store's paths; the sentences are made of what is left of it, see `path_words`."""
    return PathsShape(
        store=paths.store,
        name=paths.settings.name,
        time_zone=paths.settings.time_zone,
        begin=paths.interval.begin,
        end=paths.interval.end,
        least_visitors=paths.settings.least_visitors,
        cameras=[_camera(one, paths) for one in paths.cameras],
        sentences=[],
    )


def _camera(one: CameraPaths, paths: StorePaths) -> CameraPathsShape:
    seconds, telling = one.watched
    return CameraPathsShape(
        device=one.device,
        camera=one.camera,
        watched_seconds=seconds,
        told_share=telling / seconds if seconds else None,
        leaving=[_leaving(leaving, paths.settings) for leaving in one.leaving],
    )


def _leaving(leaving: Leaving, store: StoreSettings) -> LeavingShape:
    return LeavingShape(
        stop=_stop(leaving.stop, store),
        people=leaving.people,
        ways=[_way(way, store) for way in leaving.ways],
        unseen=leaving.unseen,
    )


def _way(way: Way, store: StoreSettings) -> WayShape:
    return WayShape(to=_stop(way.to, store), people=way.people, share=rate_shape(way.share))


def _stop(stop: Stop, store: StoreSettings) -> StopShape:
    name = zone_name(store, stop.id) if stop.kind == "zone" else stop.id
    return StopShape(stop=stop.text, kind=stop.kind, id=stop.id, name=name)
