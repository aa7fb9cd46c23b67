"""The web application, built in one place."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request

from server.access.rights import Action
from server.api import problems
from server.api.door import Door
from server.api.forms import form_is_ours
from server.api.guards import Guard
from server.api.routes import ROUTES
from server.api.site import Clock, Route, Site
from server.api.tagging import Tagging
from server.api.watching import Watchers
from server.config import Settings
from server.dashboard.access_pages import ACCESS_PAGES
from server.dashboard.pages import PAGES
from server.dashboard.rendering import problem_page, static_files


def _this_moment() -> datetime:
    return datetime.now(UTC)


def described(request: Request) -> dict[str, Any]:
    """What the API answers, for programs, as OpenAPI."""
    app: FastAPI = request.app
    return app.openapi()


DESCRIPTION = Route("GET", "/api/v1/openapi.json", described, Action.BE_KNOWN)

EVERY_ROUTE = (*ROUTES, DESCRIPTION, *PAGES, *ACCESS_PAGES)
"""The whole surface, but for static files; each with what it does."""

_READING = frozenset({"GET"})


def build_app(settings: Settings, clock: Clock = _this_moment) -> FastAPI:
    """The API and the pages over the database that `settings` name; nothing is opened until asked."""
    # No /docs or /redoc: both load scripts from elsewhere.
    app = FastAPI(title="footfall", version="1", openapi_url=None, docs_url=None, redoc_url=None)
    site = Site(settings, clock, Watchers())
    app.state.site = site
    app.router.routes.extend(_every_route().routes)
    app.mount("/static", static_files())
    problems.install(app, problem_page)
    app.add_middleware(Door, routes=EVERY_ROUTE, site=site)
    app.add_middleware(Tagging)
    app.add_middleware(Guard, hosts=settings.web.hosts)
    return app


@cache
def _every_route() -> APIRouter:
    """Looked through once in a process: what handlers take and answer is the same in each application."""
    router = APIRouter()
    for route in EVERY_ROUTE:
        _add(router, route, is_api=route in ROUTES)
    return router


def _add(router: APIRouter, route: Route, *, is_api: bool) -> None:
    more: dict[str, Any] = (
        _in_openapi(route) if is_api else {"include_in_schema": False, "response_model": None}
    )
    if route.method not in _READING:
        more["dependencies"] = [Depends(form_is_ours)]
    router.add_api_route(route.path, route.handler, methods=[route.method], **more)


def _in_openapi(route: Route) -> dict[str, Any]:
    # Without `answers` FastAPI takes the model from the handler's own annotation.
    model: dict[str, Any] = {} if route.answers is None else {"response_model": route.answers}
    return {"responses": {**problems.IN_OPENAPI, **route.described}, **model}
