"""What was counted beside what was true. Pure: values in, values out."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edge.counting import Crossing, Direction, Visit
from edge.truth.format import TrueLine, TrueVisit, TrueZone, Truth
from edge.truth.intervals import NOTHING, Estimate, count_ratio, share
from edge.truth.matching import match_moments, match_stays

TOLERANCE_SECONDS = 1.0
"""How far apart a true and a counted crossing may be.

A hand is off by some 0.2 s, a foot point by a step; people of one group follow each other by 0.5 to 1 s.
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """Events of one kind: how many are the same ones."""

    true: int
    counted: int
    matched: int | None
    missed: int | None
    extra: int | None

    @property
    def recall(self) -> Estimate:
        """Matched / true."""
        return NOTHING if self.matched is None else share(self.matched, self.true)

    @property
    def precision(self) -> Estimate:
        """Matched / counted."""
        if self.matched is None or self.extra is None:
            return NOTHING
        return share(self.matched, self.matched + self.extra)

    @property
    def ratio(self) -> Estimate:
        """Counted / true; without an interval where only counts are known."""
        if self.matched is None or self.extra is None:
            return Estimate(self.counted / self.true, None, None) if self.true else NOTHING
        return count_ratio(self.true, self.matched, self.extra)


@dataclass(frozen=True, slots=True)
class LineScore:
    """One direction across one line."""

    line: str
    direction: Direction
    words: str
    tally: Tally
    errors: tuple[float, ...] = ()  # counted minus true, seconds, of each matched pair
    missed_at: tuple[float, ...] = ()
    extra_at: tuple[float, ...] = ()

    @property
    def median_error(self) -> float | None:
        """Median of the absolute timing errors, seconds."""
        return quantile([abs(error) for error in self.errors], 0.5)

    @property
    def p95_error(self) -> float | None:
        """The absolute timing error that 95 % of the pairs do not exceed, seconds."""
        return quantile([abs(error) for error in self.errors], 0.95)


@dataclass(frozen=True, slots=True)
class ZoneScore:
    """One zone."""

    zone: str
    tally: Tally
    dwell_errors: tuple[float, ...] = ()  # counted minus true dwell, seconds, of each matched visit
    missed_at: tuple[float, ...] = ()
    extra_at: tuple[float, ...] = ()

    @property
    def mean_absolute_error(self) -> float | None:
        """Mean of the absolute dwell errors, seconds."""
        return statistics.fmean(map(abs, self.dwell_errors)) if self.dwell_errors else None

    @property
    def bias(self) -> float | None:
        """Mean dwell error, seconds: positive where dwell is counted too long."""
        return statistics.fmean(self.dwell_errors) if self.dwell_errors else None


@dataclass(frozen=True, slots=True)
class Score:
    """A clip's whole result."""

    tolerance_seconds: float
    lines: tuple[LineScore, ...] = ()
    zones: tuple[ZoneScore, ...] = ()
    total: Tally = field(default_factory=lambda: Tally(0, 0, 0, 0, 0))


def score(truth: Truth, facts: Iterable[Crossing | Visit], tolerance: float = TOLERANCE_SECONDS) -> Score:
    """Compares a truth with what was counted, whose times are seconds from the clip's beginning."""
    facts = list(facts)
    crossings = [fact for fact in facts if isinstance(fact, Crossing)]
    visits = [fact for fact in facts if isinstance(fact, Visit)]
    lines = tuple(
        _direction(truth, line, direction, crossings, tolerance)
        for line in truth.lines
        for direction in Direction
    )
    zones = tuple(_zone(truth, zone, visits) for zone in truth.zones)
    return Score(tolerance, lines, zones, added(line.tally for line in lines))


def added(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one; matched is unknown as soon as it is unknown of one of them."""

    def total(numbers: Sequence[int | None]) -> int | None:
        known = [number for number in numbers if number is not None]
        return sum(known) if len(known) == len(numbers) else None

    tallies = list(tallies)
    return Tally(
        sum(tally.true for tally in tallies),
        sum(tally.counted for tally in tallies),
        total([tally.matched for tally in tallies]),
        total([tally.missed for tally in tallies]),
        total([tally.extra for tally in tallies]),
    )


def quantile(values: Sequence[float], level: float) -> float | None:
    """The smallest of the values that `level` of them do not exceed; their median is interpolated."""
    if not values:
        return None
    if level == 0.5:
        return statistics.median(values)
    ordered = sorted(values)
    rank = -(-level * len(ordered) // 1)  # rounded up
    return ordered[max(0, int(rank) - 1)]


def _direction(
    truth: Truth, line: TrueLine, direction: Direction, crossings: Sequence[Crossing], tolerance: float
) -> LineScore:
    counted = [c.at for c in crossings if c.line == line.id and c.direction is direction]
    words = line.words.get(direction, "")
    if line.events is None:
        tally = Tally(line.count(direction), len(counted), None, None, None)
        return LineScore(line.id, direction, words, tally)
    true = [truth.at(e.frame, e.seconds) for e in line.events if e.direction is direction]
    pairs = match_moments(true, counted, tolerance)
    missed, extra = _left(true, {pair.true for pair in pairs}), _left(counted, {p.counted for p in pairs})
    missed, extra = _watched(truth, missed), _watched(truth, extra)
    tally = _tally(len(pairs), len(missed), len(extra))
    errors = tuple(counted[pair.counted] - true[pair.true] for pair in pairs)
    return LineScore(line.id, direction, words, tally, errors, missed, extra)


def _zone(truth: Truth, zone: TrueZone, visits: Sequence[Visit]) -> ZoneScore:
    true = [stay for stay in (_stay(truth, visit) for visit in zone.visits) if _lasts(stay, zone)]
    counted = [(visit.entered_at, visit.left_at) for visit in visits if visit.zone == zone.id]
    pairs = match_stays(true, counted)
    missed = _left([stay[0] for stay in true], {pair.true for pair in pairs})
    extra = _left([stay[0] for stay in counted], {pair.counted for pair in pairs})
    missed, extra = _watched(truth, missed), _watched(truth, extra)
    errors = tuple(_length(counted[pair.counted]) - _length(true[pair.true]) for pair in pairs)
    return ZoneScore(zone.id, _tally(len(pairs), len(missed), len(extra)), errors, missed, extra)


def _tally(matched: int, missed: int, extra: int) -> Tally:
    return Tally(matched + missed, matched + extra, matched, missed, extra)


def _left(moments: Sequence[float], taken: set[int]) -> tuple[float, ...]:
    return tuple(sorted(at for number, at in enumerate(moments) if number not in taken))


def _watched(truth: Truth, moments: Iterable[float]) -> tuple[float, ...]:
    """Those within the part of the clip that was watched."""
    if truth.watched is None:
        return tuple(moments)
    begin, end = truth.watched.from_frame / truth.clip.fps, (truth.watched.to_frame + 1) / truth.clip.fps
    return tuple(at for at in moments if begin <= at <= end)


def _stay(truth: Truth, visit: TrueVisit) -> tuple[float, float]:
    begin = truth.at(visit.enter_frame, visit.enter_seconds)
    return begin, truth.at(visit.leave_frame, visit.leave_seconds)


def _lasts(stay: tuple[float, float], zone: TrueZone) -> bool:
    return _length(stay) >= zone.minimum_stay_seconds


def _length(stay: tuple[float, float]) -> float:
    return stay[1] - stay[0]
