"""What the API answers. Its whole surface is the list at the end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from fastapi.responses import Response
from sqlite_utils import Database

from server.access.rights import Action
from server.api import comparison_shapes, heat_shapes, queue_shapes, shapes, tables
from server.api.alert_routes import ALERT_ROUTES
from server.api.audits import AUDIT_ROUTES
from server.api.catalogue import CATALOGUE_ROUTES
from server.api.choosing import chosen_zones, without_empty
from server.api.counting import COUNTING_ROUTES
from server.api.events import events
from server.api.experimenting import EXPERIMENT_ROUTES
from server.api.explaining import EXPLAINING_ROUTES
from server.api.feed import changes
from server.api.flow import FLOW_ROUTES
from server.api.forecast_routes import FORECAST_ROUTES
from server.api.heat import store_heat
from server.api.labour import LABOUR_ROUTES
from server.api.learning import LearningShape, learning
from server.api.offering import IN_OPENAPI as TABLES
from server.api.offering import Asked
from server.api.path_routes import PATH_ROUTES
from server.api.planning import PLANNING_ROUTES
from server.api.present import store_now
from server.api.problems import Problem
from server.api.prometheus import prometheus
from server.api.ranges import asked_day, asked_parts, asked_range, longest_range
from server.api.ready import ReadyShape, readyz
from server.api.reports import StoreReport, calendar_of, range_report
from server.api.sales import SALES_ROUTES
from server.api.site import Here, Route, Site
from server.api.suppressing import (
    comparison_without_small,
    is_of_few,
    now_without_small,
    queues_without_small,
    without_small,
)
from server.api.zone_routes import ZONE_ROUTES
from server.config import ConfigError, StoreSettings
from server.figures.comparing import same_weekday
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.ingest import retry
from server.metrics.intervals import Interval, Resolution
from server.storage import quarantine, unknown_time
from server.storage.catalogue import with_names
from server.storage.devices import camera_states
from server.storage.space import free_megabytes

_HIGHEST_NUMBER = 2**63 - 1
"""SQLite counts no further."""

Number = Annotated[int, Path(ge=1, le=_HIGHEST_NUMBER, description="number of a row in quarantine")]
When = Annotated[str | None, Query(max_length=40)]
Zones = Annotated[list[str] | None, Query(max_length=200, description="only these zones")]


def stores(here: Here, form: Asked) -> Response:
    """The stores of this server."""
    with here.reading() as db:
        known = {store: with_names(db, store, of) for store, of in here.settings.stores.items()}
    shape = shapes.stores_shape(here.settings.model_copy(update={"stores": known}))
    return form.answer(shape, tables.stores_table)


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
    shape = without_small(chosen if include_empty else without_empty(chosen), here.settings.suppress_below)
    return form.answer(shape, tables.zones_table if zone else tables.metrics_table)


def comparison(
    here: Here,
    store: str,
    day: Annotated[str | None, Query(max_length=10, description="business day; today unless said")] = None,
    weeks: Annotated[int, Query(ge=1, le=52, description="how many weeks to look back")] = 4,
) -> comparison_shapes.ComparisonShape:
    """A business day beside the same weekday of the last weeks, up to the same hour while it runs."""
    known = here.store(store)
    now = here.clock()
    which = asked_day(day, calendar_of(known), now)
    with here.reading() as db:
        source = Source(db, store, terms_of(db, store, known))
        found = same_weekday(source, which, weeks, now)
    shape = comparison_shapes.comparison_shape(store, which, weeks, found)
    return comparison_without_small(shape, here.settings.suppress_below)


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
        waiting = queue_shapes.queues_shape(report, store_now(db, store, known, now))
    shape = queues_without_small(waiting, here.settings.suppress_below)
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
    whole = asked_range(begin, end, calendar, now, longest_range(resolution))
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
        few = _is_of_few(here, db, store, known, whole)
    maps = heat_shapes.heatmap_shape(heat)
    # While few people are there, a heatmap is their way.
    shape = maps.model_copy(update={"maps": [], "suppressed": True}) if few else maps
    return form.answer(shape, tables.heat_table)


def _is_of_few(here: Site, db: Database, store: str, known: StoreSettings, whole: Interval) -> bool:
    least = here.settings.suppress_below
    if least < 2:
        return False
    report = range_report(db, store, known, whole, [whole], Resolution.DAY, here.clock())
    return is_of_few(shapes.metrics_shape(report).totals, least)


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
        shape = shapes.now_shape(store_now(db, store, known, here.clock()))
    return now_without_small(shape, here.settings.suppress_below)


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
        rows = quarantine.waiting(db, limit, after, of=here.quarantine_of)
        count = quarantine.waiting_count(db, of=here.quarantine_of)
    return shapes.QuarantineShape(
        waiting=count,
        rows=[shapes.refused_shape(row) for row in rows],
        next_after=rows[-1].number if len(rows) == limit else None,
    )


def try_again(here: Here, number: Number) -> shapes.RetryShape:
    """Try a refused message or row again, after its cause was mended."""
    with here.writing() as db:
        row = quarantine.get(db, number)
        if row is None or not here.sees_store(row.store):
            raise Problem(404, f"There is no number {number} in quarantine.")
        reason = None if row.resolved_at else _tried(here, db, number)
    return shapes.RetryShape(number=number, stored=reason is None, reason=reason)


def _tried(here: Site, db: Database, number: int) -> str | None:
    try:
        return retry(db, here.settings, number, here.clock())
    except ConfigError as error:
        return str(error)


def healthz(here: Here) -> shapes.HealthShape:
    """Whether the server answers and its database can be read; strangers learn no more than that."""
    with here.reading() as db:
        count = quarantine.waiting_count(db, of=here.quarantine_of)
        timeless = sum(one.buckets for store in here.settings.stores for one in unknown_time.held(db, store))
    free = free_megabytes(here.settings.database)
    known = here.visit.may(Action.QUARANTINE)
    return shapes.HealthShape(
        status="ok" if free >= here.settings.least_free_megabytes else "disk nearly full",
        waiting_in_quarantine=count if known else None,
        unknown_time=timeless if known else None,
        free_megabytes=free if known else None,
    )


_STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}}}

ROUTES = (
    Route(
        "GET",
        "/api/v1/stores",
        stores,
        Action.BE_KNOWN,
        answers=list[shapes.StoreShape],
        described=TABLES,
    ),
    Route(
        "GET",
        "/api/v1/stores/{store}/metrics",
        metrics,
        Action.SEE_FIGURES,
        answers=shapes.MetricsShape,
        described=TABLES,
    ),
    Route(
        "GET",
        "/api/v1/stores/{store}/queues",
        queues,
        Action.SEE_FIGURES,
        answers=queue_shapes.QueuesShape,
        described=TABLES,
    ),
    Route(
        "GET",
        "/api/v1/stores/{store}/heatmap",
        heatmap,
        Action.SEE_FIGURES,
        answers=heat_shapes.HeatmapShape,
        described=TABLES,
    ),
    Route("GET", "/api/v1/stores/{store}/comparison", comparison, Action.SEE_FIGURES),
    Route("GET", "/api/v1/stores/{store}/now", present, Action.SEE_FIGURES),
    Route(
        "GET",
        "/api/v1/glossary",
        glossary,
        Action.BE_KNOWN,
        answers=shapes.GlossaryShape,
        described=TABLES,
    ),
    Route("GET", "/api/v1/learning", learning, Action.SEE_LEARNING, answers=list[LearningShape]),
    Route("GET", "/api/v1/changes", changes, Action.EXPORT),
    Route("GET", "/api/v1/events", events, Action.SEE_FIGURES, described=_STREAM),
    *ALERT_ROUTES,
    *AUDIT_ROUTES,
    Route("GET", "/api/v1/quarantine", waiting, Action.QUARANTINE),
    Route("POST", "/api/v1/quarantine/{number}/retry", try_again, Action.QUARANTINE),
    Route("GET", "/healthz", healthz, Action.OPEN),
    Route("GET", "/readyz", readyz, Action.OPEN, answers=ReadyShape),
    Route("GET", "/metrics", prometheus, Action.BE_KNOWN, described=_TEXT),
    *SALES_ROUTES,
    *COUNTING_ROUTES,
    *CATALOGUE_ROUTES,
    *LABOUR_ROUTES,
    *ZONE_ROUTES,
    *EXPERIMENT_ROUTES,
    *PLANNING_ROUTES,
    *PATH_ROUTES,
    *FLOW_ROUTES,
    *EXPLAINING_ROUTES,
    *FORECAST_ROUTES,
)
