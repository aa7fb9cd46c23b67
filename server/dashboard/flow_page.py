"""The page of a store's flow: typical week, unusual days, what goes together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.responses import HTMLResponse, Response

from server.access.rights import Action
from server.api.flow import FalseAlarms, Holidays, Weeks, What, reading_flow
from server.api.flow_shapes import (
    OrdinaryShape,
    PairShape,
    TogetherShape,
    TypicalDayShape,
    TypicalShape,
    UnusualShape,
    together_shape,
    typical_shape,
    unusual_shape,
)
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.dashboard.rendering import render
from server.dashboard.typical_chart import TypicalChart, first_and_last, top_of, typical_chart
from server.sections import DAY_NAMES

CHOICES = (4, 13, 26, 52, 104)
"""Weeks that the page offers."""
MOST_IN_MATRIX = 12
"""So many series stand in the picture of what goes together; the table has all."""


@dataclass(frozen=True, slots=True)
class WeekdayPart:
    """One weekday of the page."""

    name: str
    day: TypicalDayShape
    chart: TypicalChart
    hours: tuple[tuple[str, OrdinaryShape], ...]


@dataclass(frozen=True, slots=True)
class FlowPage:
    """All that the page shows."""

    typical: TypicalShape
    unusual: UnusualShape
    together: TogetherShape
    weekdays: tuple[WeekdayPart, ...]
    top: int
    ends: tuple[str, str]
    widest: float
    """The highest count or bound of any unusual day: the right edge of their pictures."""
    matrix: tuple[tuple[str, tuple[PairShape | None, ...]], ...]
    names: tuple[tuple[str, str], ...]
    """Series and what people call them."""


def flow(
    here: Here,
    store: str,
    what: What = "entries",
    weeks: Weeks = 26,
    holidays: Holidays = "",
    false_alarm_days: FalseAlarms = 50,
) -> Response:
    """How a store's counts hang together."""
    known = here.store(store)
    zones = {zone: of.name for zone, of in known.zones.items()}
    choices = {"entries": "Entries", "transactions": "Transactions"}
    choices |= {f"visits:{zone}": f"Visits to {name}" for zone, name in zones.items()}
    shown = {"store": store, "name": known.name, "choices": choices, "all_weeks": CHOICES}
    asked = {"what": what, "weeks": weeks, "holidays": holidays, "false_alarm_days": false_alarm_days}
    try:
        page = _page(here, store, what, weeks, holidays, false_alarm_days)
    except Problem as error:
        answer = render("flow.html", here, page=None, problem=error.detail, **shown, **asked)
        return HTMLResponse(answer, error.status)
    return HTMLResponse(render("flow.html", here, page=page, problem="", **shown, **asked))


def _page(here: Site, store: str, what: str, weeks: int, holidays: str, false_alarm_days: int) -> FlowPage:
    least = here.least_on_pages
    with reading_flow(here, store, what, weeks, holidays, false_alarm_days) as found:
        name = found.label
        typical = typical_shape(store, what, name, found.typical(), least)
        unusual = unusual_shape(store, what, name, found.unusual(), least)
        together = together_shape(store, what, name, found.together())
        names = tuple((series, found.label_of(series)) for series in found.past.days.names)
    first, after = first_and_last(typical.days)
    top = top_of(typical.days)
    return FlowPage(
        typical=typical,
        unusual=unusual,
        together=together,
        weekdays=tuple(_weekday(day, first, after, top) for day in typical.days),
        top=top,
        ends=(f"{first:02}:00", f"{after % 24:02}:00"),
        widest=max([1.0, *(max(day.high, day.counted or 0.0) for day in unusual.days)]),
        matrix=_matrix(together.hours, [series for series, _ in names][:MOST_IN_MATRIX]),
        names=names,
    )


def _weekday(day: TypicalDayShape, first: int, after: int, top: int) -> WeekdayPart:
    hours = day.hours[first:after]
    rows = tuple((hour.begin, hour) for hour in hours)
    return WeekdayPart(DAY_NAMES[day.weekday - 1], day, typical_chart(hours, top), rows)


def _matrix(
    pairs: Sequence[PairShape], series: Sequence[str]
) -> tuple[tuple[str, tuple[PairShape | None, ...]], ...]:
    """Each series with all others; None beside itself."""
    of = {(pair.one, pair.other): pair for pair in pairs}
    known = [one for one in series if any(_has(pair, one) for pair in pairs)]
    return tuple(
        (one, tuple(of.get((one, other)) or of.get((other, one)) for other in known)) for one in known
    )


def _has(pair: PairShape, series: str) -> bool:
    return pair.correlation is not None and series in (pair.one, pair.other)


FLOW_PAGES = (Route("GET", "/stores/{store}/flow", flow, Action.SEE_FIGURES),)
