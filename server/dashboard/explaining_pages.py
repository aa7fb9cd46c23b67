"""The pages on what explains a store's sales and on its groups of customers."""

from __future__ import annotations

from typing import Any

from fastapi.responses import HTMLResponse, Response

from server.access.rights import Action
from server.api.explaining import Of, Weeks, customers_of, drivers_of
from server.api.problems import Problem
from server.api.site import Here, Route, Site
from server.dashboard.interval_chart import whiskers
from server.dashboard.rendering import render
from server.flow.group_figures import USUAL_WEEKS, Group
from server.flow.outcome import Outcome

_TOO_LITTLE = 422

GROUP_NAMES = {
    Group.BEST: "Best",
    Group.REGULAR: "Regular",
    Group.OCCASIONAL: "Occasional",
    Group.SELDOM: "Seldom",
    Group.NEW: "New",
    Group.SLIPPING: "Slipping away",
    Group.GONE: "Gone",
}


def drivers_page(here: Here, store: str, of: Of = Outcome.TRANSACTIONS) -> Response:
    """What sales go along with: sentences, effects with their intervals, and rules."""
    try:
        found = drivers_of(here, store, of)
    except Problem as problem:
        return _page("drivers.html", here, store, of=of, problem=_said(problem), found=None)
    pictures, edge = whiskers([(each.low, each.change, each.high) for each in found.effects])
    best = max((rule.mean for rule in found.rules), default=0.0)
    return _page(
        "drivers.html",
        here,
        store,
        of=of,
        problem="",
        found=found,
        effects=list(zip(found.effects, pictures, strict=True)),
        edge=edge,
        rules=[(rule, 200 * rule.mean / best if best else 0.0) for rule in found.rules],
    )


def customers_page(here: Here, store: str, weeks: Weeks = USUAL_WEEKS) -> Response:
    """Groups of customers with their sizes and shares, and who moved between them."""
    try:
        found = customers_of(here, store, weeks)
    except Problem as problem:
        return _page("customers.html", here, store, weeks=weeks, problem=_said(problem), found=None)
    moves = {(move.before, move.now): move.customers for move in found.moves}
    return _page(
        "customers.html",
        here,
        store,
        weeks=weeks,
        problem="",
        found=found,
        moves=moves,
        groups=list(Group),
        names=GROUP_NAMES,
        zones={zone: of.name for zone, of in here.store(store).zones.items()},
    )


def _said(problem: Problem) -> str:
    """The sentence, where there is only too little to say something; anything else is a problem's page."""
    if problem.status != _TOO_LITTLE:
        raise problem
    return str(problem)


def _page(template: str, here: Site, store: str, **values: Any) -> Response:
    return HTMLResponse(render(template, here, store=store, name=here.store(store).name, **values))


EXPLAINING_PAGES = (
    Route("GET", "/stores/{store}/drivers", drivers_page, Action.SEE_FIGURES),
    Route("GET", "/stores/{store}/customers", customers_page, Action.SEE_LEARNING),
)
