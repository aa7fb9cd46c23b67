from __future__ import annotations

import asyncio
from datetime import timedelta

from server.api.watching import Watchers
from server.config import Settings
from tests.server.filling import NOON, counts, fill
from tests.waiting import PATIENCE_SECONDS


def test_a_page_is_told_at_once_and_then_only_of_what_was_stored(settings: Settings) -> None:
    async def listen() -> tuple[str | None, bool, str | None]:
        stream = Watchers().changes(settings.database)
        first = await anext(stream)
        waiting = asyncio.ensure_future(anext(stream))
        quiet, _ = await asyncio.wait([waiting], timeout=1.3)
        fill(settings, [counts(NOON - timedelta(hours=1), 1, 0)], NOON)
        second = await asyncio.wait_for(waiting, PATIENCE_SECONDS)
        await stream.aclose()
        return first.event, bool(quiet), second.event

    assert asyncio.run(listen()) == ("changed", False, "changed")


def test_the_number_of_watching_pages_has_a_bound(settings: Settings) -> None:
    async def watch() -> list[bool]:
        watchers = Watchers(most=1)
        seen = [watchers.full]
        stream = watchers.changes(settings.database)
        await anext(stream)
        seen.append(watchers.full)
        await stream.aclose()
        return [*seen, watchers.full]

    assert asyncio.run(watch()) == [False, True, False]


def test_events_end_for_a_page_that_may_no_longer_listen(settings: Settings) -> None:
    async def listen() -> int:
        answers = iter([True, True, False])
        stream = Watchers().changes(settings.database, lambda _db: next(answers))
        return len([event async for event in stream])

    assert asyncio.run(asyncio.wait_for(listen(), PATIENCE_SECONDS)) == 1


def test_events_end_when_the_server_stops(settings: Settings) -> None:
    async def listen() -> list[str | None]:
        watchers = Watchers()
        stream = watchers.changes(settings.database)
        heard = [(await anext(stream)).event]
        watchers.close()
        return heard + [event.event async for event in stream]

    assert asyncio.run(asyncio.wait_for(listen(), PATIENCE_SECONDS)) == ["changed"]
