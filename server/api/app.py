"""The web application, built in one place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from server.api import problems
from server.api.guards import Guard
from server.api.routes import ROUTES
from server.api.site import Clock, Route, Site
from server.api.tagging import Tagging
from server.api.watching import Watchers
from server.config import Settings
from server.dashboard.pages import PAGES
from server.dashboard.rendering import problem_page, static_files


def _this_moment() -> datetime:
    return datetime.now(UTC)


def build_app(settings: Settings, clock: Clock = _this_moment) -> FastAPI:
    """The API and the pages over the database that `settings` name; nothing is opened until asked.

    There is no log-in yet: whoever can reach it can read the figures and retry what is in quarantine.
    """
    # No /docs or /redoc: both load scripts from elsewhere.
    app = FastAPI(
        title="footfall", version="1", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None
    )
    app.state.site = Site(settings, clock, Watchers())
    for route in ROUTES:
        _add(app, route)
    for page in PAGES:
        app.add_api_route(
            page.path, page.handler, methods=[page.method], include_in_schema=False, response_model=None
        )
    app.mount("/static", static_files())
    problems.install(app, problem_page)
    app.add_middleware(Tagging)
    app.add_middleware(Guard)
    return app


def _add(app: FastAPI, route: Route) -> None:
    # Without `answers` FastAPI takes the model from the handler's own annotation.
    model: dict[str, Any] = {} if route.answers is None else {"response_model": route.answers}
    described = {**problems.IN_OPENAPI, **route.described}
    app.add_api_route(route.path, route.handler, methods=[route.method], responses=described, **model)
