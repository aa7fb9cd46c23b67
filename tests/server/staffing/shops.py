"""Requests for rosters, small and of a size that shops have."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from server.staffing.terms import Asked, Day, Need, Person, Prices, Rules

HALF_HOURS = Rules(
    shortest=8,
    longest=18,
    start_every=1,
    break_from=12,
    break_length=1,
    break_margin=4,
    break_paid=False,
    rest=22,
    most_days=5,
    most_in_a_row=6,
)
"""4 to 9 hours, half an hour's break from 6 hours on, 11 hours of rest, at most 5 days."""

TINY = Rules(
    shortest=2,
    longest=3,
    start_every=1,
    break_from=3,
    break_length=1,
    break_margin=1,
    break_paid=False,
    rest=8,
    most_days=2,
    most_in_a_row=2,
)
"""So few shifts that all weeks can be listed."""

_BUSY = (1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 4, 4, 4, 5, 5, 6, 7, 7, 6, 5, 4, 3, 2, 2, 2, 1)
"""People on the floor by half an hour, from 7 to 20."""
_DAYS = (0.8, 0.8, 0.9, 1.0, 1.4, 1.6, 0.9)
_SKILLS = (frozenset({"floor"}), frozenset({"floor", "till"}), frozenset({"till"}))


def big_shop(seed: int, people: int = 30) -> Asked:
    """Seven days of half hours, three groups of skills, contracts, wages, absences and wishes drawn by
    chance."""
    chance = random.Random(seed)
    scale = people / 30
    days = tuple(Day(day * 48 + 14, day * 48 + 40) for day in range(7))
    needs = [
        Need(day.opens + step, skill, float(round(busy * share * _DAYS[number] * scale)))
        for number, day in enumerate(days)
        for step, busy in enumerate(_BUSY)
        for skill, share in (("floor", 1.0), ("till", 0.6))
    ]
    return Asked(
        days,
        tuple(_somebody(chance, n) for n in range(people)),
        tuple(needs),
        HALF_HOURS,
        Prices(20, 1000, 20),
    )


def _somebody(chance: random.Random, number: int) -> Person:
    hours = chance.choice([20, 30, 38])
    away = [(day * 48 + 14, day * 48 + chance.choice([26, 40])) for day in chance.sample(range(7), 2)]
    return Person(
        f"person {number}",
        _SKILLS[number % 3],
        2 * (hours - 4),
        2 * (hours + 4),
        chance.choice([7.0, 7.5, 8.25]),
        away=tuple(sorted(away)),
        unwished=frozenset(chance.sample(range(7), 1)),
    )


def small_shop(chance: random.Random, people: int = 3, days: int = 3) -> Asked:
    """Days of six steps of ten, so that brute force can list every week."""
    opened = tuple(Day(day * 10 + 2, day * 10 + 8) for day in range(days))
    skills: Sequence[frozenset[str]] = (frozenset({"a"}), frozenset({"a", "b"}), frozenset({"b"}))
    team = tuple(
        Person(
            str(number),
            chance.choice(skills),
            chance.choice([0, 0, 2]),
            chance.choice([3, 4, 5]),
            chance.choice([1.0, 1.5]),
            away=((2, 5),) if chance.random() < 0.3 else (),
            unwished=frozenset({chance.randrange(days)}) if chance.random() < 0.5 else frozenset(),
            in_a_row_before=chance.choice([0, 0, 1]),
            free_from=chance.choice([0, 4]),
        )
        for number in range(people)
    )
    needs = tuple(
        Need(step, skill, float(chance.choice([0, 1, 2])), chance.choice([0, 0, 1]))
        for day in opened
        for step in range(day.opens, day.closes)
        for skill in ("a", "b")
    )
    return Asked(opened, team, needs, TINY, Prices(3.0, 50.0, 0.7))


SCARCE = ("hours", "away", "peak", "days", "budget")
"""What there is too little of in the shops that cannot keep every least number."""


def scarce_shop(seed: int, people: int, scarce: str) -> Asked:
    """A big shop that asks for more than there is: working hours, somebody who is not away, people at a
    peak, working days, or money."""
    shop = big_shop(seed, people)
    if scarce == "hours":
        lean = tuple(replace(p, least=0, most=p.most * 3 // 5) for p in shop.people)
        return replace(shop, people=lean, needs=_without_fail(shop.needs))
    if scarce == "peak":
        day = shop.days[4]
        asked = sum("till" in person.skills for person in shop.people) + 2
        return replace(shop, needs=_raised(shop.needs, range(day.opens + 14, day.opens + 18), asked))
    if scarce == "budget":
        promised = sum(person.least * person.cost for person in shop.people)
        return replace(shop, budget=promised * 0.8)
    holders = 1 if scarce == "days" else 2
    days = shop.days if scarce == "days" else shop.days[1:5]
    team = tuple(_with_the_key(p, n, holders, shop.days[2]) for n, p in enumerate(shop.people))
    noon = [step for day in days for step in range(day.opens + 8, day.opens + 14)]
    keys = tuple(Need(step, "key", 1.0, 1) for step in noon)
    return replace(shop, people=team, needs=tuple(sorted((*shop.needs, *keys), key=lambda n: n.step)))


def _without_fail(needs: tuple[Need, ...]) -> tuple[Need, ...]:
    return tuple(replace(need, least=int(need.wanted)) for need in needs)


def _raised(needs: tuple[Need, ...], steps: range, least: int) -> tuple[Need, ...]:
    return tuple(
        replace(need, least=least) if need.skill == "till" and need.step in steps else need for need in needs
    )


def _with_the_key(person: Person, number: int, holders: int, gone: Day) -> Person:
    """The first people hold the key; of two the second one is on leave and the first away on a day."""
    if number >= holders:
        return person
    away = ((0, 7 * 48),) if number else () if holders == 1 else ((gone.opens, gone.closes),)
    contract = person if not number else replace(person, least=0)
    return replace(contract, skills=person.skills | {"key"}, away=away)
