"""What Prometheus may ask a camera's process for, where that is turned on: its health, and no counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from edge.errors import EdgeError
from edge.wire import Health

Figure = tuple[str, str, float | None]
"""Name without its beginning, what it means, and its value; None is left out."""


class HealthCollector(Collector):
    """Turns a camera's health into metrics at the moment they are asked for.

    Args:
        health: what is the case now; None if the outbox cannot be read.
    """

    def __init__(self, health: Callable[[], Health | None]) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """All metrics."""
        health = self._health()
        readable = GaugeMetricFamily("footfall_edge_outbox_readable", "Whether the outbox can be read.")
        readable.add_metric((), float(health is not None))
        yield readable
        if health is None:
            return
        for name, meaning, value in _figures(health):
            if value is not None:
                gauge = GaugeMetricFamily(f"footfall_edge_{name}", meaning, labels=("camera",))
                gauge.add_metric((health.camera,), value)
                yield gauge
        yield from _counters(health)
        yield from _faults(health)


def _figures(health: Health) -> Iterator[Figure]:
    yield "fps", "Pictures looked at per second.", health.fps
    yield "inference_seconds", "Time of one detection.", health.inference_ms / 1000
    yield "source_up", "1 while pictures come.", float(health.source.state == "ok")
    yield "outbox_buckets", "Buckets that the broker does not have.", health.outbox_depth
    yield "outbox_oldest_seconds", "How long the oldest of them waits.", health.outbox_oldest_seconds
    yield "outbox_kept", "1 while the disk takes what is counted.", float(health.outbox_trouble is None)
    if health.clock_known is not None:
        yield "clock_known", "1 while the device knows the time.", float(health.clock_known)
    yield "memory_bytes", "Resident memory of the process.", health.memory_mb * 2**20
    if machine := health.machine:
        yield "disk_free_bytes", "Space left where counts are kept.", _bytes(machine.disk_free_mb)
        yield "memory_available_bytes", "What programs can have.", _bytes(machine.memory_available_mb)
        yield "temperature_celsius", "Of the hottest sensor.", machine.temperature_celsius
        yield "open_files", "Files and sockets that are open.", machine.open_files
        yield "open_files_most", "How many may be open.", machine.open_files_most


def _counters(health: Health) -> Iterator[Metric]:
    counted = (
        ("frames_done", "Pictures looked at.", health.frames_done),
        ("frames_skipped", "Pictures passed over.", health.frames_skipped),
        ("outbox_coarsened", "Minutes put together into hours.", health.outbox_coarsened),
        ("outbox_dropped", "Minutes given up before they were sent.", health.outbox_dropped),
        ("reconnects", "How often pictures came again.", health.source.reconnects),
    )
    for name, meaning, value in counted:
        if value is not None:
            counter = CounterMetricFamily(f"footfall_edge_{name}", meaning, labels=("camera",))
            counter.add_metric((health.camera,), value)
            yield counter


def _faults(health: Health) -> Iterator[Metric]:
    if view := health.view:
        wrong = GaugeMetricFamily(
            "footfall_edge_view_wrong", "1 for what is wrong with the view.", labels=("camera", "kind")
        )
        for kind in ("blocked", "moved", "dark", "unfocused"):
            wrong.add_metric((health.camera, kind), float(getattr(view, kind)))
        yield wrong


def _bytes(mebibytes: float | None) -> float | None:
    return None if mebibytes is None else mebibytes * 2**20


@contextmanager
def metrics_served(health: Callable[[], Health | None], host: str, port: int) -> Iterator[int]:
    """Answers Prometheus while it lasts; the port, which the system chooses for 0.

    Raises:
        EdgeError: the port is taken, or may not be used.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(HealthCollector(health))
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise EdgeError(
            f"metrics cannot be served at {host}:{port}: {error.strerror}",
            "give metrics.port another number; each further camera takes the next one",
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
