"""The page on which a store's shifts of one week are seen and edited: a form that needs no scripts."""

from __future__ import annotations

import io
from datetime import date
from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from server.access.rights import Action
from server.api.ranges import asked_day
from server.api.reports import calendar_of
from server.api.site import Here, Route, Site
from server.dashboard.rendering import render
from server.metrics.periods import Period, period_of
from server.pos.labour import LabourUnreadable, keep_labour, read_lines, written
from server.storage.labour import labour_begun

MOST_TEXT = 500_000

Day = Annotated[str | None, Query(max_length=20, description="a day of the week")]


def labour(here: Here, store: str, day: Day = None) -> Response:
    """The shifts that begin in a week, as a table of text."""
    known, week = here.store(store), _week(here, store, day)
    with here.reading() as db:
        rows = labour_begun(db, store, week.interval(calendar_of(known)))
    return _page(here, store, week, written(rows, known.zone))


def save_labour(
    here: Here,
    store: str,
    text: Annotated[str, Form(max_length=MOST_TEXT)] = "",
    day: Annotated[str | None, Form(max_length=20)] = None,
) -> Response:
    """Store what the form says in place of the week's shifts."""
    known, week = here.store(store), _week(here, store, day)
    try:
        rows = read_lines(io.StringIO(text, newline=""), "the table", known.zone)
        with here.writing() as db:
            keep_labour(db, store, week.interval(calendar_of(known)), rows)
    except LabourUnreadable as error:
        return _page(here, store, week, text, f"{error}. {error.hint}".strip())
    return RedirectResponse(f"/stores/{store}/labour?day={week.first}", 303)


def _week(here: Site, store: str, day: str | None) -> Period:
    known = here.store(store)
    asked: date = asked_day(day, calendar_of(known), here.clock())
    return period_of(asked, "week", known.retail_year)


def _page(here: Site, store: str, week: Period, text: str, problem: str = "") -> Response:
    name = here.store(store).name
    before, after = (period_of(day, "week", here.store(store).retail_year) for day in week.neighbours)
    values = {"store": store, "name": name, "week": week, "before": before.first, "after": after.first}
    page = render("labour.html", here, text=text, problem=problem, **values)
    return HTMLResponse(page, 422 if problem else 200)


LABOUR_PAGES = (
    Route("GET", "/stores/{store}/labour", labour, Action.SEE_CATALOGUE),
    Route("POST", "/stores/{store}/labour", save_labour, Action.EDIT_CATALOGUE),
)
