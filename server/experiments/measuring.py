"""From a store's figures to what an experiment measures: blocks of a day without their wash-out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from server.experiments.assigning import Experiment, assign, edges
from server.experiments.looking import Measured, Sums
from server.experiments.plans import OF_ZONES, Design, Measure, Plan
from server.metrics.intervals import Calendar, Interval
from server.metrics.ratios import Quotient, Ratio
from server.metrics.report import Figures

LEAST_COVERAGE = 0.8
"""A block of which the cameras saw less is left out: its tickets are all there, its visitors are not."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a block that is measured."""

    slot: int
    interval: Interval


def windows(plan: Plan, calendar: Calendar, day: date) -> list[Window]:
    """What is measured of a day: its blocks without wash-out, or all of it where stores are compared."""
    if plan.design is Design.STORES:
        return [Window(0, calendar.business_day(day))]
    wash_out = timedelta(minutes=plan.washout_minutes)
    blocks = enumerate(pairwise(edges(plan.block_minutes, calendar, day)))
    found = [Window(slot, Interval(begin + wash_out, end)) for slot, (begin, end) in blocks]
    # A block that the clocks skip in spring has no time in it.
    return [window for window in found if window.interval.seconds]


def measured_of(
    experiment: Experiment, day: date, figures: Sequence[tuple[Window, Figures]]
) -> tuple[list[Measured], int]:
    """What a day gave, by zone and block, and how many blocks the cameras saw too little of."""
    found: list[Measured] = []
    left_out = 0
    for window, of in figures:
        if is_unseen(of):
            left_out += 1
            continue
        for zone in _zones(experiment.plan):
            given = assign(experiment, zone, window.interval.begin)
            if given is None or _is_cut(experiment, window):
                continue
            chance = given.chance if experiment.plan.design is Design.THOMPSON else 1.0
            sums = sums_of(experiment.plan, zone, of)
            if sums:
                found.append(
                    Measured(experiment.store, zone, day, window.slot, given.arm, chance, given.group, sums)
                )
    return found, left_out


def is_unseen(figures: Figures) -> bool:
    """Whether somebody was counted, but for too small a part of the time."""
    seen = figures.coverage
    return seen is not None and 0 < seen < LEAST_COVERAGE


def sums_of(plan: Plan, zone: str, figures: Figures) -> Sums:
    """The sums of a plan's measures in one interval; one that is not known, or is of nobody, is not in it."""
    asked = (plan.measure, *(guard.measure for guard in plan.guards))
    read = {measure: _SUMS[measure](figures, zone) for measure in asked}
    return {measure: sums for measure, sums in read.items() if sums is not None and sums[1] > 0}


def _zones(plan: Plan) -> Sequence[str]:
    # Where stores are compared by a figure of the store, one zone stands for all of them.
    if plan.design is Design.STORES and plan.measure not in OF_ZONES:
        return plan.zones[:1]
    return plan.zones


def _is_cut(experiment: Experiment, window: Window) -> bool:
    return experiment.stopped_at is not None and experiment.stopped_at < window.interval.end


Pair = tuple[float, float] | None


def _of_zone(name: str) -> Callable[[Figures, str], Pair]:
    def read(figures: Figures, zone: str) -> Pair:
        own = next((one for one in figures.zones if one.zone == zone), None)
        return _pair(getattr(own, name)) if own else None

    return read


def _of_store(name: str) -> Callable[[Figures, str], Pair]:
    return lambda figures, _: _pair(getattr(figures, name))


def _pair(rate: Ratio | Quotient | None) -> Pair:
    return None if rate is None else (float(rate.numerator), float(rate.denominator))


def _waits(figures: Figures, _: str) -> Pair:
    waits = [queue.wait for queue in figures.queues if queue.wait and queue.wait.mean_seconds is not None]
    if not waits:
        return None
    return sum(one.n * (one.mean_seconds or 0.0) for one in waits), float(sum(one.n for one in waits))


def _abandoned(figures: Figures, _: str) -> Pair:
    told = [queue.abandonment for queue in figures.queues if queue.abandonment]
    if not told:
        return None
    return float(sum(one.numerator for one in told)), float(sum(one.denominator for one in told))


_SUMS: Mapping[Measure, Callable[[Figures, str], Pair]] = {
    Measure.ZONE_CONVERSION: _of_zone("conversion"),
    Measure.ENGAGEMENT: _of_zone("engagement"),
    Measure.ZONE_VISIT_RATE: _of_zone("visit_rate"),
    Measure.CONVERSION: _of_store("conversion"),
    Measure.SALES_PER_VISITOR: _of_store("sales_per_visitor"),
    Measure.AVERAGE_TRANSACTION_VALUE: _of_store("average_transaction_value"),
    Measure.UNITS_PER_TRANSACTION: _of_store("units_per_transaction"),
    Measure.QUEUE_WAIT: _waits,
    Measure.ABANDONMENT: _abandoned,
}
