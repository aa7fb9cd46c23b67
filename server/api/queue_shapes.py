"""Queues, as JSON: field by field, described in the glossary's words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import Field

from server.api.parts import DwellShape, Instant, RateShape, Shape, dwell_shape, means, rate_shape
from server.api.present import QueuePresence, StoreNow
from server.api.reports import StoreReport, queue_name
from server.config import StoreSettings
from server.metrics.queues import QueueFigures
from server.metrics.report import Figures


class QueueLengthShape(Shape):
    """How many people waited."""

    mean: float | None
    peak: int


class QueueShape(Shape):
    """One queue's figures; null where nothing is known."""

    queue: str
    name: str
    target_seconds: float = Field(description="longest wait that is still good, as configured")
    joined: int | None = means("queue_joined")
    served: int | None = means("queue_served")
    abandoned: int | None = means("queue_abandoned")
    lost: int | None = means("queue_lost")
    length: QueueLengthShape | None = means("queue_length")
    wait: DwellShape | None = means("queue_wait")
    over_target: RateShape | None = means("queue_over_target")
    abandonment: RateShape | None = means("queue_abandonment")
    abandoned_wait: DwellShape | None = means("queue_abandoned_wait")
    suppressed: bool = Field(False, description="left out, for they are of too few people; see FiguresShape")


class QueueNowShape(Shape):
    """Who waits now; null where no camera says."""

    queue: str
    name: str
    length: int | None = means("queue_now")
    longest_wait_seconds: float | None = Field(description="null, too, where nobody waits")
    suppressed: bool = Field(False, description="left out, for they are too few people; see FiguresShape")


class QueueIntervalShape(Shape):
    """The queues of one interval."""

    begin: Instant
    end: Instant
    begin_local: str = Field(description="the begin on the store's clock, with its offset")
    coverage: float | None = means("coverage")
    queues: list[QueueShape]
    running: bool = Field(description="the interval had not ended, or counts in it may still be corrected")


class QueuesShape(Shape):
    """A store's queues over a range, and at this moment."""

    store: str
    name: str
    time_zone: str
    resolution: str
    begin: Instant
    end: Instant
    least_visitors: int = Field(description="a rate with a smaller denominator is not enough to be read")
    now: list[QueueNowShape]
    totals: QueueIntervalShape
    intervals: list[QueueIntervalShape]


def queues_shape(report: StoreReport, now: StoreNow) -> QueuesShape:
    """A store's queues over a range, and at this moment."""
    store = report.settings
    return QueuesShape(
        store=report.store,
        name=store.name,
        time_zone=store.time_zone,
        resolution=report.resolution,
        begin=report.interval.begin,
        end=report.interval.end,
        least_visitors=store.least_visitors,
        now=[queue_now_shape(queue, live, store) for queue, live in now.queues.items()],
        totals=_interval(report.totals, store),
        intervals=[_interval(part, store) for part in report.parts],
    )


def queue_shape(figures: QueueFigures, store: StoreSettings) -> QueueShape:
    """The figures of one queue."""
    length = figures.length
    return QueueShape(
        queue=figures.queue,
        name=queue_name(store, figures.queue),
        target_seconds=figures.target_seconds,
        joined=figures.joined,
        served=figures.served,
        abandoned=figures.abandoned,
        lost=figures.lost,
        length=length and QueueLengthShape(mean=length.mean, peak=length.peak),
        wait=dwell_shape(figures.wait),
        over_target=rate_shape(figures.over_target),
        abandonment=rate_shape(figures.abandonment),
        abandoned_wait=dwell_shape(figures.abandoned_wait),
    )


def queue_now_shape(queue: str, live: QueuePresence | None, store: StoreSettings) -> QueueNowShape:
    """One queue at this moment."""
    return QueueNowShape(
        queue=queue,
        name=queue_name(store, queue),
        length=live.length if live else None,
        longest_wait_seconds=live.longest_wait_seconds if live else None,
    )


def _interval(figures: Figures, store: StoreSettings) -> QueueIntervalShape:
    return QueueIntervalShape(
        begin=figures.interval.begin,
        end=figures.interval.end,
        begin_local=figures.interval.begin.astimezone(ZoneInfo(store.time_zone)).isoformat(),
        coverage=figures.coverage,
        queues=[queue_shape(queue, store) for queue in figures.queues],
        running=figures.running,
    )
