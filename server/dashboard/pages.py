"""The pages. Their whole surface is the list at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Header, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sse_starlette import EventSourceResponse

from server.access.rights import Action
from server.api.learning import learning
from server.api.present import store_now
from server.api.problems import Problem
from server.api.ranges import asked_day
from server.api.reports import calendar_of
from server.api.routes import Number, try_again
from server.api.shapes import RefusedShape, RetryShape, now_shape, refused_shape, store_shape
from server.api.site import Here, Route, Site
from server.api.suppressing import now_without_small
from server.dashboard.catalogue_pages import CATALOGUE_PAGES
from server.dashboard.display_pages import DISPLAY_PAGES, notices_of
from server.dashboard.experiment_pages import EXPERIMENT_PAGES
from server.dashboard.explaining_pages import EXPLAINING_PAGES
from server.dashboard.flow_page import FLOW_PAGES
from server.dashboard.forecast_page import FORECAST_PAGES
from server.dashboard.heat_page import HeatPage, heat_page
from server.dashboard.labour_page import LABOUR_PAGES
from server.dashboard.paths_page import PATH_PAGES
from server.dashboard.period_page import period_page
from server.dashboard.rendering import render
from server.dashboard.roster_page import ROSTER_PAGES
from server.dashboard.store_page import StorePage, store_page
from server.dashboard.trouble import trouble
from server.metrics.periods import PeriodKind
from server.storage import quarantine

MOST_REFUSED_SHOWN = 100

Day = Annotated[str | None, Query(max_length=20, description="business day, such as 2026-03-01")]


def front(here: Here) -> Response:
    """The stores; the store itself where there is one."""
    if len(here.settings.stores) == 1:
        return RedirectResponse(f"/stores/{next(iter(here.settings.stores))}", 303)
    now = here.clock()
    with here.reading() as db:
        stores = [
            now_without_small(now_shape(store_now(db, store_id, store, now)), here.least_on_pages)
            for store_id, store in here.settings.stores.items()
        ]
    return HTMLResponse(render("stores.html", here, stores=stores))


def store(here: Here, store: str, day: Day = None) -> Response:
    """One business day of a store, with everything around it."""
    shape = store_shape(store, here.store(store))
    page, warmth = _page(here, store, day), _heat(here, store, day)
    told = notices_of(here, store)
    return HTMLResponse(render("store.html", here, store=shape, page=page, heat=warmth, notices=told))


def period(here: Here, store: str, kind: PeriodKind = "week", day: Day = None) -> Response:
    """A day, week, month or retail month of a store: all figures with what stands beneath them."""
    known, now = here.store(store), here.clock()
    asked = asked_day(day, calendar_of(known), now)
    with here.reading() as db:
        page = period_page(db, store, known, asked, kind, now, here.least_on_pages)
    shape = store_shape(store, known)
    return HTMLResponse(
        render("period.html", here, store=shape, page=page, configured_lag=known.visit_to_till_lag_minutes)
    )


def heat(here: Here, store: str, day: Day = None) -> Response:
    """The heatmaps of a store's page, which are renewed less often than its figures."""
    return HTMLResponse(render("_heat.html", here, heat=_heat(here, store, day)))


def figures(here: Here, store: str, day: Day = None) -> Response:
    """The part of a store's page that changes."""
    shape = store_shape(store, here.store(store))
    return HTMLResponse(render("_figures.html", here, store=shape, page=_page(here, store, day)))


async def events(here: Here, store: str) -> Response:
    """Says "changed" whenever the figures should be fetched again."""
    here.store(store)
    if here.watchers.full:
        raise Problem(503, "Too many pages are open at once; this one renews itself every minute.")
    return EventSourceResponse(here.watchers.changes(here.settings.database, here.still_knows))


def refused(here: Here, tried: Annotated[int | None, Query()] = None) -> Response:
    """What could not be read, and what became of the last try."""
    with here.reading() as db:
        of = here.quarantine_of
        rows = [refused_shape(row) for row in quarantine.waiting(db, MOST_REFUSED_SHOWN, of=of)]
        count = quarantine.waiting_count(db, of)
        again = quarantine.get(db, tried) if tried is not None and 0 < tried < 2**63 else None
    if again and not here.sees_store(again.store):
        again = None
    outcome = again and RetryShape(
        number=again.number,
        stored=again.resolved_at is not None,
        reason=None if again.resolved_at else again.reason,
    )
    return HTMLResponse(render("quarantine.html", here, rows=rows, count=count, outcome=outcome))


def retry_refused(here: Here, number: Number, hx_request: Annotated[str | None, Header()] = None) -> Response:
    """Try again what could not be read; the row with its outcome, or the page where scripts are off."""
    outcome = try_again(here, number)
    if hx_request is None:
        return RedirectResponse(f"/quarantine?tried={number}", 303)
    return HTMLResponse(render("_refused.html", here, row=_refused(here, number), outcome=outcome))


def learnt(here: Here) -> Response:
    """What was learnt from tickets, how good it is, and whether it is used."""
    return HTMLResponse(render("learning.html", here, stores=learning(here)))


def _page(here: Site, store: str, day: str | None) -> StorePage:
    known, now = here.store(store), here.clock()
    asked = asked_day(day, calendar_of(known), now)
    with here.reading() as db:
        page = store_page(db, store, known, asked, now, here.least_on_pages)
        if not page.is_today:
            return page
        return replace(page, notes=(*trouble(db, here.settings, store), *page.notes))


def _heat(here: Site, store: str, day: str | None) -> HeatPage:
    known, now = here.store(store), here.clock()
    asked = asked_day(day, calendar_of(known), now)
    with here.reading() as db:
        return heat_page(db, store, known, asked, now, here.least_on_pages)


def _refused(here: Site, number: int) -> RefusedShape | None:
    with here.reading() as db:
        row = quarantine.get(db, number)
    return refused_shape(row) if row else None


PAGES = (
    Route("GET", "/", front, Action.BE_KNOWN),
    Route("GET", "/stores/{store}", store, Action.SEE_FIGURES),
    Route("GET", "/stores/{store}/period", period, Action.SEE_FIGURES),
    Route("GET", "/stores/{store}/figures", figures, Action.SEE_FIGURES),
    Route("GET", "/stores/{store}/heat", heat, Action.SEE_FIGURES),
    Route("GET", "/stores/{store}/events", events, Action.SEE_FIGURES),
    Route("GET", "/learning", learnt, Action.SEE_LEARNING),
    Route("GET", "/quarantine", refused, Action.QUARANTINE),
    Route("POST", "/quarantine/{number}/retry", retry_refused, Action.QUARANTINE),
    *CATALOGUE_PAGES,
    *LABOUR_PAGES,
    *DISPLAY_PAGES,
    *EXPERIMENT_PAGES,
    *PATH_PAGES,
    *ROSTER_PAGES,
    *FLOW_PAGES,
    *EXPLAINING_PAGES,
    *FORECAST_PAGES,
)
