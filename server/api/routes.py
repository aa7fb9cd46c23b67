"""What the API answers. Its whole surface is the list at the end."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from sqlite_utils import Database

from server.api import shapes
from server.api.present import store_now
from server.api.problems import Problem
from server.api.ranges import asked_parts, asked_range
from server.api.reports import calendar_of, range_report
from server.api.site import Here, Route, Site
from server.api.suppressing import without_small
from server.config import ConfigError
from server.ingest import retry
from server.metrics.intervals import Resolution
from server.storage import quarantine, unknown_time
from server.storage.space import free_megabytes

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
    whole = asked_range(begin, end, calendar, now)
    parts = asked_parts(whole, resolution, calendar)
    with here.reading() as db:
        figures = shapes.metrics_shape(range_report(db, store, known, whole, parts, resolution, now))
    return without_small(figures, here.settings.suppress_below)


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
        free = free_megabytes(here.settings.database)
        return shapes.HealthShape(
            status="ok" if free >= here.settings.least_free_megabytes else "disk nearly full",
            waiting_in_quarantine=quarantine.waiting_count(db),
            unknown_time=unknown_time.count(db),
            free_megabytes=free,
        )


ROUTES = (
    Route("GET", "/api/v1/stores", stores),
    Route("GET", "/api/v1/stores/{store}/metrics", metrics),
    Route("GET", "/api/v1/stores/{store}/now", present),
    Route("GET", "/api/v1/glossary", glossary),
    Route("GET", "/api/v1/quarantine", waiting),
    Route("POST", "/api/v1/quarantine/{number}/retry", try_again),
    Route("GET", "/healthz", healthz),
)
