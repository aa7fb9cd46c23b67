"""What would mend a roster: applied as it is told, it does."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from functools import partial
from itertools import product

import pytest

from server.staffing.relaxing import Relaxation, mending
from server.staffing.solving import Limits, solve
from server.staffing.terms import Asked, Person
from tests.server.staffing.shops import SCARCE, scarce_shop, small_shop
from tests.server.staffing.test_solving import (
    ENOUGH_SECONDS,
    left_open,
    one_evening,
    solved,
    standing_still,
)
from tests.server.staffing.test_weeks import every_week


def applied(asked: Asked, told: Relaxation) -> Asked:
    """The request as somebody would change it who was told so."""

    def changed(person: Person) -> Person:
        gone = {span for who, span in told.away if who == person.name}
        return replace(
            person,
            away=tuple(span for span in person.away if span not in gone),
            most=person.most + int(told.by) * (told.kind == "hours" and person.name in told.people),
            least=person.least - int(told.by) * (told.kind == "contract" and person.name in told.people),
        )

    rules, by = asked.rules, int(told.by)
    rules = replace(
        rules,
        shortest=rules.shortest - by * (told.kind == "shortest"),
        longest=rules.longest + by * (told.kind == "longest"),
        rest=rules.rest - by * (told.kind == "rest"),
        most_days=rules.most_days + by * (told.kind == "days"),
    )
    budget = asked.budget
    if budget is not None and told.kind == "budget":
        budget += told.by + 0.001
    return replace(asked, people=tuple(map(changed, asked.people)), rules=rules, budget=budget)


def can_be_kept(asked: Asked) -> bool:
    """Whether one of all rosters there are keeps every least number."""
    only_least = replace(asked, needs=tuple(replace(need, wanted=0.0) for need in asked.needs))
    listed = [list(every_week(asked, person)) for person in asked.people]
    return any(left_open(only_least, weeks) < 1 for weeks in product(*listed))


@pytest.mark.parametrize("seed", [23, 36])
def test_what_is_told_to_mend_a_small_shop_mends_it_among_all_rosters_there_are(seed: int) -> None:
    asked = small_shop(random.Random(seed), people=2, days=2)
    roster = solve(asked, standing_still, Limits(ENOUGH_SECONDS, 0.03))
    assert not roster.is_feasible
    assert not can_be_kept(asked)
    mends = [each for each in mending(roster, standing_still).alone if each.mends]
    assert mends
    assert all(can_be_kept(applied(asked, each)) for each in mends)


@pytest.mark.long
@pytest.mark.parametrize("scarce", SCARCE)
def test_a_shop_that_is_told_what_mends_it_keeps_everything_when_asked_again(scarce: str) -> None:
    asked = scarce_shop(1, 6, scarce)
    roster = solve(asked, time.process_time, Limits(3.0, 0.02))
    assert not roster.is_feasible
    found = mending(roster, time.process_time, 3.0)
    assert found.alone or found.together
    for each in (each for each in found.alone if each.mends):
        again = solve(applied(asked, each), time.process_time, Limits(6.0, 0.02))
        assert again.is_feasible, each


def test_somebody_who_is_away_is_named_as_what_would_mend_a_gap() -> None:
    till = partial(Person, skills=frozenset({"till"}), least=0, most=80, cost=7.0)
    roster = solved(one_evening(till("Ann"), till("Bob", away=((16, 32),)), till("Cem")))
    assert not roster.is_feasible
    assert sum(roster.below_least.values()) == 2  # each of two people has a break, for which nobody stands in
    first = mending(roster, standing_still).alone[0]
    assert (first.kind, first.people, first.still_missing) == ("away", ("Bob",), 0.0)
    assert first.away == (("Bob", (16, 32)),)


def test_without_time_every_kind_is_told_as_not_tried() -> None:
    roster = solved(one_evening(Person("Ann", frozenset({"till"}), 0, 80, 7.0)))
    found = mending(roster, standing_still, 0.0)
    assert not found.alone
    assert "hours" in found.untried
