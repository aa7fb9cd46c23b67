"""Quiet hours and opening hours by a shop's own clock. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.metrics.intervals import Interval

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """A span in which a store is open on a weekday (1: Monday); one that closes earlier closes next day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Opening:
    """When a store is open; of a store without any hours nothing is known."""

    week: tuple[OpenSpan, ...] = ()
    special: tuple[tuple[date, time | None, time | None], ...] = ()
    """Days with hours of their own; without hours the store is closed."""


def is_within(clock: time, begin: time, end: time) -> bool:
    """Whether a local time lies in [begin, end), which may go over midnight."""
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def quiet_at(begin: time, end: time, zone: ZoneInfo, now: datetime) -> datetime:
    """When quiet hours next begin; now, if they are."""
    local = now.astimezone(zone)
    if is_within(local.time(), begin, end):
        return now
    day = local.date() if local.time() < begin else local.date() + _DAY
    return _instant(day, begin, zone)


def closes_at(opening: Opening, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the store closes next; now, if it is closed; None where nobody says when it is open."""
    if not opening.week:
        return None
    today = now.astimezone(zone).date()
    spans = [span for day in (today - _DAY, today) for span in _spans_of(opening, day, zone)]
    return max((span.end for span in spans if span.begin <= now < span.end), default=now)


def _spans_of(opening: Opening, day: date, zone: ZoneInfo) -> Iterator[Interval]:
    special = [(opens, closes) for of, opens, closes in opening.special if of == day]
    week = [(span.opens, span.closes) for span in opening.week if span.weekday == day.isoweekday()]
    for opens, closes in special or week:
        if opens is not None and closes is not None:
            yield _span(day, opens, closes, zone)


def _span(day: date, opens: time, closes: time, zone: ZoneInfo) -> Interval:
    last = day if closes > opens else day + _DAY
    return Interval(_instant(day, opens, zone), _instant(last, closes, zone))


def usual_hours(now: datetime, weeks: int, zone: ZoneInfo) -> list[Interval]:
    """The same hour by the local clock on the same weekday of the weeks before, newest first.

    One that a change of clocks left out is left out.
    """
    local = now.astimezone(zone)
    days = (local.date() - timedelta(weeks=back) for back in range(1, weeks + 1))
    found = (_hour(day, local.hour, zone) for day in days)
    return [hour for hour in found if hour.seconds]


def _hour(day: date, hour: int, zone: ZoneInfo) -> Interval:
    begin = _instant(day, time(hour), zone)
    end = _instant(day, time(hour + 1), zone) if hour < 23 else _instant(day + _DAY, time(0), zone)
    if begin.astimezone(zone).hour != hour:
        return Interval(begin, begin)
    return Interval(begin, end)


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def opening_of(
    hours: Iterable[Sequence[str | int | float | None]],
    holidays: Iterable[Sequence[str | int | float | None]],
) -> Opening:
    """Opening hours of a catalogue's rows: weekday, opens, closes; and day, name, opens, closes."""
    return Opening(
        tuple(OpenSpan(int(str(day)), _clock(opens), _clock(closes)) for day, opens, closes in hours),
        tuple(
            (date.fromisoformat(str(day)), _clock_or_none(opens), _clock_or_none(closes))
            for day, _, opens, closes in holidays
        ),
    )


def _clock(text: str | int | float | None) -> time:
    return time.fromisoformat(str(text))


def _clock_or_none(text: str | int | float | None) -> time | None:
    return None if text is None else _clock(text)
