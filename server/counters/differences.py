"""From sums that go on rising to people per minute; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from server.storage.counter_sums import HeldSum

_MINUTE = timedelta(minutes=1)
_INSTANT = timedelta(microseconds=1)


class Why(StrEnum):
    """How a sum relates to the one before it."""

    FIRST = "first"
    OLD = "old"
    COUNTED = "counted"
    NEW_DAY = "new day"
    RESTARTED = "restarted"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a kind of counter sums up.

    `daily`: its sums begin anew at midnight in `zone`. `at_events`: it tells a sum when somebody came, and
    not by the clock, so a long silence is no gap in what it counts.
    """

    zone: ZoneInfo
    longest_gap: timedelta
    daily: bool
    at_events: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Who came since the last sum: in the last of `minutes`, and nobody in the others of them."""

    why: Why
    count_in: int = 0
    count_out: int = 0
    minutes: tuple[datetime, ...] = ()


def difference(before: HeldSum | None, now: HeldSum, ways: Ways, since: datetime | None = None) -> Difference:
    """What a sum adds; `since` is when it began anew from 0, where the counter says so.

    The first one adds nothing, for nobody knows whether we are to have what came before. After a restart or
    at the first sum of a day it is all that was counted since; what came between the last sum and then is
    lost, and the time until then is not watched. Sums that come further apart than `longest_gap` leave a gap.
    """
    if before is None:
        return Difference(Why.FIRST)
    if now.at <= before.at:
        return Difference(Why.OLD)
    minute = _minute(now.at if ways.at_events else now.at - _INSTANT)
    anew = since if since is not None and before.at < since <= now.at else None
    why = Why.RESTARTED if anew else _why(before, now, ways)
    if why in {Why.NEW_DAY, Why.RESTARTED}:
        begun = _midnight(now.at, ways.zone) if why is Why.NEW_DAY else anew or now.at
        return Difference(why, now.count_in or 0, now.count_out or 0, _minutes(begun, minute, ways))
    if now.at - before.at > ways.longest_gap and not ways.at_events:
        return Difference(Why.GAP)
    ins = (now.count_in or 0) - (before.count_in or 0)
    outs = (now.count_out or 0) - (before.count_out or 0)
    return Difference(Why.COUNTED, ins, outs, _minutes(before.at, minute, ways))


def _why(before: HeldSum, now: HeldSum, ways: Ways) -> Why:
    if ways.daily and _midnight(now.at, ways.zone) > before.at:
        return Why.NEW_DAY
    pairs = ((before.count_in, now.count_in), (before.count_out, now.count_out))
    fell = any((new or 0) < (old or 0) for old, new in pairs)
    return Why.RESTARTED if fell else Why.COUNTED


def _minutes(since: datetime, last: datetime, ways: Ways) -> tuple[datetime, ...]:
    first = _minute(since)
    if last - first > ways.longest_gap:
        return (last,)
    return (*(first + n * _MINUTE for n in range((last - first) // _MINUTE)), last)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _midnight(at: datetime, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(at.tzinfo)
