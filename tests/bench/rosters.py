"""Repeats the tables of docs/planning.md: rosters of 30 people for 7 days of half hours, by column generation
and as one big model in the same time; and what mends those that cannot be kept.

Run it by hand as `python -m tests.bench.rosters [SECONDS]`, or with `scarce` after the seconds for the second
table alone, on a machine that does nothing else; it takes ten
minutes. The big model is HiGHS' own, by `scipy.optimize.milp`, with a variable for each shift of each person.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from server.staffing.legal import broken
from server.staffing.relaxing import mending, missing
from server.staffing.solving import Limits, solve
from server.staffing.terms import Asked, Shift
from tests.server.staffing.shops import SCARCE, big_shop, scarce_shop

SEEDS = range(5)
SIZES = (5, 10, 20, 30, 40)


class BigModel:
    """Rows and columns of one model with everything in it; rests and days in a row are left out, for they
    never bind in these shops, which only makes it easier."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._cost: list[float] = []
        self._most: list[float] = []
        self._whole: list[int] = []
        self._rows: list[tuple[dict[int, float], float, float]] = []
        self._present: dict[tuple[frozenset[str], int], dict[int, float]] = defaultdict(dict)
        for person in range(len(asked.people)):
            self._add_person(person)
        self._add_needs()

    @property
    def binaries(self) -> int:
        """How many yes-or-no variables it has."""
        return sum(self._whole)

    def solved(self, seconds: float) -> tuple[float | None, float]:
        """The best cost that was found, and the lower bound, after so many seconds."""
        entries = [
            (number, at, value) for number, (row, _, _) in enumerate(self._rows) for at, value in row.items()
        ]
        rows, at, values = zip(*entries, strict=True)
        matrix = coo_array((values, (rows, at)), shape=(len(self._rows), len(self._cost))).tocsr()
        done = milp(
            self._cost,
            constraints=LinearConstraint(
                matrix, [row[1] for row in self._rows], [row[2] for row in self._rows]
            ),
            integrality=np.array(self._whole),
            bounds=Bounds(0, np.array(self._most)),
            options={"time_limit": seconds},
        )
        return (None if done.fun is None else float(done.fun)), float(done.mip_dual_bound or 0.0)

    def _column(self, cost: float, most: float = 1.0, whole: int = 0) -> int:
        self._cost.append(cost)
        self._most.append(most)
        self._whole.append(whole)
        return len(self._cost) - 1

    def _add_person(self, number: int) -> None:
        person, rules = self._asked.people[number], self._asked.rules
        paid: dict[int, float] = {}
        days: dict[int, float] = {}
        for day, span in enumerate(self._asked.days):
            shifts = [s for s in self._shifts(day) if not self._is_away(number, s)]
            wish = self._asked.prices.wish if day in person.unwished else 0.0
            columns = {s: self._column(s.paid(rules) * person.cost + wish, whole=1) for s in shifts}
            self._rows.append((dict.fromkeys(columns.values(), 1.0), 0.0, 1.0))
            paid |= {at: float(s.paid(rules)) for s, at in columns.items()}
            days |= dict.fromkeys(columns.values(), 1.0)
            self._add_breaks(person.skills, columns)
            for step in range(span.opens, span.closes):
                covering = {at: 1.0 for s, at in columns.items() if s.begin <= step < s.end}
                self._present[person.skills, step].update(covering)
        self._rows.append((paid, float(person.least), float(person.most)))
        self._rows.append((days, 0.0, float(rules.most_days)))

    def _shifts(self, day: int) -> list[Shift]:
        rules, span = self._asked.rules, self._asked.days[day]
        return [
            Shift(day, begin, end, begin + rules.break_margin if end - begin >= rules.break_from else None)
            for begin in range(span.opens, span.closes, rules.start_every)
            for end in range(begin + rules.shortest, min(span.closes, begin + rules.longest) + 1)
        ]

    def _is_away(self, number: int, shift: Shift) -> bool:
        away = self._asked.people[number].away
        return any(shift.begin < back and gone < shift.end for gone, back in away)

    def _add_breaks(self, skills: frozenset[str], columns: dict[Shift, int]) -> None:
        """One break on a day with a long shift, within the part of it that the rules allow."""
        rules = self._asked.rules
        long = {s: at for s, at in columns.items() if s.break_at is not None}
        if not long:
            return
        first, last = min(s.begin for s in long), max(s.end for s in long)
        pauses = {step: self._column(0.0, whole=1) for step in range(first, last)}
        self._rows.append(
            ({**dict.fromkeys(pauses.values(), 1.0), **dict.fromkeys(long.values(), -1.0)}, 0, 0)
        )
        for step, pause in pauses.items():
            holding = {
                at: -1.0
                for s, at in long.items()
                if s.begin + rules.break_margin <= step <= s.end - rules.break_margin - rules.break_length
            }
            self._rows.append(({pause: 1.0, **holding}, -np.inf, 0.0))
            for away in range(step, step + rules.break_length):
                self._present[skills, away][pause] = -1.0

    def _add_needs(self) -> None:
        prices, asked = self._asked.prices, self._asked
        serving: dict[tuple[frozenset[str], int], dict[int, float]] = defaultdict(dict)
        for need in asked.needs:
            row = {
                self._column(prices.short, max(need.wanted - need.least, 0.0)): 1.0,
                self._column(prices.below_least, np.inf): 1.0,
            }
            for skills in {person.skills for person in asked.people if need.skill in person.skills}:
                at = self._column(0.0, np.inf)
                row[at] = serving[skills, need.step][at] = 1.0
            self._rows.append((row, max(need.wanted, need.least), np.inf))
        for key, served in serving.items():
            there = {at: -value for at, value in self._present[key].items()}
            self._rows.append(({**served, **there}, -np.inf, 0.0))


def main() -> None:
    """Print the tables."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    if "scarce" not in sys.argv:
        kept(seconds)
    scarce(seconds / 2)


def scarce(seconds: float) -> None:
    """Requests that cannot be kept: how long until something mends them."""
    table = Table("people", "too little", "seconds", "missing", "mends it", "leaves", "together")
    for people in SIZES:
        for lack in SCARCE:
            asked, begun = scarce_shop(1, people, lack), time.perf_counter()
            roster = solve(asked, time.monotonic, Limits(seconds))
            found = mending(roster, time.monotonic, seconds / 2)
            took = time.perf_counter() - begun
            best = found.alone[0] if found.alone else None
            table.add_row(
                *(str(people), lack, f"{took:.1f}", f"{missing(roster):g}"),
                "nothing" if best is None else f"{best.kind} {best.by:g}",
                "" if best is None else f"{best.still_missing:g}",
                ", ".join(each.kind for each in found.together),
            )
    Console(width=140).print(table)


def kept(seconds: float) -> None:
    """The size that shops have, beside one big model."""
    table = Table("shop", "seconds", "cost", "bound", "gap", "big model: binaries", "cost", "bound", "gap")
    for seed in SEEDS:
        asked = big_shop(seed)
        begun = time.perf_counter()
        found = solve(asked, time.monotonic, Limits(seconds))
        took = time.perf_counter() - begun
        for person, week in zip(asked.people, found.weeks, strict=True):
            assert not list(broken(asked, person, week))
        big = BigModel(asked)
        cost, bound = big.solved(seconds)
        gap = "none found" if cost is None else f"{(cost - bound) / cost:.1%}"
        table.add_row(
            *(str(seed), f"{took:.1f}", f"{found.cost:,.0f}", f"{found.bound:,.0f}", f"{found.gap:.2%}"),
            *(f"{big.binaries:,}", "" if cost is None else f"{cost:,.0f}", f"{bound:,.0f}", gap),
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
