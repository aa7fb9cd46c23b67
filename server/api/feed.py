"""The change feed: what changed since a cursor, late corrections and deletions too, for those who pull."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Annotated

from fastapi import Query
from sqlite_utils import Database
from starlette.concurrency import run_in_threadpool

from server.api.feed_shapes import (
    ChangeShape,
    ChangesShape,
    CountsFactsShape,
    counts_facts,
    ticket_shape,
)
from server.api.problems import Problem
from server.api.site import Here, Site
from server.storage import counts, queues, sales
from server.storage.changes import QUARTER, Change, Feed, changes_after, feed

LONGEST_WAIT_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.5

_CURSOR = re.compile(r"([0-9a-f]{16})\.([0-9]{1,18})")


async def changes(
    here: Here,
    cursor: Annotated[
        str | None,
        Query(max_length=64, description="next_cursor of the page before; absent: from the beginning"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    store: Annotated[str | None, Query(max_length=64, description="only this store's changes")] = None,
    wait: Annotated[
        float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="seconds to wait where nothing changed yet")
    ] = 0,
) -> ChangesShape:
    """What changed after a cursor, each thing once and whole, in the order of its last change.

    Whoever keeps for each thing what was told last has what is stored here; being told twice changes nothing.
    """
    _refuse_if_small_is_left_out(here)
    stores = (store,) if store is not None else tuple(here.settings.stores)
    if store is not None:
        here.store(store)
    until = time.monotonic() + wait
    page = await run_in_threadpool(_page, here, cursor, stores, limit)
    with here.watchers.place() as has_place:
        while not page.changes and has_place and time.monotonic() < until and not here.watchers.closed:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            page = await run_in_threadpool(_page, here, page.next_cursor, stores, limit)
    return page


def _refuse_if_small_is_left_out(here: Site) -> None:
    if here.settings.suppress_below >= 2:
        raise Problem(
            403,
            "This server leaves out figures of very few people (suppress_below), and a feed of quarter-hours"
            " would tell them; ask for its metrics.",
        )


def _page(here: Site, cursor: str | None, stores: tuple[str, ...], limit: int) -> ChangesShape:
    with here.reading() as db:
        line = feed(db)
        found = changes_after(db, _number(cursor, line), stores, limit)
        more = len(found) == limit
        reached = found[-1].number if more else line.newest
        return ChangesShape(
            changes=[_told(db, change) for change in found],
            next_cursor=f"{line.id}.{reached}",
            more=more,
        )


def _number(cursor: str | None, line: Feed) -> int:
    """The number that a cursor stands for.

    Raises:
        Problem: 422, not a cursor; 410, one from which changes cannot be told any more.
    """
    if cursor is None:
        return 0
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Problem(422, f"cursor: {cursor!r} is none that this address gave.", "cursor")
    number = int(found[2])
    if found[1] != line.id or number > line.newest or number < line.forgotten:
        raise Problem(
            410,
            "What changed since this cursor is not known any more. Forget what you have, and begin again"
            " without a cursor: you are then told everything that is here.",
            "cursor",
        )
    return number


def _told(db: Database, change: Change) -> ChangeShape:
    is_counts = change.kind == "counts"
    facts = _facts(db, change) if is_counts else None
    ticket = None if is_counts else ticket_shape(sales.held_ticket(db, change.store, change.key))
    return ChangeShape(
        number=change.number,
        store=change.store,
        kind=change.kind,
        begin=change.quarter if is_counts else None,
        ticket_number=None if is_counts else change.key,
        gone=facts is None and ticket is None,
        counts=facts,
        ticket=ticket,
    )


def _facts(db: Database, change: Change) -> CountsFactsShape | None:
    span = change.store, change.quarter, change.quarter + QUARTER
    buckets = counts.bucket_rows(db, *span)
    if not buckets:
        return None
    return counts_facts(
        buckets, counts.line_rows(db, *span), counts.zone_rows(db, *span), queues.queue_rows(db, *span)
    )
