"""What the page of a week, a month or a retail month shows, from the same answers that the API gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from server.api.reports import calendar_of, range_report
from server.api.shapes import FiguresShape, MetricsShape, metrics_shape
from server.api.suppressing import without_small
from server.config import StoreSettings
from server.dashboard.bar_chart import Chart, Point, chart
from server.dashboard.comparing_words import with_earlier, with_usual
from server.dashboard.figure_rows import Group, figure_groups
from server.dashboard.store_page import LEFT_OUT, notes_of
from server.dashboard.words import number, short_day
from server.figures.comparing import same_weekday
from server.figures.earlier import beside_earlier, weeks_of
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.metrics.intervals import split
from server.metrics.periods import Period, PeriodKind, period_of
from server.storage.counts import stored_days
from server.storage.labour import MeasuredLag, kept_lag

USUAL_WEEKS = 4
"""A day is compared with the same weekday of so many weeks."""

YEAR_WEEKS = 52


@dataclass(frozen=True, slots=True)
class PeriodPage:
    """One period of one store. `before` and `after` are days to leaf to; None where there is nothing."""

    period: Period
    metrics: MetricsShape
    groups: tuple[Group, ...]
    chart: Chart
    labels: tuple[str, ...]
    compared: tuple[str, ...]
    notes: tuple[str, ...]
    power_hours: tuple[str, ...]
    lag: MeasuredLag | None
    today: date
    first_day: date
    as_of: datetime

    @property
    def title(self) -> str:
        """The period's name, by its first and last day."""
        return title_of(self.period)

    @property
    def before(self) -> date | None:
        """A day of the period before."""
        return self.period.first - timedelta(days=1) if self.period.first > self.first_day else None

    @property
    def after(self) -> date | None:
        """A day of the period after."""
        return self.period.after if self.period.after <= self.today else None

    @property
    def runs(self) -> bool:
        """Whether it is not over."""
        return self.today < self.period.after

    @property
    def rows(self) -> tuple[tuple[str, FiguresShape], ...]:
        """Each part with its label; of a day the hours from the first to the last in which anything was."""
        told = tuple(zip(self.labels, self.metrics.intervals, strict=True))
        if self.period.kind != "day":
            return told
        busy = [n for n, (_, part) in enumerate(told) if part.entries or part.exits or part.transactions]
        return told[busy[0] : busy[-1] + 1] if busy else ()


def title_of(period: Period) -> str:
    """A period's name, by its first and last day."""
    if period.kind == "day":
        return short_day(period.first, year=True)
    if period.kind == "month":
        return f"{period.first:%B %Y}"
    return f"{short_day(period.first)} to {short_day(period.after - timedelta(days=1), year=True)}"


def period_page(
    db: Database,
    store_id: str,
    store: StoreSettings,
    day: date,
    kind: PeriodKind,
    now: datetime,
    least: int = 0,
) -> PeriodPage:
    """The page of the period to which a business day belongs, without figures of fewer people than `least`.

    With `least` nothing is compared: from a difference to what is left out, it could be told.
    """
    calendar = calendar_of(store)
    period = period_of(day, kind, store.retail_year)
    whole = period.interval(calendar)
    parts = list(split(whole, period.parts, calendar))
    report = range_report(db, store_id, store, whole, parts, period.parts, now)
    metrics = without_small(metrics_shape(report), least)
    labels = tuple(_label(part.begin, period, store.zone) for part in metrics.intervals)
    points = [_point(label, part) for label, part in zip(labels, metrics.intervals, strict=True)]
    stored = stored_days(db, store_id)
    net = metrics.totals.net_sales
    return PeriodPage(
        period=period,
        metrics=metrics,
        groups=figure_groups(metrics.totals, (net.currency if net else store.currency) or ""),
        chart=chart(points),
        labels=labels,
        compared=()
        if least > 1
        else _compared(Source(db, store_id, terms_of(db, store_id, store)), period, now),
        notes=(*([LEFT_OUT.format(least)] if least > 1 else []), *notes_of(report)),
        power_hours=tuple(f"{at.astimezone(store.zone):%H:%M}" for at in metrics.power_hours),
        lag=kept_lag(db, store_id),
        today=calendar.day_of(now),
        first_day=min(calendar.day_of(stored[0]), period.first) if stored else period.first,
        as_of=now,
    )


def _compared(source: Source, period: Period, now: datetime) -> tuple[str, ...]:
    """Sentences: a day beside its weekday, all else beside the same weekdays before and a year before."""
    if period.kind == "day":
        return with_usual(period.first, same_weekday(source, period.first, USUAL_WEEKS, now))
    found = (beside_earlier(source, period, weeks, now) for weeks in (weeks_of(period), YEAR_WEEKS))
    return tuple(sentence for beside in found if beside for sentence in with_earlier(beside))


def _label(begin: datetime, period: Period, zone: ZoneInfo) -> str:
    local = begin.astimezone(zone)
    return f"{local:%H:%M}" if period.kind == "day" else short_day(local.date())


def _point(label: str, part: FiguresShape) -> Point:
    closed = part.open_hours == 0
    said = f"{label}: {number(part.entries)} entries, {number(part.transactions)} transactions"
    if closed and not part.entries and not part.transactions:
        return Point(label, part.entries, None, f"{label}: closed", closed)
    return Point(label, part.entries, part.transactions, said, closed)
