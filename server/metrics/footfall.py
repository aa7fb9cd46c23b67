"""Who came in and went out, and how many were inside meanwhile."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from server.metrics.intervals import Calendar, Interval, Resolution, split
from server.metrics.rows import LineRow

ENTRANCE = "entrance"


@dataclass(frozen=True, slots=True)
class Crossings:
    """Confirmed crossings of all entrance lines; those of staff are None where nobody tells them apart."""

    raw_entries: int
    """Staff too."""
    raw_exits: int
    staff_entries: int | None
    staff_exits: int | None
    staff_partly: bool
    """Whether staff are told apart in some of the counts only."""

    @property
    def entries(self) -> int:
        """People who came in, without staff where they are told apart."""
        return self.raw_entries - (self.staff_entries or 0)

    @property
    def exits(self) -> int:
        """People who went out, without staff where they are told apart."""
        return self.raw_exits - (self.staff_exits or 0)

    @property
    def balance(self) -> float | None:
        """1 − |in − out| / (in + out) of everybody; None where nobody crossed. 1: as many left as came."""
        both = self.raw_entries + self.raw_exits
        return 1 - abs(self.raw_entries - self.raw_exits) / both if both else None


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How many were inside, without staff where told, by Σin − Σout since the business day began.

    Below zero where more people were counted out than in: shown as it is, a sign of miscounting.
    """

    at_end: int
    mean: float
    peak: int


def entrance_rows(rows: Iterable[LineRow]) -> list[LineRow]:
    """The rows whose crossings are entries and exits."""
    return [row for row in rows if row.kind == ENTRANCE]


def crossings(rows: Sequence[LineRow]) -> Crossings | None:
    """The sum of some entrance rows; None without a row, for no data is not zero."""
    if not rows:
        return None
    told = [row for row in rows if _tells_staff(row)]
    return Crossings(
        raw_entries=sum(row.count_in for row in rows),
        raw_exits=sum(row.count_out for row in rows),
        staff_entries=sum(row.staff_in or 0 for row in told) if told else None,
        staff_exits=sum(row.staff_out or 0 for row in told) if told else None,
        staff_partly=0 < len(told) < len(rows),
    )


def _tells_staff(row: LineRow) -> bool:
    return row.staff_in is not None or row.staff_out is not None


def _change(row: LineRow) -> int:
    """How many more people, without staff, are inside after a row."""
    return row.count_in - (row.staff_in or 0) - (row.count_out - (row.staff_out or 0))


@dataclass(frozen=True, slots=True)
class OccupancyCurve:
    """The number of people inside over time, one curve per business day, each beginning at 0.

    What a bucket counted takes effect at the bucket's end, or at its day's end where it outlasts the day;
    what one that still runs has counted so far takes effect now.
    A day without counts has no curve: nothing is known about it.
    """

    calendar: Calendar
    days: Mapping[date, tuple[Step, ...]]

    @classmethod
    def of(cls, rows: Iterable[LineRow], calendar: Calendar, now: datetime | None = None) -> OccupancyCurve:
        """The curve of some entrance rows, which reach back to the beginning of their first business day."""
        changes: dict[date, Counter[datetime]] = defaultdict(Counter)
        for row in rows:
            at = row.end if now is None else min(row.end, max(row.begin, now))
            changes[calendar.day_of(row.begin)][at] += _change(row)
        return cls(
            calendar, {day: _steps(change, calendar.business_day(day)) for day, change in changes.items()}
        )

    def over(self, interval: Interval) -> Occupancy | None:
        """Level at the end, time-weighted mean and peak within an interval; None where nothing is known.

        The mean is over those business days in the interval that have counts.
        """
        person_seconds = seconds = 0.0
        levels: list[int] = []
        for part in split(interval, Resolution.DAY, self.calendar):
            steps = self.days.get(self.calendar.day_of(part.begin))
            if steps is None:
                continue
            inside = _within(steps, part)
            person_seconds += _person_seconds(inside, part.end)
            seconds += part.seconds
            levels.extend(step.level for step in inside)
        return Occupancy(levels[-1], person_seconds / seconds, max(levels)) if levels else None


@dataclass(frozen=True, slots=True)
class Step:
    """So many people inside, from an instant on."""

    at: datetime
    level: int


def _steps(changes: Mapping[datetime, int], hours: Interval) -> tuple[Step, ...]:
    ends = sorted(changes)
    levels = accumulate(changes[end] for end in ends)
    return (
        Step(hours.begin, 0),
        *(Step(min(end, hours.end), level) for end, level in zip(ends, levels, strict=True)),
    )


def _within(steps: Sequence[Step], part: Interval) -> list[Step]:
    """The level as a part begins, and every change up to its end."""
    first = bisect_right(steps, part.begin, key=lambda step: step.at)
    last = bisect_right(steps, part.end, key=lambda step: step.at)
    return [Step(part.begin, steps[first - 1].level), *steps[first:last]]


def _person_seconds(steps: Sequence[Step], end: datetime) -> float:
    return sum(
        step.level * (following - step.at).total_seconds()
        for step, following in zip(steps, [*(later.at for later in steps[1:]), end], strict=True)
    )
