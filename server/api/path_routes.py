"""The API of where people went next."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from server.access.rights import Action
from server.api import tables
from server.api.offering import IN_OPENAPI as TABLES
from server.api.offering import Asked
from server.api.path_shapes import PathsShape, paths_shape
from server.api.path_words import with_sentences
from server.api.paths import store_paths
from server.api.ranges import LONGEST_BY_DAY, asked_range
from server.api.reports import calendar_of
from server.api.site import Here, Route
from server.api.suppressing import paths_without_small

When = Annotated[str | None, Query(max_length=40)]


def paths(here: Here, store: str, form: Asked, begin: When = None, end: When = None) -> Response:
    """From which zone or entrance people went to which next, in a half-open range, by default today's
    business day; of each camera that tells of it.

    As a table, a row is a way from one stop to the next; that without a next stop is of those who were not
    seen again.
    """
    known, now = here.store(store), here.clock()
    whole = asked_range(begin, end, calendar_of(known), now, LONGEST_BY_DAY)
    with here.reading() as db:
        found = store_paths(db, store, known, whole)
    shape = paths_without_small(paths_shape(found), here.settings.suppress_below)
    return form.answer(with_sentences(shape), tables.paths_table)


PATH_ROUTES = (
    Route(
        "GET",
        "/api/v1/stores/{store}/paths",
        paths,
        Action.SEE_FIGURES,
        answers=PathsShape,
        described=TABLES,
    ),
)
