"""From expected traffic to people: STAR on the floor, Erlang at the tills, and what was stated besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import ceil

from server.staffing.erlang import servers_for
from server.staffing.grid import Grid, days_of, needs_asked
from server.staffing.request import RosterRequest, Targets, TrafficAsked
from server.staffing.terms import Need


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
    is_open = _open_steps(request, grid)
    for need in (*needs_asked(request.needs, grid), *_from_traffic(request, grid)):
        if need.step not in is_open:
            continue
        key = need.step, need.skill
        known = found.get(key, need)
        found[key] = Need(need.step, need.skill, max(known.wanted, need.wanted), max(known.least, need.least))
    return tuple(found[key] for key in sorted(found))


def needs_while_closed(request: RosterRequest, grid: Grid) -> Iterator[Need]:
    """Needs that were stated for times in which no work may be done; they ask for nobody.

    A need of every day is not meant for days on which the shop is closed.
    """
    is_open = _open_steps(request, grid)
    open_days = {day for day in grid.dates() if request.hall(day) is not None}
    for need in needs_asked(request.needs, grid):
        if need.step not in is_open and grid.at(need.step).date() in open_days:
            yield need
    stated = tuple(need for need in request.needs if need.day is not None)
    for need in needs_asked(stated, grid):
        if grid.at(need.step).date() not in open_days:
            yield need


def _open_steps(request: RosterRequest, grid: Grid) -> frozenset[int]:
    return frozenset(step for day in days_of(request, grid) for step in range(day.opens, day.closes))


def _from_traffic(request: RosterRequest, grid: Grid) -> Iterator[Need]:
    expected = _by_hour(request.traffic)
    for day in days_of(request, grid):
        for step in range(day.opens, day.closes):
            row = expected.get(_hour(grid.at(step)))
            entries, transactions = (row.entries, row.transactions) if row else (0.0, 0.0)
            for skill, wanted, least in people_for(entries, transactions, request.targets):
                yield Need(step, skill, wanted, least)


def hours_without_traffic(request: RosterRequest, grid: Grid) -> frozenset[datetime]:
    """Hours of the store's clock in which work may be done and of which nothing is expected."""
    expected = _by_hour(request.traffic)
    return frozenset(_hour(grid.at(step)) for step in _open_steps(request, grid)) - expected.keys()


def _by_hour(rows: Iterable[TrafficAsked]) -> dict[datetime, TrafficAsked]:
    return {_hour(row.begin): row for row in rows}


def _hour(at: datetime) -> datetime:
    """The hour that the store's clock shows; where that comes twice, both times are like it."""
    return at.replace(minute=0, second=0, microsecond=0, tzinfo=None)
