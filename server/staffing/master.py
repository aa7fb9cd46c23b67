"""Which weeks to take, relaxed to fractions: the master problem of a column generation, solved by HiGHS in
SciPy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csc_array, hstack, vstack

from server.staffing.terms import Asked, Need, Week

Floats = NDArray[np.float64]
Skills = frozenset[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A week that a person may be given, and what it costs in wages and wishes."""

    person: int
    week: Week
    wages: float
    wishes: float


@dataclass(frozen=True)
class Solved:
    """A solution of the master: shares of columns, what each group's being there is worth by step, and the
    rest."""

    value: float
    shares: Floats
    worth: dict[Skills, Floats]
    convexity: Floats
    wage_price: float
    """What one unit of wages costs beyond itself, because of the budget."""
    short: dict[Need, float]
    below_least: dict[Need, float]
    over_budget: float


class Master:
    """Rows for needs and people; columns are given with each question."""

    def __init__(self, asked: Asked, prices_over_budget: float) -> None:
        self.asked = asked
        self.groups: list[Skills] = sorted({person.skills for person in asked.people}, key=sorted)
        self.needs = [need for need in asked.needs if need.wanted > 0 or need.least > 0]
        self.steps = asked.steps
        self._over_budget = prices_over_budget
        self._build()

    def _build(self) -> None:
        """Columns of the fixed part: short and below-least of each need, flows of groups to needs, over
        budget."""
        needs, groups = self.needs, self.groups
        by_step = defaultdict(list)
        for row, need in enumerate(needs):
            by_step[need.step].append(row)
        self._present = [(group, step) for group in range(len(groups)) for step in sorted(by_step)]
        self._present_row = {pair: len(needs) + i for i, pair in enumerate(self._present)}
        entries: list[tuple[int, int, float]] = []
        count = len(needs)
        entries += [(row, row, 1.0) for row in range(count)] + [
            (row, count + row, 1.0) for row in range(count)
        ]
        at = 2 * count
        for group, step in self._present:
            for row in by_step[step]:
                if needs[row].skill in groups[group]:
                    entries += [(row, at, 1.0), (self._present_row[group, step], at, -1.0)]
                    at += 1
        self._rows = count + len(self._present)
        cost = np.zeros(at + 1)
        cost[:count], cost[count : 2 * count] = self.asked.prices.short, self.asked.prices.below_least
        cost[at] = self._over_budget
        rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        self._fixed = coo_array((values, (rows, columns)), shape=(self._rows, at + 1)).tocsc()
        self._fixed_cost = cost
        self._fixed_most = np.full(at + 1, np.inf)
        self._fixed_most[:count] = [max(need.wanted - need.least, 0.0) for need in needs]
        self._right = np.array([max(need.wanted, need.least) for need in needs] + [0.0] * len(self._present))
        self._group_of = [groups.index(person.skills) for person in self.asked.people]

    def entries(self, column: Column) -> NDArray[np.int64]:
        """The rows in which a column counts 1."""
        group = self._group_of[column.person]
        rules = self.asked.rules
        at_work = (step for shift in column.week for step in shift.at_work(rules))
        rows = [self._present_row.get((group, step), -1) for step in at_work]
        return np.array([row for row in rows if row >= 0], dtype=np.int64)

    def _matrix(self, columns: Sequence[Column]) -> tuple[csc_array, csc_array, Floats]:
        lists = [self.entries(column) for column in columns]
        lengths = [len(rows) for rows in lists]
        at = np.repeat(np.arange(len(columns)), lengths)
        rows = np.concatenate(lists) if lists else np.zeros(0, dtype=np.int64)
        weeks = coo_array((np.ones(len(rows)), (rows, at)), shape=(self._rows, len(columns)))
        cover = hstack([weeks, self._fixed], format="csc")
        people = coo_array(
            (np.ones(len(columns)), ([c.person for c in columns], np.arange(len(columns)))),
            shape=(len(self.asked.people), cover.shape[1]),
        ).tocsc()
        cost = np.concatenate([[c.wages + c.wishes for c in columns], self._fixed_cost])
        return cover, people, cost

    def _wages(self, columns: Sequence[Column], width: int) -> Floats:
        row = np.zeros(width)
        row[: len(columns)] = [column.wages for column in columns]
        row[-1] = -1.0
        return row

    def relaxed(self, columns: Sequence[Column]) -> Solved:
        """The best mix of columns, one in all for each person."""
        cover, people, cost = self._matrix(columns)
        upper, right = -cover, -self._right
        if self.asked.budget is not None:
            upper = vstack([upper, coo_array(self._wages(columns, len(cost)).reshape(1, -1))], format="csc")
            right = np.append(right, self.asked.budget)
        most = np.concatenate([np.full(len(columns), np.inf), self._fixed_most])
        done = linprog(  # type: ignore[call-overload]  # the stubs know no sparse matrices, SciPy does
            cost,
            A_ub=upper,
            b_ub=right,
            A_eq=people,
            b_eq=np.ones(people.shape[0]),
            bounds=np.column_stack([np.zeros(len(cost)), most]),
            method="highs",
        )
        if done.x is None:
            raise ArithmeticError(f"the relaxed roster was not solved: {done.message}")
        dual = -np.asarray(done.ineqlin.marginals)
        return self._solved(columns, done.x, float(done.fun), dual, np.asarray(done.eqlin.marginals))

    def _solved(
        self, columns: Sequence[Column], x: Floats, value: float, dual: Floats, convexity: Floats
    ) -> Solved:
        worth = {group: np.zeros(self.steps) for group in self.groups}
        for (group, step), row in self._present_row.items():
            worth[self.groups[group]][step] = dual[row]
        count, first = len(self.needs), len(columns)
        short = {n: float(v) for n, v in zip(self.needs, x[first : first + count], strict=True) if v > 1e-6}
        below = x[first + count : first + 2 * count]
        return Solved(
            value,
            x[: len(columns)],
            worth,
            convexity,
            float(dual[self._rows]) if self.asked.budget is not None else 0.0,
            short,
            {n: float(v) for n, v in zip(self.needs, below, strict=True) if v > 1e-6},
            float(x[-1]),
        )

    def open_cost(self, columns: Sequence[Column], group: Skills = frozenset(), more: int = 0) -> Floats:
        """What is left open costs, by step, for one column each; with `more` people of a group in every step.

        Steps share nothing but the people, so one answer holds for each step by itself.
        """
        present = np.zeros(self._rows)
        for each in columns:
            present[self.entries(each)] += 1
        for (number, _), row in self._present_row.items():
            if self.groups[number] == group:
                present[row] = max(0.0, present[row] + more)
        done = linprog(  # type: ignore[call-overload]  # the stubs know no sparse matrices, SciPy does
            self._fixed_cost,
            A_ub=-self._fixed,
            b_ub=present - self._right,
            bounds=np.column_stack([np.zeros(len(self._fixed_cost)), self._fixed_most]),
            method="highs",
        )
        by_step = np.zeros(self.steps)
        for row, need in enumerate(self.needs):
            for column in (row, len(self.needs) + row):
                by_step[need.step] += done.x[column] * self._fixed_cost[column]
        return by_step

    def whole(self, columns: Sequence[Column], seconds: float, gap: float) -> NDArray[np.int64] | None:
        """The best choice of one whole column for each person, by mixed-integer programming; None where
        none was found."""
        cover, people, cost = self._matrix(columns)
        limits = [LinearConstraint(cover, self._right, np.inf), LinearConstraint(people, 1, 1)]
        if self.asked.budget is not None:
            limits.append(
                LinearConstraint(self._wages(columns, len(cost)).reshape(1, -1), -np.inf, self.asked.budget)
            )
        whole = np.concatenate([np.ones(len(columns)), np.zeros(len(self._fixed_cost))])
        most = np.concatenate([np.ones(len(columns)), self._fixed_most])
        done = milp(
            cost,
            constraints=limits,
            integrality=whole,
            bounds=Bounds(np.zeros(len(cost)), most),
            options={"time_limit": seconds, "mip_rel_gap": gap},
        )
        return None if done.x is None else np.flatnonzero(done.x[: len(columns)] > 0.5)
