"""What would mend a roster, and what makes it impossible, in the words and on the clock of the shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta

from server.staffing.grid import Grid
from server.staffing.necessary import TooFew, TooLittle, too_few, too_little
from server.staffing.relaxing import Mending, Relaxation, contract_mends
from server.staffing.solving import Roster
from server.staffing.terms import Asked
from server.staffing.weeks import Weeks
from server.staffing.words import Gap, listed

_KINDS = {
    "away": "absences",
    "hours": "the most hours of contracts",
    "days": "days of work",
    "shortest": "the shortest shift",
    "longest": "the longest shift",
    "rest": "the rest between shifts",
    "contract": "the least hours of contracts",
    "budget": "the budget",
}


def impossible_in_words(asked: Asked, grid: Grid) -> Iterator[str]:
    """Least numbers that no roster could keep, with who and why; proved by counting."""
    weeks = [Weeks(person, number, asked, 0.0) for number, person in enumerate(asked.people)]
    alike: dict[tuple[object, ...], list[TooFew]] = {}
    for each in too_few(asked, weeks):
        alike.setdefault((each.skill, each.least, each.people, each.away, each.cannot), []).append(each)
    for group in alike.values():
        yield _too_few(group, grid)
    told = {skill for skill, *_ in alike}
    yield from (_too_little(each, grid) for each in too_little(asked, weeks) if each.skill not in told)


def _too_few(alike: Sequence[TooFew], grid: Grid) -> str:
    first = alike[0]
    spans = [Gap(first.skill, grid.at(each.begin), grid.at(each.end), 0, True) for each in alike]
    why = [
        *([f"away: {', '.join(first.away)}"] if first.away else []),
        *([f"no shift can lie so for {', '.join(first.cannot)}"] if first.cannot else []),
    ]
    return (
        f"no roster can have {first.least} for {first.skill}, for {first.people} could be there at most: "
        f"{listed(spans)}{' (' + '; '.join(why) + ')' if why else ' (nobody else can do it)'}"
    )


def _too_little(each: TooLittle, grid: Grid) -> str:
    hours = grid.step.total_seconds() / 3600
    when = "in all" if each.day is None else f"on {list(grid.dates())[each.day]:%a %d %b}"
    return (
        f"the least numbers for {each.skill} ask for {each.asked * hours:g} hours {when}, and those who "
        f"can do it could work {each.possible * hours:g}"
    )


def mending_in_words(found: Mending, roster: Roster, grid: Grid) -> Iterator[str]:
    """What would mend it alone, then together, then what was tried in vain or not at all."""
    yield from (_alone(each, grid) for each in found.alone)
    if found.together:
        ways = "; ".join(_condition(each, grid) for each in found.together)
        left = _left(found.together[0], grid)
        yield f"all of this together: {ways}: {left}{_where_allowed(found.together)}"
    for less in roster.less_than_contract:
        if ways := " or ".join(f"other {_KINDS[kind]}" for kind in contract_mends(less, roster.asked)):
            yield f"{less.person.name}'s contract could be kept with {ways}"
    if roster.below_least and not any(each.mends for each in (*found.alone, *found.together)):
        yield "least numbers that are lower where people are missing: all else is kept by this roster"
    if found.in_vain:
        yield f"tried alone, and no help was found: {_kinds(found.in_vain)}"
    if found.untried:
        yield f"not tried, because time was up: {_kinds(found.untried)}"


def _kinds(kinds: Iterable[str]) -> str:
    return ", ".join(_KINDS[kind] for kind in kinds)


def _alone(each: Relaxation, grid: Grid) -> str:
    return f"{_condition(each, grid)}, {_left(each, grid)}{_where_allowed([each])}"


def _left(each: Relaxation, grid: Grid) -> str:
    rest = each.still_missing * grid.step.total_seconds() / 3600
    return "nothing would be missing" if each.mends else f"{rest:g} person-hours would still be missing"


def _where_allowed(some: Sequence[Relaxation]) -> str:
    return " (where law and contract allow it)" if any(each.is_law for each in some) else ""


def _condition(each: Relaxation, grid: Grid) -> str:
    by = each.by * grid.step.total_seconds() / 3600
    hours = "1 hour" if by == 1 else f"{by:g} hours"
    days = "1 day" if each.by == 1 else f"{each.by:g} days"
    who = ", ".join(each.people)
    words = {
        "away": f"if {_returning(each, grid)}",
        "hours": f"if {who} could work up to {hours} more in all",
        "days": f"if people could work {days} more, as {who} would",
        "shortest": f"if shifts could be {hours} shorter",
        "longest": f"if shifts could be {hours} longer",
        "rest": f"if the rest between shifts could be {hours} shorter",
        "contract": f"if contracts promised up to {hours} less to {who}",
        "budget": f"with {each.by:,.2f} more for wages",
    }
    return words[each.kind]


def _returning(each: Relaxation, grid: Grid) -> str:
    """Who could work when."""
    parts = []
    for name in each.people:
        spans = [_span(grid.at(begin), grid.at(end)) for who, (begin, end) in each.away if who == name]
        parts.append(f"{name} could work {', '.join(spans)}")
    return " and ".join(parts)


def _span(begin: datetime, end: datetime) -> str:
    """Whole days by their dates, else with times."""
    last = end - timedelta(microseconds=1)
    if begin.time() == end.time() == time(0):
        days = "" if last.date() == begin.date() else f" to {last:%a %d %b}"
        return f"on {begin:%a %d %b}{days}"
    day = "" if last.date() == begin.date() else f"{end:%a %d %b} "
    return f"on {begin:%a %d %b %H:%M} to {day}{end:%H:%M}"
