"""From what a request says about time to a range."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice

from server.api.problems import Problem
from server.metrics.intervals import Calendar, Interval, Resolution, split

MOST_INTERVALS = 2000
"""More are refused; the minutes of a day with 25 hours are 1500."""

LONGEST_RANGE = timedelta(days=100)
"""A longer range is refused where it is asked for by hours or finer."""

LONGEST_BY_DAY = timedelta(days=1100)
"""A longer range is refused where it is asked for by days or coarser: three years."""

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def longest_range(resolution: Resolution) -> timedelta:
    """The longest range that is answered at a resolution."""
    fine = (Resolution.MINUTE, Resolution.QUARTER_HOUR, Resolution.HOUR)
    return LONGEST_RANGE if resolution in fine else LONGEST_BY_DAY


def asked_range(
    begin: str | None,
    end: str | None,
    calendar: Calendar,
    now: datetime,
    longest: timedelta = LONGEST_RANGE,
) -> Interval:
    """The range between two texts: by default from today's business day's beginning to the end of that
    business day in which it begins.

    A text is a date (its business day's beginning), or ISO 8601 date and time: UTC or with an offset, else
    the store's local time, the earlier one where it comes twice.

    Raises:
        Problem: 422, naming the field.
    """
    today = calendar.business_day(calendar.day_of(now))
    first = today.begin if begin is None else _instant("begin", begin, calendar)
    last = (
        calendar.business_day(calendar.day_of(first)).end if end is None else _instant("end", end, calendar)
    )
    if last <= first:
        raise Problem(422, "end: the range must end after it begins.", "end")
    if last - first > longest:
        raise Problem(422, f"end: at most {longest.days} days can be asked for at once.", "end")
    return Interval(first, last)


def asked_parts(whole: Interval, resolution: Resolution, calendar: Calendar) -> list[Interval]:
    """The range cut into parts.

    Raises:
        Problem: 422, more parts than are given at once.
    """
    parts = list(islice(split(whole, resolution, calendar), MOST_INTERVALS + 1))
    if len(parts) > MOST_INTERVALS:
        raise Problem(
            422,
            f"resolution: at most {MOST_INTERVALS} intervals are given at once;"
            " ask for a shorter range or a coarser resolution.",
            "resolution",
        )
    return parts


def asked_day(day: str | None, calendar: Calendar, now: datetime) -> date:
    """The business day that a text names; today's without one.

    Raises:
        Problem: 422, not a date, or one that no store has seen.
    """
    if not day:
        return calendar.day_of(now)
    try:
        found = date.fromisoformat(day)
    except ValueError:
        found = None
    if found is None or not _EARLIEST.date() < found < _LATEST.date():
        raise Problem(422, f"day: {day!r} is not a date such as 2026-03-01.", "day")
    return found


def _instant(field: str, text: str, calendar: Calendar) -> datetime:
    wrong = Problem(
        422, f"{field}: {text!r} is not a date or time such as 2026-03-01 or 2026-03-01T09:00.", field
    )
    try:
        if len(text) == len("2026-03-01"):
            found = calendar.business_day(date.fromisoformat(text)).begin
        else:
            stated = datetime.fromisoformat(text)
            # Compared without its zone first: year 1 or 9999 would overflow in UTC.
            if not _EARLIEST.year < stated.year < _LATEST.year:
                raise wrong
            found = stated if stated.tzinfo else stated.replace(tzinfo=calendar.time_zone)
    except (ValueError, OverflowError):
        raise wrong from None
    found = found.astimezone(UTC)
    if not _EARLIEST <= found < _LATEST:
        raise wrong
    return found
