"""Visits to the zones of a shop, and what was bought from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.wire import DwellSketch
from server.metrics.ratios import Ratio
from server.metrics.rows import ZoneRow


@dataclass(frozen=True, slots=True)
class Dwell:
    """How long visits lasted, in seconds; percentiles are right to 2 %."""

    n: int
    mean_seconds: float | None
    median_seconds: float | None
    p90_seconds: float | None


@dataclass(frozen=True, slots=True)
class ZoneOccupancy:
    """How many people were in a zone: person seconds / observed seconds, and the most at once."""

    mean: float | None
    peak: int


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """All figures of one zone in one interval; None where nothing is known."""

    zone: str
    visits: int | None
    dwell: Dwell | None
    occupancy: ZoneOccupancy | None
    visit_rate: Ratio | None
    transactions: int | None
    conversion: Ratio | None


def visits(rows: Sequence[ZoneRow]) -> int | None:
    """Visits that ended in some rows; None without a row, for no data is not zero."""
    return sum(row.dwell.n for row in rows) if rows else None


def dwell(rows: Sequence[ZoneRow]) -> Dwell | None:
    """How long the visits of some rows lasted, from their merged sketch; None without a row."""
    if not rows:
        return None
    merged = DwellSketch.merged(row.dwell for row in rows)
    return Dwell(merged.n, merged.mean_seconds, merged.quantile(0.5), merged.quantile(0.9))


def occupancy(rows: Sequence[ZoneRow]) -> ZoneOccupancy | None:
    """How full a zone was in some rows; None without a row."""
    if not rows:
        return None
    observed_seconds = sum(row.observed_seconds for row in rows)
    person_seconds = sum(row.person_seconds for row in rows)
    return ZoneOccupancy(
        mean=person_seconds / observed_seconds if observed_seconds else None,
        peak=max(row.peak for row in rows),
    )
