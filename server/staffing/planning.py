"""From a request to shifts with times, and to what is missing, in the words and clock of the shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.staffing.changing import changes
from server.staffing.grid import Grid, asked_of, grid_of
from server.staffing.master import Master
from server.staffing.mending_words import impossible_in_words, mending_in_words
from server.staffing.needed import hours_without_traffic, needs_of, needs_while_closed
from server.staffing.proving import Proof, proof
from server.staffing.relaxing import Mending, mending
from server.staffing.request import RosterRequest
from server.staffing.solving import DEFAULT_LIMITS, Limits, Roster, solve
from server.staffing.terms import Need
from server.staffing.words import (
    NONE_COULD,
    NOT_FOUND,
    Gap,
    by_skill,
    gaps_of,
    hour_in_words,
    joined,
    listed,
    problems_of,
)
from server.staffing.working import Clock


@dataclass(frozen=True, slots=True)
class Duty:
    """One person's shift by the store's clock."""

    name: str
    begin: datetime
    end: datetime
    break_begin: datetime | None
    break_end: datetime | None
    paid_hours: float


@dataclass(frozen=True)
class Plan:
    """A roster with what it costs, what it leaves open, and what would change it, in sentences."""

    duties: tuple[Duty, ...]
    gaps: tuple[Gap, ...]
    wages: float
    cost: float
    gap: float
    """By how much of its cost it may be worse than the best."""
    is_feasible: bool
    is_impossible: bool
    """It is proved that no roster keeps everything; where it is false, another may."""
    problems: tuple[str, ...]
    remedies: tuple[str, ...]
    hours: tuple[str, ...]
    """What an hour more or less would change."""
    notes: tuple[str, ...] = ()
    """What was taken for granted, and what was left out."""


def plan(
    request: RosterRequest,
    time_zone: ZoneInfo,
    clock: Clock,
    limits: Limits = DEFAULT_LIMITS,
    told: Callable[[str], None] = lambda _: None,
    notes: Sequence[str] = (),
) -> Plan:
    """The best roster for a request; where not everything can be kept, also what would mend it.

    Args:
        told: hears what is being done.
        notes: what was taken for granted, to stand in the answer.
    """
    grid = grid_of(request, time_zone)
    asked = asked_of(request, grid, needs_of(request, grid))
    roster = solve(asked, clock, limits, told)
    counted = tuple(impossible_in_words(asked, grid)) if roster.below_least else ()
    proved = _proved(roster, counted, clock, limits)
    mends = Mending() if roster.is_feasible else mending(roster, clock, limits.seconds / 2)
    until = clock() + max(1.0, limits.seconds / 10)
    hour = round(60 / request.step_minutes)
    told_hours = changes(Master(roster.asked, 1.0), roster, hour, is_late=lambda: clock() >= until)
    return Plan(
        tuple(_duties(roster, grid)),
        tuple(gaps_of(roster, grid)),
        roster.wages,
        roster.cost,
        roster.gap,
        roster.is_feasible,
        bool(roster.less_than_contract) or proved.least or proved.budget,
        (*problems_of(roster, grid, proved), *(counted or _how_sure(roster, proved))),
        tuple(mending_in_words(mends, roster, grid)),
        tuple(hour_in_words(each, roster, grid) for each in (*told_hours.longer, *told_hours.shorter)),
        (
            *notes,
            *_without_effect(request, grid),
            *_left_out(request, grid),
            *_without_traffic(request, grid),
            *_hours_untried(told_hours.untried),
        ),
    )


def _proved(roster: Roster, counted: Sequence[str], clock: Clock, limits: Limits) -> Proof:
    """What no roster could keep; what was counted needs no other proof."""
    if counted:
        return replace(proof(replace(roster, below_least={}), clock, 0.0), least=True)
    return proof(roster, clock, limits.seconds / 4)


def _how_sure(roster: Roster, proved: Proof) -> Iterator[str]:
    """Whether least numbers that are not kept could be; where it was counted, that says it better."""
    if roster.below_least:
        yield NONE_COULD if proved.least else NOT_FOUND


def _hours_untried(people: int) -> Iterator[str]:
    if people:
        yield f"what an hour more or less of {people} more people would change was not tried: time was up"


def _without_traffic(request: RosterRequest, grid: Grid) -> Iterator[str]:
    hours = len(hours_without_traffic(request, grid))
    if hours and (request.targets.floor or request.targets.till):
        yield f"nothing is known of the traffic of {hours} hours; there the targets ask for their least only"


def _without_effect(request: RosterRequest, grid: Grid) -> Iterator[str]:
    """Dates that are no days of the roster; leave that is asked for other weeks, too, is nobody's slip."""
    within = set(grid.dates())
    needs = {need.day for need in request.needs if isinstance(need.day, date)} - within
    halls = {day for day in request.hours if isinstance(day, date)} - within
    for what, days in (("needs", needs), ("hours", halls)):
        if days:
            first, more = min(days), len(days) - 1
            rest = f" and {more} more" if more else ""
            span = f"the roster is from {min(within)} to {max(within)}"
            yield f"{what} of {first:%Y-%m-%d}{rest} have no effect: {span}"


def _left_out(request: RosterRequest, grid: Grid) -> Iterator[str]:
    found = {Need(need.step, need.skill, 0): 0.0 for need in needs_while_closed(request, grid)}
    for skill, spans in by_skill(joined(found, grid, below_least=False)):
        yield f"{skill} is asked for while no work may be done, and this is left out: {listed(spans)}"


def _duties(roster: Roster, grid: Grid) -> Iterator[Duty]:
    rules, hours = roster.asked.rules, grid.step.total_seconds() / 3600
    shifts = [
        (shift, person)
        for person, week in zip(roster.asked.people, roster.weeks, strict=True)
        for shift in week
    ]
    for shift, person in sorted(shifts, key=lambda each: (each[0].begin, each[1].name)):
        rest = shift.break_at
        yield Duty(
            person.name,
            grid.at(shift.begin),
            grid.at(shift.end),
            None if rest is None else grid.at(rest),
            None if rest is None else grid.at(rest + rules.break_length),
            shift.paid(rules) * hours,
        )
