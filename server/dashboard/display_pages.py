"""The page beside a zone, for a tablet or sign; and the notices by which staff hear of what zones show."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from sse_starlette import EventSourceResponse

from edge.wire.topics import ID_PATTERN
from server.access.rights import Action
from server.api.problems import Problem
from server.api.reports import zone_name
from server.api.shapes import store_shape
from server.api.site import Here, Route, Site
from server.api.zone_routes import ZoneId, keep_event, of_zone, with_events, zone_now
from server.api.zone_shapes import RecommendationShape, ZoneEventWish
from server.dashboard.rendering import render
from server.storage import decisions

_WORKER = Path(__file__).parent / "static" / "display-worker.js"

DecisionId = Annotated[str, PathParameter(pattern=ID_PATTERN)]


def display(here: Here, store: str, zone: ZoneId) -> Response:
    """What a zone shows its customers, in large letters."""
    shape = zone_now(here, store, zone)
    return HTMLResponse(render("display.html", here, store=here.store(store), store_id=store, shape=shape))


async def display_events(here: Here, store: str, zone: ZoneId) -> Response:
    """Says "changed" whenever the display should ask again."""
    of_zone(here, store, zone)
    if here.watchers.full:
        raise Problem(503, "Too many pages are open at once; this one asks again every minute.")
    return EventSourceResponse(here.watchers.changes(here.settings.database, here.still_knows))


def worker() -> Response:
    """The script by which a display can be opened while the server is away."""
    return FileResponse(_WORKER, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def notices(here: Here, store: str) -> Response:
    """The part of a store's page with what its zones show now."""
    shape, told = store_shape(store, here.store(store)), notices_of(here, store)
    return HTMLResponse(render("_notices.html", here, store=shape, notices=told))


def notices_of(here: Site, store: str) -> list[tuple[str, RecommendationShape]]:
    """What zones show now and nobody has seen to yet, with the zones' names."""
    known, now = here.store(store), here.clock()
    with here.reading() as db:
        shown = with_events(db, decisions.showing(db, store, now))
    return [(zone_name(known, one.zone), one) for one in shown if not one.acknowledged]


def acknowledge(here: Here, store: str, recommendation: DecisionId) -> Response:
    """Say that somebody has seen to it; the zone goes on to show it."""
    return _answer(here, store, recommendation, "acknowledged")


def dismiss(here: Here, store: str, recommendation: DecisionId) -> Response:
    """Take it off the zone's signs."""
    return _answer(here, store, recommendation, "dismissed")


def _answer(
    here: Site, store: str, recommendation: str, kind: Literal["acknowledged", "dismissed"]
) -> Response:
    here.store(store)
    with here.reading() as db:
        decision = decisions.get(db, recommendation)
    # One that is forgotten meanwhile is on no page any more either.
    if decision is not None and decision.store == store:
        name = here.visit.caller.name if here.visit.caller else ""
        keep_event(here, store, decision.zone, _wish(recommendation, kind, name, here.clock()))
    return RedirectResponse(f"/stores/{store}", 303)


def _wish(
    recommendation: str, kind: Literal["acknowledged", "dismissed"], name: str, now: datetime
) -> ZoneEventWish:
    return ZoneEventWish(
        event=f"{recommendation}:{kind}:{name}"[:100],
        recommendation=recommendation,
        kind=kind,
        at=now,
        by=name or None,
    )


_NOTICE = "/stores/{store}/notices/{recommendation}"

DISPLAY_PAGES = (
    Route("GET", "/display/worker.js", worker, Action.SEE_DISPLAY),
    Route("GET", "/display/{store}/{zone}", display, Action.SEE_DISPLAY),
    Route("GET", "/display/{store}/{zone}/events", display_events, Action.SEE_DISPLAY),
    Route("GET", "/stores/{store}/notices", notices, Action.SEE_FIGURES),
    Route("POST", f"{_NOTICE}/acknowledge", acknowledge, Action.ANSWER_NOTICES),
    Route("POST", f"{_NOTICE}/dismiss", dismiss, Action.ANSWER_NOTICES),
)
