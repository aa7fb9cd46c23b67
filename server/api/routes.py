"""What the API answers. Its whole surface is the list at the end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from fastapi.responses import Response
from sqlite_utils import Database

from server.api import heat_shapes, queue_shapes, shapes, tables
from server.api.alert_routes import add_hook, alerts, deliveries, hooks, remove_hook, try_hook
from server.api.choosing import chosen_zones, without_empty
from server.api.events import events
from server.api.feed import changes
from server.api.heat import store_heat
from server.api.offering import IN_OPENAPI as TABLES
from server.api.offering import Asked
from server.api.present import store_now
from server.api.problems import Problem
from server.api.prometheus import prometheus
from server.api.ranges import asked_parts, asked_range
from server.api.ready import ReadyShape, readyz
from server.api.reports import StoreReport, calendar_of, range_report
from server.api.site import Here, Route, Site
from server.config import ConfigError, StoreSettings
from server.ingest import retry
from server.metrics.intervals import Interval, Resolution
from server.storage import quarantine
from server.storage.devices import camera_states

_HIGHEST_NUMBER = 2**63 - 1
"""SQLite counts no further."""

Number = Annotated[int, Path(ge=1, le=_HIGHEST_NUMBER, description="number of a row in quarantine")]
When = Annotated[str | None, Query(max_length=40)]
Zones = Annotated[list[str] | None, Query(max_length=200, description="only these zones")]


def stores(here: Here, form: Asked) -> Response:
    """The stores of this server."""
    return form.answer(shapes.stores_shape(here.settings), tables.stores_table)


def metrics(
    here: Here,
    store: str,
    form: Asked,
    begin: When = None,
    end: When = None,
    resolution: Resolution = Resolution.HOUR,
    zone: Zones = None,
    include_empty: Annotated[bool, Query(description="also intervals of which nothing is known")] = True,
) -> Response:
    """A store's figures over a half-open range: by default today's business day by hour.

    As a table, a row is an interval; with `zone`, an interval of one zone.
    """
    report = _report(here, store, begin, end, resolution)
    chosen = chosen_zones(shapes.metrics_shape(report), zone)
    shape = chosen if include_empty else without_empty(chosen)
    return form.answer(shape, tables.zones_table if zone else tables.metrics_table)


def queues(
    here: Here,
    store: str,
    form: Asked,
    begin: When = None,
    end: When = None,
    resolution: Resolution = Resolution.HOUR,
) -> Response:
    """A store's queues over a half-open range, by default today's business day by hour; and who waits now.

    As a table, a row is an interval of one queue.
    """
    known, now = here.store(store), here.clock()
    whole, parts = _asked(known, begin, end, resolution, now)
    with here.reading() as db:
        report = range_report(db, store, known, whole, parts, resolution, now)
        shape = queue_shapes.queues_shape(report, store_now(db, store, known, now))
    return form.answer(shape, tables.queues_table)


def _report(
    here: Site, store: str, begin: str | None, end: str | None, resolution: Resolution
) -> StoreReport:
    known, now = here.store(store), here.clock()
    whole, parts = _asked(known, begin, end, resolution, now)
    with here.reading() as db:
        return range_report(db, store, known, whole, parts, resolution, now)


def _asked(
    known: StoreSettings, begin: str | None, end: str | None, resolution: Resolution, now: datetime
) -> tuple[Interval, list[Interval]]:
    calendar = calendar_of(known)
    whole = asked_range(begin, end, calendar, now)
    return whole, asked_parts(whole, resolution, calendar)


def heatmap(
    here: Here,
    store: str,
    form: Asked,
    begin: When = None,
    end: When = None,
    camera: Annotated[str | None, Query(max_length=64, description="only this camera's maps")] = None,
    by: Annotated[
        Literal["camera", "store"], Query(description="store: maps in metres of all cameras are one")
    ] = "camera",
) -> Response:
    """Where people spent time in a half-open range, by default today's business day: a map for each grid.

    As a table, a row is a cell.
    """
    known = here.store(store)
    now = here.clock()
    whole = asked_range(begin, end, calendar_of(known), now)
    with here.reading() as db:
        _check_camera(db, store, camera)
        heat = store_heat(db, store, known, whole, now, camera=camera, of_store=by == "store")
    return form.answer(heat_shapes.heatmap_shape(heat), tables.heat_table)


def _check_camera(db: Database, store: str, camera: str | None) -> None:
    known = sorted({state.camera for state in camera_states(db, store)})
    if camera is not None and camera not in known:
        there_are = ", ".join(known) or "none"
        raise Problem(
            422, f"camera: no camera {camera!r} was ever heard of; there are: {there_are}.", "camera"
        )


def present(here: Here, store: str) -> shapes.NowShape:
    """A store at this moment: who is inside, and how its cameras fare."""
    known = here.store(store)
    with here.reading() as db:
        return shapes.now_shape(store_now(db, store, known, here.clock()))


def glossary(form: Asked) -> Response:
    """What every metric means."""
    return form.answer(shapes.glossary_shape(), tables.glossary_table)


def waiting(
    here: Here,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[int, Query(ge=0, le=_HIGHEST_NUMBER)] = 0,
) -> shapes.QuarantineShape:
    """What could not be read, oldest first."""
    with here.reading() as db:
        rows = quarantine.waiting(db, limit, after)
        count = quarantine.waiting_count(db)
    return shapes.QuarantineShape(
        waiting=count,
        rows=[shapes.refused_shape(row) for row in rows],
        next_after=rows[-1].number if len(rows) == limit else None,
    )


def try_again(here: Here, number: Number) -> shapes.RetryShape:
    """Try a refused message or row again, after its cause was mended."""
    with here.writing() as db:
        row = quarantine.get(db, number)
        if row is None:
            raise Problem(404, f"There is no number {number} in quarantine.")
        reason = None if row.resolved_at else _tried(here, db, number)
    return shapes.RetryShape(number=number, stored=reason is None, reason=reason)


def _tried(here: Site, db: Database, number: int) -> str | None:
    try:
        return retry(db, here.settings, number, here.clock())
    except ConfigError as error:
        return str(error)


def healthz(here: Here) -> shapes.HealthShape:
    """Whether the server answers and its database can be read."""
    with here.reading() as db:
        return shapes.HealthShape(status="ok", waiting_in_quarantine=quarantine.waiting_count(db))


_STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}}}
_GONE: dict[int | str, dict[str, Any]] = {204: {"description": "It is removed."}}

ROUTES = (
    Route("GET", "/api/v1/stores", stores, answers=list[shapes.StoreShape], described=TABLES),
    Route("GET", "/api/v1/stores/{store}/metrics", metrics, answers=shapes.MetricsShape, described=TABLES),
    Route("GET", "/api/v1/stores/{store}/queues", queues, answers=queue_shapes.QueuesShape, described=TABLES),
    Route(
        "GET", "/api/v1/stores/{store}/heatmap", heatmap, answers=heat_shapes.HeatmapShape, described=TABLES
    ),
    Route("GET", "/api/v1/stores/{store}/now", present),
    Route("GET", "/api/v1/glossary", glossary, answers=shapes.GlossaryShape, described=TABLES),
    Route("GET", "/api/v1/changes", changes),
    Route("GET", "/api/v1/events", events, described=_STREAM),
    Route("GET", "/api/v1/alerts", alerts),
    Route("GET", "/api/v1/webhooks", hooks),
    Route("POST", "/api/v1/webhooks", add_hook),
    Route("DELETE", "/api/v1/webhooks/{number}", remove_hook, described=_GONE),
    Route("GET", "/api/v1/webhooks/{number}/deliveries", deliveries),
    Route("POST", "/api/v1/webhooks/{number}/test", try_hook),
    Route("GET", "/api/v1/quarantine", waiting),
    Route("POST", "/api/v1/quarantine/{number}/retry", try_again),
    Route("GET", "/healthz", healthz),
    Route("GET", "/readyz", readyz, answers=ReadyShape),
    Route("GET", "/metrics", prometheus, described=_TEXT),
)
