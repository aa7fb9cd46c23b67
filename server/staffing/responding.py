"""Rosters bettered person by person: each in turn is given the very best week beside those of the others.

The best week for the others' rosters is found exactly, so only how people play together is left to chance:
a few at a time lose their weeks and are given new ones (ruin and recreate; Schrimpf and others, Journal of
Computational Physics 159, 2000).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor
from random import Random

import numpy as np
from numpy.typing import NDArray

from server.staffing.covering import Coverage
from server.staffing.terms import Asked, Week
from server.staffing.weeks import Weeks

Floats = NDArray[np.float64]

_AT_ONCE = (1, 2, 3)
"""So many people lose their weeks together."""
_IN_VAIN = 25
"""So many tries for each person that better nothing are enough."""
_ROUNDED = 1e-6
"""Of a step: what money is wrong by in the machine."""
_NOISE = 0.02
"""Of the price of a missing person-step: so that of equal weeks not always the same one is taken."""


@dataclass(frozen=True)
class Response:
    """Everybody's week, and what it costs in all."""

    weeks: tuple[Week, ...]
    cost: float
    missing: float
    """Person-steps below the least numbers."""


class Responding:
    """A roster that is bettered in place.

    Args:
        asked: the request; contracts in it can be reached.
        weeks: of each person, all that are legal.
        begin: everybody's week to begin with, each legal.
        over_budget: price of a unit of money over the budget.
        dearer: share by which wages count for more when a week is looked for, because of a budget.
    """

    def __init__(
        self,
        asked: Asked,
        weeks: Sequence[Weeks],
        begin: Sequence[Week],
        over_budget: float = 0.0,
        dearer: float = 0.0,
        seed: int = 1,
    ) -> None:
        self._asked = asked
        self._weeks = [each.dearer(dearer) for each in weeks]
        self._over_budget = over_budget
        self._cover = Coverage(asked)
        self._present = self._cover.nobody()
        self._own = np.zeros(len(begin))
        self._wages = np.zeros(len(begin))
        self._now: list[Week] = [()] * len(begin)
        for number, week in enumerate(begin):
            self._take(number, week)
        self._chance = Random(seed)  # noqa: S311 -- chooses whose weeks to make anew, keeps no secret
        self._noise = np.random.default_rng(seed)

    @property
    def is_possible(self) -> bool:
        """Whether what is left open can be reckoned without solving anything."""
        return self._cover.is_exact

    def now(self) -> Response:
        """The roster as it stands."""
        return Response(tuple(self._now), self._cost(), float(self._cover.missing(self._present).sum()))

    def better(self, is_enough: Callable[[Response], bool], is_late: Callable[[], bool]) -> Response:
        """The best roster that was found until it is enough or late, or nothing betters it any more."""
        if not self._now:
            return self.now()
        best, in_vain = self.now(), 0
        while in_vain < _IN_VAIN * len(self._now) and not is_enough(best) and not is_late():
            again = self._try_a_few(best.cost)
            is_better = again is not None and again.cost < best.cost - 1e-9
            in_vain = 0 if is_better else in_vain + 1
            best = again if again is not None and is_better else best
        return best

    def settle(self, narrow: Sequence[Weeks | None]) -> Response:
        """Give a person the best of fewer weeks wherever that misses nobody more; None: stays as it is."""
        for number, weeks in enumerate(narrow):
            if weeks is not None:
                before, missing = self._now[number], self.now().missing
                self._leave(number)
                worth = self._cover.worth_of_one_more(self._present, number)
                found = weeks.best(worth, self._affordable(number))
                self._take(number, before if found is None else found[1])
                if self.now().missing > missing + 1e-9:
                    self._leave(number)
                    self._take(number, before)
        return self.now()

    def _try_a_few(self, bar: float) -> Response | None:
        """New weeks for a few; taken back, and None, where that costs more than `bar`."""
        count = min(self._chance.choice(_AT_ONCE), len(self._now))
        few = self._chance.sample(range(len(self._now)), count)
        before = {number: self._now[number] for number in few}
        for number in few:
            self._leave(number)
        for number in few:
            self._respond(number)
        if self._cost() <= bar + 1e-9:
            return self.now()
        for number, week in before.items():
            self._leave(number)
            self._take(number, week)
        return None

    def _respond(self, number: int) -> None:
        worth = self._cover.worth_of_one_more(self._present, number)
        noise = self._noise.random(len(worth)) * _NOISE * self._smallest_price()
        self._take(number, self._best(self._weeks[number], number, worth + noise))

    def _best(self, weeks: Weeks, number: int, worth: Floats) -> Week:
        """The best week that the budget has money for; where it has none, the cheapest."""
        found = weeks.best(worth, self._affordable(number)) or weeks.best(np.zeros(len(worth)))
        assert found is not None  # contracts can be reached
        return found[1]

    def _affordable(self, number: int) -> int | None:
        """Paid steps for which the others leave money; None: as many as one likes."""
        cost, budget = self._asked.people[number].cost, self._asked.budget
        if budget is None or not cost:
            return None
        left = (budget - float(self._wages.sum() - self._wages[number])) / cost
        return max(self._asked.people[number].least, floor(left + _ROUNDED))

    def _smallest_price(self) -> float:
        return self._asked.prices.short or self._asked.prices.below_least

    def _take(self, number: int, week: Week) -> None:
        person, prices = self._asked.people[number], self._asked.prices
        self._cover.put(self._present, number, week)
        self._now[number] = week
        self._wages[number] = person.cost * sum(shift.paid(self._asked.rules) for shift in week)
        self._own[number] = prices.wish * sum(shift.day in person.unwished for shift in week)

    def _leave(self, number: int) -> None:
        self._cover.put(self._present, number, self._now[number], -1.0)
        self._now[number], self._wages[number], self._own[number] = (), 0.0, 0.0

    def _cost(self) -> float:
        wages, budget = float(self._wages.sum()), self._asked.budget
        over = 0.0 if budget is None else max(0.0, wages - budget) * self._over_budget
        return wages + float(self._own.sum()) + float(self._cover.cost(self._present).sum()) + over
