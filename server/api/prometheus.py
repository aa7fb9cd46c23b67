"""How the server and its cameras fare, for Prometheus. No label ever stands for a person or a ticket."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from fastapi.responses import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlite_utils import Database

from edge.wire import Health
from server.api.alert_routes import is_seen
from server.api.present import Presence, presence
from server.api.site import Here, Site
from server.storage import quarantine, webhooks
from server.storage.alerts import AlertKind, open_alerts
from server.storage.changes import feed
from server.storage.counts import stored_days
from server.storage.devices import CameraState, camera_states

CAMERA = ("store", "device", "camera")

_OfCamera = Callable[[CameraState, datetime], float | None]
"""A figure of a camera at a moment; None where it is not known."""


def prometheus(here: Here) -> Response:
    """All metrics as they are at this moment."""
    registry = CollectorRegistry()
    with here.reading() as db:
        registry.register(_Found(list(_metrics(here, db, here.clock()))))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


# Without eq, for a registry keeps its collectors by identity.
@dataclass(frozen=True, eq=False)
class _Found(Collector):
    """What was read for one answer."""

    metrics: list[Metric]

    def collect(self) -> Iterable[Metric]:
        """Hand it over."""
        return self.metrics


def _metrics(here: Site, db: Database, now: datetime) -> Iterator[Metric]:
    yield from _cameras(here, db, now)
    yield from _stores(here, db, now)
    yield from _server(here, db)


def _cameras(here: Site, db: Database, now: datetime) -> Iterator[Metric]:
    metrics = [(GaugeMetricFamily(name, says, labels=CAMERA), value) for name, says, value in _OF_CAMERAS]
    for store, state in _states(here, db):
        for metric, value in metrics:
            if (number := value(state, now)) is not None:
                metric.add_metric((store, state.device, state.camera), number)
    yield from (metric for metric, _ in metrics)


def _up(state: CameraState, now: datetime) -> float:
    return float(presence(state, now) is Presence.ONLINE)


def _age(state: CameraState, now: datetime) -> float | None:
    return None if state.seen_at is None else (now - state.seen_at).total_seconds()


def _of_health(value: Callable[[Health], float | None]) -> _OfCamera:
    """A figure of what a camera last said of itself; None where it does not say it."""
    return lambda state, _: None if state.health is None else value(state.health)


_OF_CAMERAS: tuple[tuple[str, str, _OfCamera], ...] = (
    ("footfall_camera_up", "Whether a camera's process runs.", _up),
    ("footfall_camera_seen_age_seconds", "Since a camera was last heard of.", _age),
    ("footfall_camera_fps", "Pictures looked at per second.", _of_health(lambda health: health.fps)),
    (
        "footfall_camera_inference_seconds",
        "Time of one detection.",
        _of_health(lambda health: health.inference_ms / 1000),
    ),
    (
        "footfall_camera_outbox_buckets",
        "Buckets that a device has not delivered.",
        _of_health(lambda health: health.outbox_depth),
    ),
    (
        "footfall_camera_outbox_kept",
        "Whether a device's disk takes what is counted.",
        _of_health(lambda health: float(health.outbox_trouble is None)),
    ),
    (
        "footfall_camera_outbox_coarsened",
        "Minutes that a device put together into hours for want of room.",
        _of_health(lambda health: health.outbox_coarsened),
    ),
    (
        "footfall_camera_outbox_dropped",
        "Minutes that a device gave up before they were sent.",
        _of_health(lambda health: health.outbox_dropped),
    ),
    (
        "footfall_camera_clock_known",
        "Whether a device knows the time.",
        _of_health(lambda health: None if health.clock_known is None else float(health.clock_known)),
    ),
)


def _states(here: Site, db: Database) -> Iterator[tuple[str, CameraState]]:
    for store in here.settings.stores:
        for state in camera_states(db, store):
            yield store, state


def _stores(here: Site, db: Database, now: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily(
        "footfall_newest_counts_age_seconds", "Since the newest stored bucket began.", labels=("store",)
    )
    for store in here.settings.stores:
        if (span := stored_days(db, store)) is not None:
            age.add_metric((store,), (now - span[1]).total_seconds())
    yield age


def _server(here: Site, db: Database) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "footfall_changes", "Changes of stored counts and tickets.", value=feed(db).newest
    )
    yield GaugeMetricFamily(
        "footfall_quarantine_rows",
        "Messages and rows set aside.",
        value=quarantine.waiting_count(db, of=here.quarantine_of),
    )
    yield CounterMetricFamily(
        "footfall_quarantine_lost",
        "Messages and rows lost because the quarantine was full.",
        value=quarantine.refused_count(db),
    )
    opened = GaugeMetricFamily("footfall_alerts_open", "Alerts that are not over.", labels=("kind",))
    kinds = [alert.condition.kind for alert in open_alerts(db) if is_seen(here, alert)]
    for kind in AlertKind:
        opened.add_metric((kind.value,), kinds.count(kind))
    yield opened
    told = GaugeMetricFamily("footfall_webhook_deliveries", "Deliveries that are kept.", labels=("state",))
    for state, number in webhooks.numbers_by_state(db).items():
        told.add_metric((state,), number)
    yield told
    file = here.settings.database
    yield GaugeMetricFamily("footfall_database_bytes", "Size of the database.", value=file.stat().st_size)
    yield GaugeMetricFamily(
        "footfall_disk_free_bytes", "Space left beside it.", value=shutil.disk_usage(file.parent).free
    )
