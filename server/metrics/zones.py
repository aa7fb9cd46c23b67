"""Visits to the zones of a shop, and what was bought from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge.wire import DwellSketch
from server.metrics.ratios import Ratio
from server.metrics.rows import ZoneRow

LOST = "lost"
"""The reason of a visit that ended because its person went out of sight."""


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
    raw_visits: int | None
    raw_dwell: Dwell | None
    staff_visits: int | None
    ended: Mapping[str, int] | None
    lost_share: Ratio | None
    engagement: Ratio | None
    """Visits at or above the engagement threshold / visits."""
    bounce: Ratio | None


@dataclass(frozen=True, slots=True)
class EngagementTerms:
    """From which stay in seconds on a visitor of a zone is engaged."""

    seconds: float = 15.0
    of_zones: Mapping[str, float] | None = None
    """Of zones that have a threshold of their own."""

    def threshold_of(self, zone: str) -> float:
        """The shortest stay in seconds of an engaged visitor of a zone."""
        return (self.of_zones or {}).get(zone, self.seconds)


def visits(rows: Sequence[ZoneRow]) -> int | None:
    """Visits without staff's that ended in some rows; None without a row, for no data is not zero."""
    return sum(row.dwell.n - (row.staff_dwell.n if row.staff_dwell else 0) for row in rows) if rows else None


def raw_visits(rows: Sequence[ZoneRow]) -> int | None:
    """Everybody's visits that ended in some rows; None without a row."""
    return sum(row.dwell.n for row in rows) if rows else None


def staff_visits(rows: Sequence[ZoneRow]) -> int | None:
    """Staff's visits in some rows; None where staff are not told apart."""
    told = [row.staff_dwell.n for row in rows if row.staff_dwell is not None]
    return sum(told) if told else None


def dwell(rows: Sequence[ZoneRow]) -> Dwell | None:
    """How long the visits of some rows lasted, without staff's; None without a row."""
    return dwell_of(stays(rows))


def stays(rows: Sequence[ZoneRow]) -> DwellSketch | None:
    """The durations of the visits of some rows, without staff's; None without a row."""
    if not rows:
        return None
    everybody = DwellSketch.merged(row.dwell for row in rows)
    staff = [row.staff_dwell for row in rows if row.staff_dwell is not None and row.staff_dwell.n]
    return everybody.without(DwellSketch.merged(staff)) if staff else everybody


def engagement(visits: DwellSketch | None, threshold_seconds: float, least: int) -> Ratio | None:
    """Visits of at least the threshold / visits; None where none are known.

    The threshold is met to 2 %, for each stay counts as the middle of its bin.
    """
    return None if visits is None else Ratio(visits.number_from(threshold_seconds), visits.n, least)


def bounce(engaged: Ratio | None, least: int) -> Ratio | None:
    """Visits shorter than the threshold / visits; None where none are known."""
    return engaged and Ratio(engaged.denominator - engaged.numerator, engaged.denominator, least)


def raw_dwell(rows: Sequence[ZoneRow]) -> Dwell | None:
    """How long everybody's visits lasted; None without a row."""
    return dwell_of(DwellSketch.merged(row.dwell for row in rows)) if rows else None


def dwell_of(sketch: DwellSketch | None) -> Dwell | None:
    """What a sketch says; None without one."""
    if sketch is None:
        return None
    return Dwell(sketch.n, sketch.mean_seconds, sketch.quantile(0.5), sketch.quantile(0.9))


def ended(rows: Sequence[ZoneRow]) -> dict[str, int] | None:
    """Why everybody's visits ended, to their number; None where no row tells it."""
    told = [row.ended for row in rows if row.ended is not None]
    if not told:
        return None
    reasons: Counter[str] = Counter()
    for some in told:
        reasons.update(some)
    return dict(sorted(reasons.items()))


def lost_share(reasons: Mapping[str, int] | None, least: int) -> Ratio | None:
    """Visits that ended out of sight / visits whose end is told; None where none is."""
    return None if reasons is None else Ratio(reasons.get(LOST, 0), sum(reasons.values()), least)


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
