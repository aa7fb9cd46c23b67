"""Where a store's people went next, out of the database: the one way for the API and the page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from server.config import StoreSettings
from server.metrics.intervals import Interval
from server.metrics.paths import CameraPaths, camera_paths
from server.storage.paths import told


@dataclass(frozen=True, slots=True)
class StorePaths:
    """The paths of one store over a range, camera by camera."""

    store: str
    settings: StoreSettings
    interval: Interval
    cameras: tuple[CameraPaths, ...]


def store_paths(db: Database, store_id: str, store: StoreSettings, whole: Interval) -> StorePaths:
    """The paths of a range; no camera where none told of any, which is not none."""
    return StorePaths(
        store=store_id,
        settings=store,
        interval=whole,
        cameras=camera_paths(told(db, store_id, whole.begin, whole.end), store.least_visitors),
    )
