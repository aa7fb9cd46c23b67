"""Between times of the store's clock and numbers of steps; real time passes in between, also where a clock
is set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from server.staffing.request import Away, NeedAsked, PersonAsked, RosterRequest, ShiftRules
from server.staffing.terms import Asked, Day, Need, Person, Prices, Rules

_CLOSED = Day(0, 0)


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps of equal length since the local midnight that begins the first day."""

    time_zone: ZoneInfo
    first_day: date
    days: int
    step: timedelta

    @property
    def begin(self) -> datetime:
        """When step 0 begins, in UTC."""
        return self._instant(datetime.combine(self.first_day, time()))

    def _instant(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.time_zone).astimezone(UTC)

    def at(self, step: int) -> datetime:
        """When a step begins, by the store's clock."""
        return (self.begin + step * self.step).astimezone(self.time_zone)

    def first_within(self, local: datetime) -> int:
        """The first step that begins at or after a local time."""
        return -((self.begin - self._instant(local)) // self.step)

    def last_until(self, local: datetime) -> int:
        """The last step edge at or before a local time."""
        return (self._instant(local) - self.begin) // self.step

    def dates(self) -> Iterator[date]:
        """The days, in order."""
        return (self.first_day + timedelta(days=number) for number in range(self.days))

    def span(self, day: date, begin: time, end: time) -> Day:
        """The steps that lie wholly between two times of a day; midnight as end is the end of the day."""
        last = day if end != time(0) else day + timedelta(days=1)
        first, after = (
            self.first_within(datetime.combine(day, begin)),
            self.last_until(datetime.combine(last, end)),
        )
        return Day(first, max(first, after))


def grid_of(request: RosterRequest, time_zone: ZoneInfo) -> Grid:
    """The steps of a request."""
    return Grid(time_zone, request.first_day, request.days, timedelta(minutes=request.step_minutes))


def days_of(request: RosterRequest, grid: Grid) -> tuple[Day, ...]:
    """When work may be done, by day; nothing on a closed day."""
    halls = ((day, request.hall(day)) for day in grid.dates())
    return tuple(_CLOSED if hall is None else grid.span(day, hall.opens, hall.closes) for day, hall in halls)


def rules_of(rules: ShiftRules, step: timedelta) -> Rules:
    """The rules in steps, rounded so that they are kept."""

    def up(hours: float) -> int:
        return ceil(round(timedelta(hours=hours) / step, 6))

    def down(hours: float) -> int:
        return int(timedelta(hours=hours) / step + 1e-6)

    return Rules(
        shortest=max(1, up(rules.shortest_hours)),
        longest=down(rules.longest_hours),
        start_every=max(1, up(rules.start_every_minutes / 60)),
        break_from=up(rules.break_after_hours) if rules.break_minutes else 10**6,
        break_length=up(rules.break_minutes / 60),
        break_margin=up(rules.break_margin_hours),
        break_paid=rules.break_paid,
        rest=up(rules.rest_hours),
        most_days=rules.most_days,
        most_in_a_row=rules.most_days_in_a_row,
    )


def asked_of(request: RosterRequest, grid: Grid, needs: tuple[Need, ...]) -> Asked:
    """The request as the solver takes it."""
    step_hours = grid.step / timedelta(hours=1)
    dearest = max(person.cost_per_hour for person in request.people)
    short = request.short_cost_per_hour or 2 * dearest or 1.0
    prices = Prices(short * step_hours, 50 * short * step_hours, request.wish_cost)
    rules = rules_of(request.rules, grid.step)
    people = tuple(_person(person, grid, rules.rest) for person in request.people)
    return Asked(days_of(request, grid), people, needs, rules, prices, request.budget)


def _person(person: PersonAsked, grid: Grid, rest: int) -> Person:
    step_hours = grid.step / timedelta(hours=1)
    off = {number for number, day in enumerate(grid.dates()) if day in person.wishes_off}
    free = 0 if person.last_end is None else max(0, grid.first_within(person.last_end) + rest)
    return Person(
        person.name,
        frozenset(person.skills),
        ceil(round(person.least_hours / step_hours, 6)),
        int(person.most_hours / step_hours + 1e-6),
        person.cost_per_hour * step_hours,
        tuple(_away(away, grid) for away in person.away),
        frozenset(off),
        person.days_in_a_row_before,
        free,
    )


def _away(away: Away, grid: Grid) -> tuple[int, int]:
    begin, end = away.span()
    return grid.last_until(begin), grid.first_within(end)


def needs_asked(needs: tuple[NeedAsked, ...], grid: Grid) -> Iterator[Need]:
    """Needs that were stated, step by step."""
    for day in grid.dates():
        for need in needs:
            if need.is_on(day):
                span = grid.span(day, need.begin, need.end)
                for step in range(span.opens, span.closes):
                    yield Need(step, need.skill, max(need.wanted, need.least), need.least)
