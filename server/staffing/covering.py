"""What is left open by those who are there, without solving anything: Hall's theorem, step by step.

Of people who each serve one skill in a step, as many needs go unmet as the most that any set of skills
asks for beyond the people who have one of them. (P. Hall, "On representatives of subsets", Journal of the
London Mathematical Society 10, 1935; with prices by the greedy rule for transversal matroids.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from server.staffing.terms import Asked, Need, Week

Floats = NDArray[np.float64]
Skills = frozenset[str]

_MOST_SKILLS = 8
"""More skills that hang together, through people who have two of them, have too many sets."""


class _Level:
    """One height of the needs, such as their least numbers, by set of skills and step."""

    def __init__(
        self, asked: Asked, sets: Sequence[Skills], groups: Sequence[Skills], height: Callable[[Need], float]
    ) -> None:
        self._asked = np.zeros((len(sets), asked.steps))
        for need in asked.needs:
            for row, skills in enumerate(sets):
                if need.skill in skills:
                    self._asked[row, need.step] += height(need)
        self._can = np.array([[bool(skills & group) for group in groups] for skills in sets], dtype=float)

    def unmet(self, present: Floats) -> Floats:
        """People missing, by step."""
        return np.asarray(np.maximum(0.0, (self._asked - self._can @ present).max(axis=0)))


class Coverage:
    """What is left open costs, by step, for numbers of people present by group and step.

    `present` is an array (groups, steps) in the order of `groups`, of which there is one for each set of
    skills that somebody has.
    """

    def __init__(self, asked: Asked) -> None:
        self.groups: list[Skills] = sorted({person.skills for person in asked.people}, key=sorted)
        self.group_of = [self.groups.index(person.skills) for person in asked.people]
        self._asked = asked
        parts = _hanging_together({need.skill for need in asked.needs}, self.groups)
        self.is_exact = all(len(part) <= _MOST_SKILLS for part in parts)
        """Whether it can be reckoned so; else there are too many skills that hang together."""
        sets = [_subsets(part) for part in parts if len(part) <= _MOST_SKILLS]
        self._least = [_Level(asked, each, self.groups, lambda need: need.least) for each in sets]
        self._wanted = [
            _Level(asked, each, self.groups, lambda need: max(need.wanted, need.least)) for each in sets
        ]

    def nobody(self) -> Floats:
        """An empty shop."""
        return np.zeros((len(self.groups), self._asked.steps))

    def put(self, present: Floats, person: int, week: Week, people: float = 1.0) -> None:
        """Add a person's week to those present, or take it away with -1."""
        for shift in week:
            present[self.group_of[person], list(shift.at_work(self._asked.rules))] += people

    def missing(self, present: Floats) -> Floats:
        """People below the least numbers, by step."""
        return self._sum(self._least, present)

    def cost(self, present: Floats) -> Floats:
        """What is left open costs, by step."""
        prices, missing = self._asked.prices, self.missing(present)
        open_ = self._sum(self._wanted, present)
        return prices.short * (open_ - missing) + prices.below_least * missing

    def worth_of_one_more(self, present: Floats, person: int) -> Floats:
        """By how much a person's being there lowers the cost, by step."""
        more = present.copy()
        more[self.group_of[person]] += 1.0
        return self.cost(present) - self.cost(more)

    def _sum(self, levels: Iterable[_Level], present: Floats) -> Floats:
        return sum((level.unmet(present) for level in levels), np.zeros(self._asked.steps))


def _hanging_together(skills: Iterable[str], groups: Iterable[Skills]) -> list[Skills]:
    """Skills in parts, two in one where somebody has both."""
    parts = [frozenset({skill}) for skill in sorted(skills)]
    for group in groups:
        linked = [part for part in parts if part & group]
        parts = [part for part in parts if not part & group]
        if linked:
            parts.append(frozenset().union(*linked))
    return parts


def _subsets(skills: Skills) -> list[Skills]:
    in_order = sorted(skills)
    return [
        frozenset(some) for count in range(1, len(in_order) + 1) for some in combinations(in_order, count)
    ]
