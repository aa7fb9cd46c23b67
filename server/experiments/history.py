"""Days of a store as an experiment would measure them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from server.experiments.measuring import Window, windows
from server.experiments.plans import Plan
from server.figures.reading import Source, rows_for
from server.metrics.report import Figures, report


def figures_of_day(source: Source, plan: Plan, day: date, now: datetime) -> Sequence[tuple[Window, Figures]]:
    """The figures of each measured part of a business day."""
    found = windows(plan, source.terms.calendar, day)
    whole = source.terms.calendar.business_day(day)
    parts = [window.interval for window in found]
    rows = rows_for(source, whole, parts, now)
    return list(zip(found, report(rows, source.terms, whole, parts, now).parts, strict=True))
