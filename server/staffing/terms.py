"""What a roster is asked with, as frozen values; times are numbers of steps since the first day's
midnight."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Rules:
    """What the law and the house ask of every shift; lengths in steps.

    `break_margin`: a break does not lie within so many steps of a shift's begin or end.
    """

    shortest: int
    longest: int
    start_every: int
    break_from: int
    break_length: int
    break_margin: int
    break_paid: bool
    rest: int
    most_days: int
    most_in_a_row: int


@dataclass(frozen=True, slots=True)
class Day:
    """The steps of a day in which work may be done, [opens, closes)."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be asked to work.

    `least` and `most` are paid steps in the whole range; `away` are spans of steps; `in_a_row_before` are
    days worked without a pause just before the range, `free_from` the first step after the rest since the
    last shift. `unwished` are numbers of days that the person would rather not work.
    """

    name: str
    skills: frozenset[str]
    least: int
    most: int
    cost: float
    """Money for one paid step."""
    away: tuple[tuple[int, int], ...] = ()
    unwished: frozenset[int] = frozenset()
    in_a_row_before: int = 0
    free_from: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """How many people with a skill one step asks for: `wanted` at best, `least` without fail."""

    step: int
    skill: str
    wanted: float
    least: int = 0


@dataclass(frozen=True, slots=True)
class Prices:
    """What a roster is weighed by, in money: a missing person-step, one below the least, a wish not
    granted."""

    short: float
    below_least: float
    wish: float


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's work on one day, [begin, end) in steps; the break's first step, None without a break."""

    day: int
    begin: int
    end: int
    break_at: int | None = None

    def paid(self, rules: Rules) -> int:
        """Paid steps."""
        unpaid = 0 if self.break_at is None or rules.break_paid else rules.break_length
        return self.end - self.begin - unpaid

    def at_work(self, rules: Rules) -> tuple[int, ...]:
        """The steps in which the person is on the floor."""
        resting = () if self.break_at is None else range(self.break_at, self.break_at + rules.break_length)
        return tuple(step for step in range(self.begin, self.end) if step not in resting)


Week = tuple[Shift, ...]
"""One person's shifts in order of time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole request: who may work when, and what is needed."""

    days: tuple[Day, ...]
    people: tuple[Person, ...]
    needs: tuple[Need, ...]
    rules: Rules
    prices: Prices
    budget: float | None = None
    """Most money for wages."""

    @property
    def steps(self) -> int:
        """How many steps there are, to the last in which somebody can work or is needed."""
        last = [*(day.closes for day in self.days), *(need.step for need in self.needs)]
        return 1 + max(last, default=0)

    def only_least(self, wages: float) -> Asked:
        """The request for least numbers alone: a missing person-step costs 1, wages that share of theirs."""
        needs = tuple(
            Need(need.step, need.skill, need.least, need.least) for need in self.needs if need.least
        )
        people = tuple(replace(person, cost=person.cost * wages) for person in self.people)
        budget = None if self.budget is None else self.budget * wages
        return Asked(self.days, people, needs, self.rules, Prices(0.0, 1.0, 0.0), budget)
