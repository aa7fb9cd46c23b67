"""What the API answers. Its whole surface is the list at the end."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from sqlite_utils import Database

from server.api import comparison_shapes, heat_shapes, queue_shapes, shapes
from server.api.heat import store_heat
from server.api.present import store_now
from server.api.problems import Problem
from server.api.ranges import asked_day, asked_parts, asked_range, longest_range
from server.api.reports import calendar_of, range_report
from server.api.site import Here, Route, Site
from server.config import ConfigError
from server.figures.comparing import same_weekday
from server.figures.reading import Source
from server.figures.terms import terms_of
from server.ingest import retry
from server.metrics.intervals import Resolution
from server.storage import quarantine
from server.storage.devices import camera_states

_HIGHEST_NUMBER = 2**63 - 1
"""SQLite counts no further."""

Number = Annotated[int, Path(ge=1, le=_HIGHEST_NUMBER, description="number of a row in quarantine")]
When = Annotated[str | None, Query(max_length=40)]


def stores(here: Here) -> list[shapes.StoreShape]:
    """The stores of this server."""
    return shapes.stores_shape(here.settings)


def metrics(
    here: Here,
    store: str,
    begin: When = None,
    end: When = None,
    resolution: Resolution = Resolution.HOUR,
) -> shapes.MetricsShape:
    """A store's figures over a half-open range: by default today's business day by hour."""
    known = here.store(store)
    now, calendar = here.clock(), calendar_of(known)
    whole = asked_range(begin, end, calendar, now, longest_range(resolution))
    parts = asked_parts(whole, resolution, calendar)
    with here.reading() as db:
        return shapes.metrics_shape(range_report(db, store, known, whole, parts, resolution, now))


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
    return comparison_shapes.comparison_shape(store, which, weeks, found)


def queues(
    here: Here,
    store: str,
    begin: When = None,
    end: When = None,
    resolution: Resolution = Resolution.HOUR,
) -> queue_shapes.QueuesShape:
    """A store's queues over a half-open range, by default today's business day by hour; and who waits now."""
    known = here.store(store)
    now, calendar = here.clock(), calendar_of(known)
    whole = asked_range(begin, end, calendar, now, longest_range(resolution))
    parts = asked_parts(whole, resolution, calendar)
    with here.reading() as db:
        report = range_report(db, store, known, whole, parts, resolution, now)
        return queue_shapes.queues_shape(report, store_now(db, store, known, now))


def heatmap(
    here: Here,
    store: str,
    begin: When = None,
    end: When = None,
    camera: Annotated[str | None, Query(max_length=64, description="only this camera's maps")] = None,
    by: Annotated[
        Literal["camera", "store"], Query(description="store: maps in metres of all cameras are one")
    ] = "camera",
) -> heat_shapes.HeatmapShape:
    """Where people spent time in a half-open range, by default today's business day: a map for each grid."""
    known = here.store(store)
    now = here.clock()
    whole = asked_range(begin, end, calendar_of(known), now)
    with here.reading() as db:
        _check_camera(db, store, camera)
        heat = store_heat(db, store, known, whole, now, camera=camera, of_store=by == "store")
    return heat_shapes.heatmap_shape(heat)


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


def glossary() -> shapes.GlossaryShape:
    """What every metric means."""
    return shapes.glossary_shape()


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


ROUTES = (
    Route("GET", "/api/v1/stores", stores),
    Route("GET", "/api/v1/stores/{store}/metrics", metrics),
    Route("GET", "/api/v1/stores/{store}/comparison", comparison),
    Route("GET", "/api/v1/stores/{store}/queues", queues),
    Route("GET", "/api/v1/stores/{store}/heatmap", heatmap),
    Route("GET", "/api/v1/stores/{store}/now", present),
    Route("GET", "/api/v1/glossary", glossary),
    Route("GET", "/api/v1/quarantine", waiting),
    Route("POST", "/api/v1/quarantine/{number}/retry", try_again),
    Route("GET", "/healthz", healthz),
)
