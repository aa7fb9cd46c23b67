"""Who waited, for how long, and who gave up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.metrics.adding import sketch_of_told, sum_of_told
from server.metrics.ratios import Ratio
from server.metrics.rows import QueueRow
from server.metrics.zones import Dwell, dwell_of


@dataclass(frozen=True, slots=True)
class QueueLength:
    """How many people waited: person seconds / observed seconds, and the most at once."""

    mean: float | None
    peak: int


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """All figures of one queue in one interval; None where nothing is known."""

    queue: str
    target_seconds: float
    joined: int | None
    served: int | None
    abandoned: int | None
    lost: int | None
    length: QueueLength | None
    wait: Dwell | None
    over_target: Ratio | None
    """Waits longer than the target / all waits of those who were served."""
    abandonment: Ratio | None
    abandoned_wait: Dwell | None


@dataclass(frozen=True, slots=True)
class QueueTerms:
    """Which queues are always listed, and up to which wait in seconds they do well."""

    listed: tuple[str, ...] = ()
    target_seconds: float = 180.0
    targets: Mapping[str, float] | None = None
    """Of queues that have one of their own."""

    def target_of(self, queue: str) -> float:
        """The longest wait in seconds that is still good in a queue."""
        return (self.targets or {}).get(queue, self.target_seconds)


def queue_figures(queue: str, rows: Sequence[QueueRow], terms: QueueTerms, least: int) -> QueueFigures:
    """The figures of one queue from its rows; a rate of fewer than `least` says too little."""
    target = terms.target_of(queue)
    waits = sketch_of_told(row.wait for row in rows)
    return QueueFigures(
        queue=queue,
        target_seconds=target,
        joined=sum_of_told(row.joined for row in rows),
        served=sum_of_told(row.served for row in rows),
        abandoned=sum_of_told(row.abandoned for row in rows),
        lost=sum_of_told(row.lost for row in rows),
        length=_length(rows),
        wait=dwell_of(waits),
        over_target=Ratio(waits.number_above(target), waits.n, least) if waits else None,
        abandonment=_abandonment(rows, least),
        abandoned_wait=dwell_of(sketch_of_told(row.abandoned_wait for row in rows)),
    )


def _length(rows: Sequence[QueueRow]) -> QueueLength | None:
    if not rows:
        return None
    # Only rows that tell both: a counter that knows nothing but the peak says nothing about the mean.
    told = [
        (row.person_seconds, row.observed_seconds)
        for row in rows
        if row.person_seconds is not None and row.observed_seconds is not None
    ]
    observed = sum(seconds for _, seconds in told)
    mean = sum(person_seconds for person_seconds, _ in told) / observed if observed else None
    return QueueLength(mean=mean, peak=max(row.peak for row in rows))


def _abandonment(rows: Sequence[QueueRow], least: int) -> Ratio | None:
    told = [
        (row.abandoned, row.joined) for row in rows if row.abandoned is not None and row.joined is not None
    ]
    return Ratio(sum(gone for gone, _ in told), sum(came for _, came in told), least) if told else None
