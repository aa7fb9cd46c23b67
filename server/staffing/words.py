"""What is missing in a roster and what an hour changes, in the words and on the clock of the shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.staffing.changing import Change
from server.staffing.grid import Grid
from server.staffing.proving import Proof
from server.staffing.solving import Roster
from server.staffing.terms import Need

NONE_COULD = "no roster could keep all these least numbers: that is proved"
NOT_FOUND = "in the time no roster was found that keeps these least numbers; that there is none is not proved"
NOT_CHEAPER = "no cheaper one was found in the time; that there is none is not proved"

_MOST_LISTED = 12


@dataclass(frozen=True, slots=True)
class Gap:
    """When people with a skill are missing; `below_least` where the least number is not kept."""

    skill: str
    begin: datetime
    end: datetime
    people: float
    below_least: bool


def gaps_of(roster: Roster, grid: Grid) -> Iterator[Gap]:
    """What is missing, with neighbouring steps of the same kind put together."""
    yield from joined(roster.below_least, grid, below_least=True)
    yield from joined(roster.short, grid, below_least=False)


def joined(found: Mapping[Need, float], grid: Grid, *, below_least: bool) -> Iterator[Gap]:
    open_: dict[str, tuple[int, int, float]] = {}
    for need in sorted(found, key=lambda each: (each.skill, each.step)):
        first, after, people = open_.get(need.skill, (need.step, need.step, found[need]))
        if need.step != after or people != found[need]:
            yield Gap(need.skill, grid.at(first), grid.at(after), people, below_least)
            first, people = need.step, found[need]
        open_[need.skill] = (first, need.step + 1, people)
    for skill, (first, after, people) in open_.items():
        yield Gap(skill, grid.at(first), grid.at(after), people, below_least)


def by_skill(gaps: Iterable[Gap]) -> Iterator[tuple[str, list[Gap]]]:
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        found.setdefault(gap.skill, []).append(gap)
    yield from sorted(found.items())


def listed(gaps: Sequence[Gap]) -> str:
    """Spans one after the other; the first of many."""
    words = [f"{gap.begin:%a %d %b %H:%M} to {gap.end:%H:%M}" for gap in gaps[:_MOST_LISTED]]
    more = len(gaps) - len(words)
    return ", ".join(words) + (f" and {more} more" if more else "")


def problems_of(roster: Roster, grid: Grid, proved: Proof) -> Iterator[str]:
    """What is not kept."""
    hours = grid.step.total_seconds() / 3600
    below = list(joined(roster.below_least, grid, below_least=True))
    for skill, gaps in by_skill(below):
        for people in sorted({gap.people for gap in gaps}):
            spans = sorted((gap for gap in gaps if gap.people == people), key=lambda each: each.begin)
            yield f"{people:g} fewer for {skill} than the least that is asked for: {listed(spans)}"
    for less in roster.less_than_contract:
        yield (
            f"{less.person.name}: the contract promises {less.person.least * hours:g} hours, "
            f"rules and absences leave {less.possible * hours:g}"
        )
    if roster.over_budget > 0.005:
        why = "contracts ask for it" if proved.budget else NOT_CHEAPER
        yield f"wages come to {roster.wages:,.2f}, {roster.over_budget:,.2f} over the budget: {why}"


def hour_in_words(change: Change, roster: Roster, grid: Grid) -> str:
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
