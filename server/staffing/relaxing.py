"""Which rule to relax where not everything can be kept: each is tried by itself, and what it mends is
told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from server.staffing.solving import Clock, Limits, Roster, solve
from server.staffing.terms import Asked, Need


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A rule that could be bent, and what would then still be missing.

    `kind` is one of: hours, away, days, budget, shortest, longest, rest, contract. `people` whom it concerns.
    `by` is by how much: steps, days or money.
    """

    kind: str
    people: tuple[str, ...]
    by: float
    is_law: bool
    """Whether law or contract may forbid it."""
    still_missing: float
    """Person-steps below the least numbers that would remain."""


_GAP = 0.01
"""Near enough to the best to tell one missing half hour from two, where much is missing."""


def missing(roster: Roster) -> float:
    """Person-steps below the least numbers."""
    return sum(roster.below_least.values())


def relaxations(
    roster: Roster, clock: Clock, seconds_each: float = 4.0, seconds: float = 40.0
) -> list[Relaxation]:
    """What would mend the least numbers or the budget, most effective first; nothing where all is kept.

    Every candidate is solved anew, so that what is told is true.

    Args:
        seconds_each: for one candidate, at most.
        seconds: for all; after that no other is begun.
    """
    if not roster.below_least and roster.over_budget <= 1e-6:
        return []
    found: list[Relaxation] = []
    begun = clock()
    for kind, people, by, is_law, asked in _candidates(roster):
        if clock() - begun > seconds:
            break
        again = solve(asked, clock, Limits(seconds_each, _GAP))
        over = max(0.0, again.over_budget)
        if missing(again) < missing(roster) - 0.5 or over < roster.over_budget - 0.5:
            found.append(Relaxation(kind, people, by, is_law, missing(again)))
    return sorted(found, key=lambda each: (each.still_missing, each.is_law, each.by))


_Candidate = tuple[str, tuple[str, ...], float, bool, Asked]


def _candidates(roster: Roster) -> Iterator[_Candidate]:
    asked, rules = roster.asked, roster.asked.rules
    able = _able(asked, roster.below_least)
    if asked.budget is not None:
        yield "budget", (), roster.over_budget, False, replace(asked, budget=None)
    for name in sorted(able):
        yield from _of_a_person(asked, name, set(roster.below_least))
    more = tuple(replace(p, most=p.most + rules.shortest) if p.name in able else p for p in asked.people)
    yield "hours", tuple(sorted(able)), rules.shortest, True, replace(asked, people=more)
    yield "days", (), 1, True, replace(asked, rules=replace(rules, most_days=rules.most_days + 1))
    if rules.shortest > 1:
        shorter = replace(rules, shortest=max(1, rules.shortest // 2))
        yield "shortest", (), rules.shortest - shorter.shortest, False, replace(asked, rules=shorter)
    fewer = tuple(replace(p, least=0) for p in asked.people)
    yield "contract", (), 0, True, replace(asked, people=fewer)


def _able(asked: Asked, needs: dict[Need, float]) -> set[str]:
    skills = {need.skill for need in needs}
    return {person.name for person in asked.people if person.skills & skills}


def _of_a_person(asked: Asked, name: str, needs: set[Need]) -> Iterator[_Candidate]:
    """Without the absences that lie over what is missing; only for people who have such."""
    steps = {need.step for need in needs}
    person = next(each for each in asked.people if each.name == name)
    kept = tuple(span for span in person.away if not any(span[0] <= step < span[1] for step in steps))
    if kept != person.away:
        people = tuple(replace(p, away=kept) if p.name == name else p for p in asked.people)
        yield "away", (name,), float(len(person.away) - len(kept)), False, replace(asked, people=people)
