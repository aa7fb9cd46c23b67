"""Whether a week is legal, said in sentences; asks each rule by itself and knows nothing of how weeks are
found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from server.staffing.terms import Asked, Person, Shift, Week


def broken(asked: Asked, person: Person, week: Week) -> Iterator[str]:
    """Every rule that a week breaks."""
    rules = asked.rules
    for shift in week:
        yield from _of_a_shift(asked, person, shift)
    for first, second in pairwise(week):
        if second.begin - first.end < rules.rest:
            yield f"rests only {second.begin - first.end} steps between day {first.day} and day {second.day}"
    if week and week[0].begin < person.free_from:
        yield "rests too little after the shift before the range"
    paid = sum(shift.paid(rules) for shift in week)
    if not person.least <= paid <= person.most:
        yield f"is paid {paid} steps, not between {person.least} and {person.most}"
    days = {shift.day for shift in week}
    if len(days) != len(week):
        yield "works twice on one day"
    if len(days) > rules.most_days:
        yield f"works on {len(days)} days"
    if _longest_run(days, person.in_a_row_before, len(asked.days)) > rules.most_in_a_row:
        yield "works too many days in a row"


def _longest_run(days: set[int], before: int, count: int) -> int:
    longest, run = 0, before
    for day in range(count):
        run = run + 1 if day in days else 0
        longest = max(longest, run)
    return longest


def _of_a_shift(asked: Asked, person: Person, shift: Shift) -> Iterator[str]:
    rules, day = asked.rules, asked.days[shift.day]
    length = shift.end - shift.begin
    if not day.opens <= shift.begin < shift.end <= day.closes:
        yield f"works outside the hours of day {shift.day}"
    if not rules.shortest <= length <= rules.longest:
        yield f"has a shift of {length} steps on day {shift.day}"
    if (shift.begin - day.opens) % rules.start_every:
        yield f"begins between two allowed begins on day {shift.day}"
    if any(shift.begin < back and gone < shift.end for gone, back in person.away):
        yield f"works while away on day {shift.day}"
    yield from _of_its_break(asked, shift)


def _of_its_break(asked: Asked, shift: Shift) -> Iterator[str]:
    rules = asked.rules
    needs_break = shift.end - shift.begin >= rules.break_from
    if needs_break != (shift.break_at is not None):
        yield f"{'has no' if needs_break else 'has a'} break on day {shift.day}"
    if shift.break_at is not None:
        after = shift.break_at + rules.break_length
        if shift.break_at - shift.begin < rules.break_margin or shift.end - after < rules.break_margin:
            yield f"has a break too near to an end of the shift on day {shift.day}"
