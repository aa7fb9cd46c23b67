"""From expected traffic to people: STAR on the floor, Erlang at the tills, and what was stated besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from math import ceil

from server.staffing.erlang import servers_for
from server.staffing.grid import Grid, days_of, needs_asked
from server.staffing.request import RosterRequest, Targets, TrafficAsked
from server.staffing.terms import Need

_HOUR = timedelta(hours=1)


def people_for(entries: float, transactions: float, targets: Targets) -> Iterator[tuple[str, int, int]]:
    """Skill, how many are wanted, and how many there must be without fail, for the traffic of one hour."""
    if targets.floor is not None:
        floor = targets.floor
        yield floor.skill, max(floor.least, ceil(round(entries / floor.entries_per_hour, 9))), floor.least
    if targets.till is not None:
        till = targets.till
        wanted = servers_for(transactions, till.service_seconds, till.share, till.within_seconds)
        yield till.skill, max(till.least, wanted), till.least


def needs_of(request: RosterRequest, grid: Grid) -> tuple[Need, ...]:
    """What each step asks for: of several statements about a step and a skill the highest holds."""
    found: dict[tuple[int, str], Need] = {}
    for need in (*needs_asked(request.needs, grid), *_from_traffic(request, grid)):
        key = need.step, need.skill
        known = found.get(key, need)
        found[key] = Need(need.step, need.skill, max(known.wanted, need.wanted), max(known.least, need.least))
    return tuple(found[key] for key in sorted(found))


def _from_traffic(request: RosterRequest, grid: Grid) -> Iterator[Need]:
    expected = _by_hour(request.traffic, grid)
    for day in days_of(request, grid):
        for step in range(day.opens, day.closes):
            row = expected.get(_hour(grid.at(step)))
            if row is not None:
                for skill, wanted, least in people_for(row.entries, row.transactions, request.targets):
                    yield Need(step, skill, wanted, least)


def _by_hour(rows: Iterable[TrafficAsked], grid: Grid) -> dict[datetime, TrafficAsked]:
    return {_hour(row.begin.replace(tzinfo=grid.time_zone)): row for row in rows}


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
