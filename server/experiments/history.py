"""Days of a store as an experiment would measure them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from server.experiments.measuring import Window, windows
from server.experiments.plans import Design, Plan
from server.figures.reading import Source, minutes_of, rows_for, tickets_of
from server.metrics.intervals import Interval
from server.metrics.report import Figures, Rows, report
from server.storage.sales import shelves


def figures_of_day(source: Source, plan: Plan, day: date, now: datetime) -> Sequence[tuple[Window, Figures]]:
    """The figures of each measured part of a business day."""
    found = windows(plan, source.terms.calendar, day)
    whole = source.terms.calendar.business_day(day)
    parts = [window.interval for window in found]
    rows = _rows(source, plan, whole, now)
    return list(zip(found, report(rows, source.terms, whole, parts, now).parts, strict=True))


def _rows(source: Source, plan: Plan, whole: Interval, now: datetime) -> Rows:
    if plan.design is Design.STORES:
        return rows_for(source, whole, [whole], now)
    # Blocks without their beginning need minutes, whatever hours were put together; read once for all.
    sold = tickets_of(source, whole)
    return replace(
        minutes_of(source, whole),
        taken=sold.taken,
        bought=sold.bought,
        planogram=shelves(source.db, source.store),
    )
