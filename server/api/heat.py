"""A store's heatmaps out of the database: the one way for the API and the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from server.config import StoreSettings
from server.metrics import coverage as seen
from server.metrics.heat import HeatMap, heat_maps
from server.metrics.intervals import Interval
from server.metrics.rows import BucketRow
from server.storage.counts import bucket_rows
from server.storage.heat import heat_rows


@dataclass(frozen=True, slots=True)
class CameraHeat:
    """One map, and the share of the time in which its camera (or the cameras of the store) watched."""

    heat: HeatMap
    coverage: float | None


@dataclass(frozen=True, slots=True)
class StoreHeat:
    """The heatmaps of one store over a range."""

    store: str
    settings: StoreSettings
    interval: Interval
    maps: tuple[CameraHeat, ...]


def store_heat(
    db: Database,
    store_id: str,
    store: StoreSettings,
    whole: Interval,
    now: datetime,
    *,
    camera: str | None = None,
    of_store: bool = False,
) -> StoreHeat:
    """The heatmaps of a range, by camera, or maps in metres added up over all cameras."""
    maps = heat_maps(heat_rows(db, store_id, whole.begin, whole.end, camera), of_store=of_store)
    buckets = bucket_rows(db, store_id, whole.begin, whole.end) if maps else []
    return StoreHeat(
        store=store_id,
        settings=store,
        interval=whole,
        maps=tuple(CameraHeat(heat, _coverage(heat, buckets, whole, now)) for heat in maps),
    )


def _coverage(heat: HeatMap, buckets: Sequence[BucketRow], whole: Interval, now: datetime) -> float | None:
    if heat.device is None or heat.camera is None:
        return seen.coverage(buckets, whole, seen.cameras_of(buckets), now)
    camera = heat.device, heat.camera
    return seen.coverage(buckets, whole, frozenset({camera}), now)
