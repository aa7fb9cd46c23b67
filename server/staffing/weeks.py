"""The best legal week of one person for given worths of being there: a shortest path over days.

States are (days worked, paid steps, days in a row, when work may begin next), so that every rule of `Rules`
and of the contract holds for each week that is found: an illegal week cannot be made. (Pricing problem of a
column generation; Desaulniers, Desrosiers and Solomon, "Column Generation", 2005, chapter 2.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from server.staffing.terms import Asked, Day, Person, Rules, Shift, Week

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEVER = -1e18


@dataclass(frozen=True)
class _Choices:
    """The legal shifts of one person on one day, as columns."""

    day: int
    begin: Ints
    end: Ints
    paid: Ints
    cost: Floats
    breaks: Ints
    """(shifts, positions) of first steps of breaks, padded by repeating; -1 throughout where there is
    none."""

    def dearer(self, by: float) -> _Choices:
        """The same with each paid step dearer."""
        return replace(self, cost=self.cost + self.paid * by)

    def worth(self, being_there: Floats, break_length: int) -> tuple[Floats, Ints]:
        """What each shift is worth, less its cost, with its best break; and that break's first step."""
        sums = np.concatenate([[0.0], np.cumsum(being_there)])
        gross = sums[self.end] - sums[self.begin] - self.cost
        if not self.breaks.size:
            return gross, np.full(len(gross), -1)
        at = np.maximum(self.breaks, 0)
        lost = np.where(self.breaks >= 0, sums[at + break_length] - sums[at], 0.0)
        best = lost.argmin(axis=1)
        row = np.arange(len(gross))
        return gross - lost[row, best], self.breaks[row, best]


@dataclass(frozen=True)
class _State:
    """Where a person stands in the evening, apart from sums: days in a row, the first step of the next
    shift."""

    in_a_row: int
    free_from: int


class Weeks:
    """All legal weeks of one person, never listed: asked for the best one."""

    def __init__(self, person: Person, number: int, asked: Asked, wish: float) -> None:
        self.person = person
        self.number = number
        self._asked = asked
        self._days = asked.days
        self._rules = asked.rules
        self._wish = wish

    @cached_property
    def _counts_days(self) -> int:
        """1 where days in a row can come to more than is allowed, so that they have to be counted; else 0."""
        longest = self.person.in_a_row_before + min(self._rules.most_days, len(self._days))
        return int(longest > self._rules.most_in_a_row)

    def dearer(self, share: float) -> Weeks:
        """The same with wages that count for more by a share, as a budget makes them; itself for 0."""
        if not share:
            return self
        person = replace(self.person, cost=self.person.cost * (1 + share))
        asked = replace(self._asked, people=(person,))
        other = Weeks(person, self.number, asked, self._wish)
        other.__dict__["_choices"] = [choice.dearer(self.person.cost * share) for choice in self._choices]
        return other

    @cached_property
    def _choices(self) -> list[_Choices]:
        return [self._legal(number, day) for number, day in enumerate(self._days)]

    def _legal(self, number: int, day: Day) -> _Choices:
        shifts = list(_shifts(day, self.person, self._rules))
        places = [list(_breaks(begin, end, self._rules)) for begin, end in shifts]
        width = max((len(place) for place in places), default=0)
        unpaid = 0 if self._rules.break_paid else self._rules.break_length
        paid = [
            end - begin - (unpaid if place else 0) for (begin, end), place in zip(shifts, places, strict=True)
        ]
        extra = self._wish if number in self.person.unwished else 0.0
        return _Choices(
            number,
            np.array([begin for begin, _ in shifts], dtype=np.int64),
            np.array([end for _, end in shifts], dtype=np.int64),
            np.array(paid, dtype=np.int64),
            np.array(paid, dtype=np.float64) * self.person.cost + extra,
            np.array(
                [(place + place[:1] * width)[:width] or [-1] * width for place in places], dtype=np.int64
            ).reshape(len(shifts), width),
        )

    @cached_property
    def most_paid(self) -> int:
        """The most paid steps that the person can legally work, whatever the contract's least."""
        flat = np.zeros(max((day.closes for day in self._days), default=0) + 1)
        sums = self._forward([choice.worth(flat, self._rules.break_length)[0] for choice in self._choices])[
            -1
        ]
        reached = [table.max(axis=0) > _NEVER / 2 for table in sums.values()]
        return int(max(np.flatnonzero(row)[-1] for row in reached if row.any()))

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self._days)

    def could_work(self) -> frozenset[int]:
        """The steps that lie in a legal shift of the person; others nobody can ask of them."""
        spans = (
            range(begin, end)
            for choice in self._choices
            for begin, end in zip(choice.begin.tolist(), choice.end.tolist(), strict=True)
            if begin >= self.person.free_from
        )
        return frozenset(step for span in spans for step in span)

    def most_at_work(self, day: int) -> int:
        """The most steps that the person can be on the floor on a day."""
        choice = self._choices[day]
        lengths = choice.end - choice.begin
        breaks = np.where(lengths >= self._rules.break_from, self._rules.break_length, 0)
        return int((lengths - breaks)[choice.begin >= self.person.free_from].max(initial=0))

    def best(self, being_there: Floats, most: int | None = None) -> tuple[float, Week] | None:
        """The week of the highest worth, and that worth; None where the contract's least hours cannot be
        reached.

        Args:
            being_there: what the person's being on the floor is worth, by step, in money.
            most: paid steps, where they are fewer than the contract allows.
        """
        end = self.person.most + 1 if most is None else min(most, self.person.most) + 1
        worths, breaks = zip(
            *(c.worth(being_there, self._rules.break_length) for c in self._choices), strict=True
        )
        tables = self._forward(list(worths))
        found = [
            (float(table[:, self.person.least : end].max()), state)
            for state, table in tables[-1].items()
            if min(end, table.shape[1]) > self.person.least
        ]
        value, state = max(found, key=lambda each: each[0], default=(_NEVER, _State(0, 0)))
        if value < _NEVER / 2:
            return None
        return value, self._back(tables, state, value, list(worths), list(breaks), end)

    def _forward(self, worths: list[Floats]) -> list[dict[_State, Floats]]:
        """For each evening and state: the best worth by (days worked, paid steps)."""
        start = np.full((self._rules.most_days + 1, self.person.most + 1), _NEVER)
        start[0, 0] = 0.0
        before = self.person.in_a_row_before if self._counts_days else 0
        tables = [{_State(before, self.person.free_from): start}]
        for choices, worth in zip(self._choices, worths, strict=True):
            tables.append(self._evening(tables[-1], choices, worth))
        return tables

    def _evening(
        self, before: dict[_State, Floats], choices: _Choices, worth: Floats
    ) -> dict[_State, Floats]:
        after: dict[_State, Floats] = {}
        for state, table in before.items():
            off = self._state_after_day_off(state, choices.day)
            after[off] = np.maximum(after[off], table) if off in after else table.copy()
        for state, table in before.items():
            for paid, then, _, value in self._steps(state, choices, worth):
                if then not in after:
                    after[then] = np.full_like(table, _NEVER)
                if paid <= self.person.most:
                    moved = table[:-1, : table.shape[1] - paid] + value
                    np.maximum(after[then][1:, paid:], moved, out=after[then][1:, paid:])
        return after

    def _state_after_day_off(self, state: _State, day: int) -> _State:
        return _State(0, self._next_begin(day, state.free_from))

    def _next_begin(self, day: int, free_from: int) -> int:
        """When work may begin again, as 0 where the rest ends before tomorrow's opening anyhow."""
        later = self._days[day + 1 :]
        return free_from if later and free_from > later[0].opens else 0

    def _steps(
        self, state: _State, choices: _Choices, worth: Floats
    ) -> Iterator[tuple[int, _State, int, float]]:
        """The best shift for each number of paid steps and evening that can follow a state."""
        if state.in_a_row >= self._rules.most_in_a_row or not len(worth):
            return
        free = self._free_after(choices)
        open_ = np.flatnonzero(choices.begin >= state.free_from)
        in_order = open_[np.lexsort((-worth[open_], free[open_], choices.paid[open_]))]
        length, highest = -1, _NEVER
        for shift, paid, value in zip(
            in_order.tolist(), choices.paid[in_order].tolist(), worth[in_order].tolist(), strict=True
        ):
            if paid == length and value <= highest:
                continue  # another of the same length is worth no less and leaves the person free no later
            length, highest = paid, value
            yield paid, _State(state.in_a_row + self._counts_days, int(free[shift])), shift, value

    def _free_after(self, choices: _Choices) -> Ints:
        """For each shift, when work may begin again; as `_next_begin`."""
        later = self._days[choices.day + 1 :]
        after = choices.end + self._rules.rest
        return np.where(after > later[0].opens, after, 0) if later else np.zeros_like(after)

    def _back(
        self,
        tables: list[dict[_State, Floats]],
        state: _State,
        value: float,
        worths: list[Floats],
        breaks: list[Ints],
        end: int,
    ) -> Week:
        worked, paid = self._where(tables[-1][state], end)
        week: list[Shift] = []
        for day in reversed(range(len(self._days))):
            came = self._came(tables[day], state, worked, paid, value, self._choices[day], worths[day])
            state, shift = came
            if shift is not None:
                choices = self._choices[day]
                value -= float(worths[day][shift])
                worked, paid = worked - 1, paid - int(choices.paid[shift])
                at = int(breaks[day][shift])
                week.append(
                    Shift(day, int(choices.begin[shift]), int(choices.end[shift]), None if at < 0 else at)
                )
        return tuple(reversed(week))

    def _where(self, table: Floats, end: int) -> tuple[int, int]:
        least = self.person.least
        worked, paid = np.unravel_index(int(table[:, least:end].argmax()), table[:, least:end].shape)
        return int(worked), int(paid) + least

    def _came(
        self,
        before: dict[_State, Floats],
        state: _State,
        worked: int,
        paid: int,
        value: float,
        choices: _Choices,
        worth: Floats,
    ) -> tuple[_State, int | None]:
        """The state in the morning, and the shift that led on; None for a day off."""
        candidates: list[tuple[float, _State, int | None]] = []
        for earlier, table in before.items():
            if self._state_after_day_off(earlier, choices.day) == state:
                candidates.append((float(table[worked, paid]), earlier, None))
            for length, then, shift, gain in self._steps(earlier, choices, worth):
                if then == state and worked and length <= paid:
                    candidates.append((float(table[worked - 1, paid - length]) + gain, earlier, shift))
        found = min(candidates, key=lambda each: abs(each[0] - value))
        return found[1], found[2]


def _shifts(day: Day, person: Person, rules: Rules) -> Iterator[tuple[int, int]]:
    """Begins and ends that rules and absences allow on one day."""
    for begin in range(day.opens, day.closes, rules.start_every):
        for end in range(begin + rules.shortest, min(day.closes, begin + rules.longest) + 1):
            can_rest = end - begin < rules.break_from or len(_breaks(begin, end, rules))
            if can_rest and all(end <= gone or begin >= back for gone, back in person.away):
                yield begin, end


def _breaks(begin: int, end: int, rules: Rules) -> range:
    """First steps that a break may have; none where a shift is too short to need one."""
    if end - begin < rules.break_from:
        return range(0)
    return range(begin + rules.break_margin, end - rules.break_margin - rules.break_length + 1)
