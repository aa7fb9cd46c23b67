"""Live updates for programs, as server-sent events."""

from __future__ import annotations

from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from server.api.problems import Problem
from server.api.site import Here


async def events(here: Here) -> Response:
    """Says "changed" at once and after each second in which something was stored: ask the feed then."""
    if here.watchers.full:
        raise Problem(503, "Too many are told of changes already; ask the change feed with wait= instead.")
    return EventSourceResponse(here.watchers.changes(here.settings.database, here.still_knows))
