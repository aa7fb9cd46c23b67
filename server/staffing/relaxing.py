"""Which rule to relax where not everything can be kept: each is tried by itself, then those that help
together, and what mends it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from server.staffing.legal import broken
from server.staffing.responding import Responding
from server.staffing.solving import LessThanContract, Roster, over_budget_price
from server.staffing.terms import Asked, Need, Person, Rules, Week
from server.staffing.weeks import Weeks
from server.staffing.working import Clock


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A rule that could be bent, and what would then still be missing.

    `kind` is one of: away, hours, days, shortest, longest, rest, contract, budget, least. `people` whom it
    concerns. `by` is by how much: steps, days or money. `away` are the absences that would go, as people and
    spans of steps.
    """

    kind: str
    people: tuple[str, ...]
    by: float
    is_law: bool
    """Whether law or contract may forbid it."""
    still_missing: float
    """Person-steps below the least numbers that would remain."""
    away: tuple[tuple[str, tuple[int, int]], ...] = ()

    @property
    def mends(self) -> bool:
        """Whether nothing would be missing."""
        return self.still_missing < 0.5


@dataclass(frozen=True)
class Mending:
    """What mends a roster, and what was tried besides.

    `together`: relaxations that mend it, or most of it, only together. `in_vain` and `untried` are kinds.
    """

    alone: tuple[Relaxation, ...] = ()
    together: tuple[Relaxation, ...] = ()
    in_vain: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()


_Change = Callable[[Asked], Asked]
_LAW = frozenset({"hours", "days", "contract", "longest", "rest"})


def missing(roster: Roster) -> float:
    """Person-steps below the least numbers."""
    return sum(roster.below_least.values())


def mending(roster: Roster, clock: Clock, seconds: float = 15.0) -> Mending:
    """What would mend the least numbers or the budget, most effective first; nothing where both are kept.

    Each candidate is looked into with a roster of its own, and is told only as far as that roster needs it:
    so what is told as mending is proved. What was tried in vain may have been given too little time.

    Args:
        seconds: for all; each kind of candidate has its share.
    """
    if not roster.below_least and roster.over_budget <= 0.005:
        return Mending()
    if not roster.below_least:
        # The roster itself proves it: contracts cost that much.
        return Mending((Relaxation("budget", (), roster.over_budget, False, 0.0),))
    return _Tries(roster, clock, clock() + seconds).mending()


@dataclass
class _Tries:
    """Candidates one after the other, each with a share of the time that is left."""

    roster: Roster
    clock: Clock
    until: float
    found: list[Relaxation] = field(default_factory=list)
    in_vain: list[str] = field(default_factory=list)

    def mending(self) -> Mending:
        plain = _for_least(self.roster.asked)
        changes = dict(_candidates(plain, self.roster.below_least))
        helpful: dict[str, _Change] = {}
        untried: list[str] = []
        for left, (kind, change) in zip(range(len(changes), 0, -1), changes.items(), strict=True):
            if self._is_late():
                untried.append(kind)
            elif told := self._tried(plain, {kind: change}, left + 2):
                helpful[kind] = change
                self.found.extend(told)
            else:
                self.in_vain.append(kind)
        self._of_single_people(plain)
        together = () if any(each.mends for each in self.found) else self._together(plain, helpful, changes)
        return Mending(tuple(sorted(self.found, key=_worth)), together, tuple(self.in_vain), tuple(untried))

    def _of_single_people(self, plain: Asked) -> None:
        """Where several people would have to give up an absence: whether one of them is enough."""
        together = next((each for each in self.found if each.kind == "away" and len(each.people) > 1), None)
        for left, name in enumerate(together.people[::-1] if together else (), 1):
            if self._is_late():
                return
            self.found.extend(self._tried(plain, {"away": _without_absences((name,))}, left + 2))

    def _together(
        self, plain: Asked, helpful: dict[str, _Change], changes: dict[str, _Change]
    ) -> tuple[Relaxation, ...]:
        """Those that help; where none or one does, all: two rules may stand in the way at once."""
        if self._is_late():
            return ()
        told = self._tried(plain, helpful if len(helpful) > 1 else changes, 1)
        least = min((each.still_missing for each in self.found), default=missing(self.roster))
        return told if all(each.still_missing < least - 0.5 for each in told) else ()

    def _is_late(self) -> bool:
        return self.clock() >= self.until

    def _tried(self, plain: Asked, changes: dict[str, _Change], shares: int) -> tuple[Relaxation, ...]:
        """What a roster under changed rules needs of them; nothing where it misses no less than ours."""
        wide = plain
        for change in changes.values():
            wide = change(wide)
        until = self.clock() + (self.until - self.clock()) / shares
        weeks, left = respond(plain, wide, self.roster.weeks, lambda: self.clock() >= until)
        if left > missing(self.roster) - 0.5:
            return ()
        used = (_used(kind, self.roster.asked, weeks) for kind in changes)
        return tuple(replace(each, still_missing=left) for each in used if each.by > 0)


def _worth(each: Relaxation) -> tuple[float, bool, int, float]:
    return each.still_missing, each.is_law, len(each.people), each.by


_HARDLY = 1e-3
"""The dearest wage of a step, where a missing person-step costs 1: no week is worse for being dearer."""


def _for_least(asked: Asked) -> Asked:
    dearest = max((person.cost for person in asked.people), default=0.0) or 1.0
    return asked.only_least(_HARDLY / dearest)


def respond(
    plain: Asked, wide: Asked, begin: Sequence[Week], is_late: Callable[[], bool]
) -> tuple[tuple[Week, ...], float]:
    """The roster that misses least under wider rules, needing little of them, and the person-steps that it
    misses."""
    weeks = [Weeks(person, number, wide, 0.0) for number, person in enumerate(wide.people)]
    search = Responding(wide, weeks, begin, over_budget_price(wide))
    found = search.better(lambda response: response.missing < 0.5, is_late)
    narrow = [Weeks(person, number, plain, 0.0) for number, person in enumerate(plain.people)]
    settled = Responding(wide, weeks, found.weeks).settle(
        [
            each if any(broken(plain, each.person, week)) else None
            for each, week in zip(narrow, found.weeks, strict=True)
        ]
    )
    return settled.weeks, settled.missing


def _used(kind: str, asked: Asked, weeks: Sequence[Week]) -> Relaxation:
    """How much of a relaxation a roster needs; `by` 0: nothing."""
    rules = asked.rules
    shifts = [shift for week in weeks for shift in week]
    gaps = [second.begin - first.end for week in weeks for first, second in pairwise(week)]
    lengths = [shift.end - shift.begin for shift in shifts]
    people, by, away = _of_people(kind, asked, weeks)
    if kind == "shortest":
        by = rules.shortest - min(lengths, default=rules.shortest)
    elif kind == "longest":
        by = max(lengths, default=0) - rules.longest
    elif kind == "rest":
        by = rules.rest - min(gaps, default=rules.rest)
    elif kind == "budget" and asked.budget is not None:
        by = _wages(asked, weeks) - asked.budget
    return Relaxation(kind, people, max(0.0, by), kind in _LAW, 0.0, away)


def _of_people(
    kind: str, asked: Asked, weeks: Sequence[Week]
) -> tuple[tuple[str, ...], float, tuple[tuple[str, tuple[int, int]], ...]]:
    """Who needs it, by how much at most, and the absences that would go."""
    needed: dict[str, float] = {}
    away: list[tuple[str, tuple[int, int]]] = []
    for person, week in zip(asked.people, weeks, strict=True):
        paid = sum(shift.paid(asked.rules) for shift in week)
        spans = [
            span
            for span in person.away
            if any(shift.begin < span[1] and span[0] < shift.end for shift in week)
        ]
        by = {
            "away": len(spans),
            "hours": paid - person.most,
            "days": len(week) - asked.rules.most_days,
            "contract": person.least - paid,
        }.get(kind, 0)
        if by > 0:
            needed[person.name] = by
            away += [(person.name, span) for span in spans if kind == "away"]
    return tuple(sorted(needed)), max(needed.values(), default=0.0), tuple(away)


def _overlaps(span: tuple[int, int], week: Week) -> bool:
    return any(shift.begin < span[1] and span[0] < shift.end for shift in week)


def _wages(asked: Asked, weeks: Sequence[Week]) -> float:
    return sum(
        person.cost * sum(shift.paid(asked.rules) for shift in week)
        for person, week in zip(asked.people, weeks, strict=True)
    )


def _candidates(asked: Asked, needs: dict[Need, float]) -> Iterator[tuple[str, _Change]]:
    """Every kind of rule that holds somebody back who could serve what is missing."""
    rules = asked.rules
    able = _able(asked, needs)
    if any(person.away for person in asked.people if person.name in able):
        yield "away", _without_absences(able)
    yield "hours", lambda of: _with_people(of, able, lambda p: replace(p, most=p.most + rules.shortest))
    if rules.most_days < len(asked.days):
        yield "days", lambda of: _with_rules(of, replace(of.rules, most_days=rules.most_days + 1))
    if rules.shortest > 1:
        yield "shortest", lambda of: _with_rules(of, replace(of.rules, shortest=(rules.shortest + 1) // 2))
    names = tuple(person.name for person in asked.people)
    if any(person.least for person in asked.people):
        yield "contract", lambda of: _with_people(of, names, lambda p: replace(p, least=0))
    yield (
        "longest",
        lambda of: _with_rules(of, replace(of.rules, longest=rules.longest + rules.shortest // 4)),
    )
    yield "rest", lambda of: _with_rules(of, replace(of.rules, rest=rules.rest - rules.rest // 5))
    if asked.budget is not None:
        yield "budget", lambda of: replace(of, budget=None)


def _an_hour_or_so_longer(rules: Rules) -> int:
    return rules.longest + max(1, rules.shortest // 4)


def _with_rules(asked: Asked, rules: Rules) -> Asked:
    return replace(asked, rules=rules)


def _with_people(asked: Asked, names: Sequence[str], change: Callable[[Person], Person]) -> Asked:
    people = tuple(change(person) if person.name in names else person for person in asked.people)
    return replace(asked, people=people)


def _without_absences(names: Sequence[str]) -> _Change:
    return lambda asked: _with_people(asked, names, lambda person: replace(person, away=()))


def _able(asked: Asked, needs: dict[Need, float]) -> tuple[str, ...]:
    skills = {need.skill for need in needs}
    return tuple(sorted(person.name for person in asked.people if person.skills & skills))


def contract_mends(less: LessThanContract, asked: Asked) -> tuple[str, ...]:
    """Which kinds of rule, relaxed alone, would let somebody reach the contract's least hours."""
    person = less.person
    ways: dict[str, tuple[Person, Rules]] = {
        "away": (replace(person, away=()), asked.rules),
        "days": (person, replace(asked.rules, most_days=min(len(asked.days), asked.rules.most_days + 1))),
        "longest": (person, replace(asked.rules, longest=_an_hour_or_so_longer(asked.rules))),
    }
    return tuple(
        kind
        for kind, (who, rules) in ways.items()
        if Weeks(who, 0, replace(asked, rules=rules), 0.0).best(np.zeros(asked.steps)) is not None
    )
