"""From a request to shifts with times, and to what is missing, in the words and clock of the shop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.staffing.changing import Change, changes
from server.staffing.grid import Grid, asked_of, grid_of
from server.staffing.master import Master
from server.staffing.needed import hours_without_traffic, needs_of, needs_while_closed
from server.staffing.relaxing import Relaxation, relaxations
from server.staffing.request import RosterRequest
from server.staffing.solving import DEFAULT_LIMITS, Clock, Limits, Roster, solve
from server.staffing.terms import Need

_MOST_LISTED = 12


@dataclass(frozen=True, slots=True)
class Duty:
    """One person's shift by the store's clock."""

    name: str
    begin: datetime
    end: datetime
    break_begin: datetime | None
    break_end: datetime | None
    paid_hours: float


@dataclass(frozen=True, slots=True)
class Gap:
    """When people with a skill are missing; `below_least` where the least number is not kept."""

    skill: str
    begin: datetime
    end: datetime
    people: float
    below_least: bool


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
    mends = [] if roster.is_feasible else relaxations(roster, clock, limits.seconds / 8, limits.seconds / 2)
    told_hours = changes(Master(roster.asked, 1.0), roster, round(60 / request.step_minutes))
    return Plan(
        tuple(_duties(roster, grid)),
        tuple(_gaps(roster, grid)),
        roster.wages,
        roster.cost,
        roster.gap,
        roster.is_feasible,
        tuple(_problems(roster, grid)),
        tuple(_remedy(each, grid) for each in mends),
        tuple(_hour(each, roster, grid) for each in (*told_hours.longer, *told_hours.shorter)),
        (*notes, *_left_out(request, grid), *_without_traffic(request, grid)),
    )


def _without_traffic(request: RosterRequest, grid: Grid) -> Iterator[str]:
    hours = len(hours_without_traffic(request, grid))
    if hours and (request.targets.floor or request.targets.till):
        yield f"nothing is known of the traffic of {hours} hours; there the targets ask for their least only"


def _left_out(request: RosterRequest, grid: Grid) -> Iterator[str]:
    found = {Need(need.step, need.skill, 0): 0.0 for need in needs_while_closed(request, grid)}
    for skill, spans in _by_skill(_joined(found, grid, below_least=False)):
        yield f"{skill} is asked for while no work may be done, and this is left out: {_listed(spans)}"


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


def _gaps(roster: Roster, grid: Grid) -> Iterator[Gap]:
    """What is missing, with neighbouring steps of the same kind put together."""
    yield from _joined(roster.below_least, grid, below_least=True)
    yield from _joined(roster.short, grid, below_least=False)


def _joined(found: Mapping[Need, float], grid: Grid, *, below_least: bool) -> Iterator[Gap]:
    open_: dict[str, tuple[int, int, float]] = {}
    for need in sorted(found, key=lambda each: (each.skill, each.step)):
        first, after, people = open_.get(need.skill, (need.step, need.step, found[need]))
        if need.step != after or people != found[need]:
            yield Gap(need.skill, grid.at(first), grid.at(after), people, below_least)
            first, people = need.step, found[need]
        open_[need.skill] = (first, need.step + 1, people)
    for skill, (first, after, people) in open_.items():
        yield Gap(skill, grid.at(first), grid.at(after), people, below_least)


def _by_skill(gaps: Iterable[Gap]) -> Iterator[tuple[str, list[Gap]]]:
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        found.setdefault(gap.skill, []).append(gap)
    yield from sorted(found.items())


def _listed(gaps: Sequence[Gap]) -> str:
    """Spans one after the other; the first of many."""
    words = [f"{gap.begin:%a %d %b %H:%M} to {gap.end:%H:%M}" for gap in gaps[:_MOST_LISTED]]
    more = len(gaps) - len(words)
    return ", ".join(words) + (f" and {more} more" if more else "")


def _problems(roster: Roster, grid: Grid) -> Iterator[str]:
    hours = grid.step.total_seconds() / 3600
    below = list(_joined(roster.below_least, grid, below_least=True))
    for skill, gaps in _by_skill(below):
        for people in sorted({gap.people for gap in gaps}):
            spans = sorted((gap for gap in gaps if gap.people == people), key=lambda each: each.begin)
            yield f"{people:g} fewer for {skill} than the least that is asked for: {_listed(spans)}"
    for less in roster.less_than_contract:
        yield (
            f"{less.person.name}: the contract promises {less.person.least * hours:g} hours, "
            f"rules and absences leave {less.possible * hours:g}"
        )
    if roster.over_budget > 0.005:
        over = f"{roster.over_budget:,.2f} over the budget"
        yield f"wages come to {roster.wages:,.2f}, {over}: contracts ask for it"


def _remedy(each: Relaxation, grid: Grid) -> str:
    hours = grid.step.total_seconds() / 3600
    who = ", ".join(each.people)
    words = {
        "away": f"if {who} could work then",
        "hours": f"if {who} could work up to {each.by * hours:g} hours more in all",
        "days": "if everybody could work one day more",
        "shortest": f"if shifts could be {each.by * hours:g} hours shorter",
        "contract": "if contracts promised no least hours",
        "budget": f"with {each.by:,.2f} more for wages",
    }
    rest = each.still_missing * hours
    left = "nothing would be missing" if rest < 1e-9 else f"{rest:g} person-hours would still be missing"
    return f"{words[each.kind]}, {left}{' (where law and contract allow it)' if each.is_law else ''}"


def _hour(change: Change, roster: Roster, grid: Grid) -> str:
    person = roster.asked.people[change.person]
    before, after = change.before, change.after
    more = after.end - after.begin > before.end - before.begin
    served, wages = abs(change.served), abs(change.wages)
    return (
        f"an hour {'more' if more else 'less'} for {person.name} on {grid.at(before.begin):%a %d %b} "
        f"({grid.at(after.begin):%H:%M} to {grid.at(after.end):%H:%M} instead of "
        f"{grid.at(before.begin):%H:%M} to {grid.at(before.end):%H:%M}): service worth {served:,.2f} "
        f"{'won' if more else 'lost'} for {wages:,.2f} of wages {'more' if more else 'saved'}"
    )
