"""What somebody asks for when they ask for a roster: one file, refused as a whole if any part is wrong."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from server.sections import WEEKDAYS, ClockTime, Section, Weekday

_MOST_PEOPLE = 200


def _is_a_name(name: str) -> str:
    if name != name.strip() or not name.isprintable():
        raise ValueError(f"{name!r} is no name: printable, without blanks at its ends")
    return name


Name = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_is_a_name)]
Skill = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
Hours = Annotated[float, Field(ge=0, le=24 * 14)]
_YEARS = range(2000, 2200)


def _in_our_time(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError(f"the year {day.year} is not from {_YEARS[0]} to {_YEARS[-1]}")
    return day


def _local(at: datetime) -> datetime:
    if at.tzinfo is not None:
        raise ValueError("is local to the store and takes no offset")
    _in_our_time(at)
    return at


Date = Annotated[date, AfterValidator(_in_our_time)]
Local = Annotated[
    datetime, Field(description="time of the store's clock, without offset"), AfterValidator(_local)
]


class Hall(Section):
    """From when to when work may be done on a day."""

    opens: ClockTime
    closes: ClockTime = Field(description="00:00 is midnight at the end of the day")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes != time(0) and self.closes <= self.opens:
            raise ValueError(
                f"closes at {self.closes:%H:%M}, not after it opens at {self.opens:%H:%M}; shifts end at "
                "midnight (00:00) at the latest"
            )
        return self


class ShiftRules(Section):
    """What every shift has to keep. The defaults lie within the European directive 2003/88/EC; national
    law may ask more."""

    shortest_hours: float = Field(4, gt=0, le=24, description="no shift is shorter")
    longest_hours: float = Field(9, gt=0, le=24, description="nor longer, the break included")
    start_every_minutes: int = Field(30, ge=5, le=240, description="shifts begin only so often after opening")
    break_after_hours: float = Field(6, gt=0, le=24, description="a shift of so many hours has a break")
    break_minutes: int = Field(30, ge=0, le=180, description="how long the break is")
    break_margin_hours: float = Field(2, ge=0, le=12, description="it keeps so far from begin and end")
    break_paid: bool = Field(False, description="whether the break is paid")
    rest_hours: float = Field(11, ge=0, le=48, description="between two shifts of one person")
    most_days: int = Field(5, ge=1, le=14, description="days that a person works in the range")
    most_days_in_a_row: int = Field(
        6, ge=1, le=14, description="days without a day off, those before included"
    )

    @model_validator(mode="after")
    def _lengths_in_order(self) -> Self:
        if self.shortest_hours > self.longest_hours:
            raise ValueError("shortest_hours is more than longest_hours, so that no shift is possible")
        return self


class Away(Section):
    """When somebody cannot work: whole days, or part of one."""

    begin: Date | Local
    end: Date | Local | None = Field(None, description="without it, the day of `begin`")

    def span(self) -> tuple[datetime, datetime]:
        """Local begin and end, the end excluded; a date as end is that whole day."""
        end = self.begin if self.end is None else self.end
        first = self.begin if isinstance(self.begin, datetime) else datetime.combine(self.begin, time())
        if isinstance(end, datetime) and self.end is not None:
            return first, end
        last = end.date() if isinstance(end, datetime) else end
        return first, datetime.combine(last, time()) + timedelta(days=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        begin, end = self.span()
        if end <= begin:
            raise ValueError("ends before it begins")
        return self


class PersonAsked(Section):
    """Somebody who can be asked to work, with contract and wishes."""

    name: Name
    skills: tuple[Skill, ...] = Field(min_length=1, max_length=16)
    least_hours: Hours = Field(0, description="paid hours in the range that the contract promises")
    most_hours: Hours = Field(description="and allows")
    cost_per_hour: float = Field(ge=0, le=10_000, description="wages of a paid hour")
    away: tuple[Away, ...] = Field((), max_length=200, description="when the person cannot work")
    wishes_off: tuple[date, ...] = Field(
        (), max_length=31, description="days that the person would like to have off"
    )
    days_in_a_row_before: int = Field(
        0, ge=0, le=14, description="days worked in a row up to the day before the range"
    )
    last_end: Local | None = Field(None, description="end of the last shift before the range")

    @model_validator(mode="after")
    def _hours_in_order(self) -> Self:
        if self.least_hours > self.most_hours:
            raise ValueError(f"{self.name}: least_hours is more than most_hours")
        return self


class NeedAsked(Section):
    """How many people with a skill are needed in a part of a day."""

    day: date | Weekday | None = Field(None, description="a date, a weekday; without it every day")
    begin: ClockTime
    end: ClockTime = Field(description="00:00 is midnight at the end of the day")
    skill: Skill
    wanted: float = Field(0, ge=0, le=1000, description="as many at best")
    least: int = Field(0, ge=0, le=1000, description="never fewer")

    def is_on(self, day: date) -> bool:
        """Whether it is meant for a day."""
        return self.day is None or self.day == day or self.day == WEEKDAYS[day.weekday()]


class FloorTarget(Section):
    """How many shoppers one person on the sales floor can serve: the target of STAR."""

    skill: Skill = "floor"
    entries_per_hour: float = Field(gt=0, le=10_000, description="entries in an hour for one person")
    least: int = Field(1, ge=0, le=100, description="never fewer people while there is work")


class TillTarget(Section):
    """How long customers may wait at the tills, by Erlang's formula."""

    skill: Skill = "till"
    service_seconds: float = Field(gt=0, le=3600, description="mean time of one customer at the till")
    within_seconds: float = Field(60, ge=0, le=3600, description="a wait of at most so long is good")
    share: float = Field(0.8, gt=0, lt=1, description="this share of customers shall have a good wait")
    least: int = Field(1, ge=0, le=100, description="never fewer people while there is work")


class Targets(Section):
    """How expected traffic becomes people."""

    floor: FloorTarget | None = None
    till: TillTarget | None = None


class TrafficAsked(Section):
    """What is expected in one hour."""

    begin: Local
    entries: float = Field(0, ge=0, le=1_000_000)
    transactions: float = Field(0, ge=0, le=1_000_000)


class RosterRequest(Section):
    """A whole request. Times are those of the store's clock."""

    first_day: Date
    days: int = Field(7, ge=1, le=14)
    step_minutes: int = Field(30, description="15, 30 or 60")
    hours: dict[Weekday | date, Hall] = Field(
        min_length=1, description="when work may be done; a date goes before its weekday"
    )
    rules: ShiftRules = ShiftRules()
    people: tuple[PersonAsked, ...] = Field(min_length=1, max_length=_MOST_PEOPLE)
    needs: tuple[NeedAsked, ...] = Field((), max_length=2000)
    targets: Targets = Targets()
    traffic: tuple[TrafficAsked, ...] = Field(
        (), max_length=14 * 25, description="expected by the hour, for the targets"
    )
    expected_share: float = Field(
        0.5,
        ge=0.5,
        le=0.9,
        description="of forecast hours: in this share of cases no more come than is planned for",
    )
    budget: float | None = Field(None, ge=0, le=1e9, description="most money for wages")
    short_cost_per_hour: float | None = Field(
        None,
        gt=0,
        le=1e6,
        description="what a missing hour costs the shop; by default twice the dearest wage",
    )
    wish_cost: float = Field(20, ge=0, le=100_000, description="what it is worth to grant a day off")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.step_minutes not in (15, 30, 60):
            raise ValueError("step_minutes is 15, 30 or 60")
        step = self.step_minutes / 60
        if ceil(round(self.rules.shortest_hours / step, 6)) * step > self.rules.longest_hours + 1e-9:
            raise ValueError(
                f"no shift of whole steps of {self.step_minutes} minutes lies between rules.shortest_hours "
                "and rules.longest_hours"
            )
        if not self._can_have_breaks():
            raise ValueError(
                f"rules: no shift is possible: from break_after_hours {self.rules.break_after_hours:g} on "
                "each has a break, and break_minutes and twice break_margin_hours do not fit into "
                f"longest_hours {self.rules.longest_hours:g}"
            )
        names = [person.name for person in self.people]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"people: {', '.join(twice)} stands there twice")
        known = {skill for person in self.people for skill in person.skills}
        asked = {need.skill for need in self.needs} | {
            target.skill for target in (self.targets.floor, self.targets.till) if target is not None
        }
        if missing := sorted(asked - known):
            raise ValueError(f"nobody has the skill {', '.join(missing)} that is asked for")
        hours = [row.begin.replace(minute=0, second=0, microsecond=0) for row in self.traffic]
        if doubled := sorted({hour for hour in hours if hours.count(hour) > 1}):
            raise ValueError(f"traffic: the hour {doubled[0]:%Y-%m-%d %H:%M} stands there twice")
        return self

    def _can_have_breaks(self) -> bool:
        """Whether some length that a shift may have needs no break, or has room for it."""
        rules, step = self.rules, self.step_minutes / 60

        def up(hours: float) -> int:
            return ceil(round(hours / step, 6))

        room = max(
            up(rules.break_after_hours), up(rules.break_minutes / 60) + 2 * up(rules.break_margin_hours)
        )
        needs_none = not rules.break_minutes or up(rules.shortest_hours) < up(rules.break_after_hours)
        return needs_none or room * step <= rules.longest_hours + 1e-6

    def hall(self, day: date) -> Hall | None:
        """When work may be done on a day; None where it is closed."""
        return self.hours.get(day, self.hours.get(WEEKDAYS[day.weekday()]))  # type: ignore[call-overload]
