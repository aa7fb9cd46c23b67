"""How many tills to open by hour, and what another plan would change for those who wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isinf

from server.staffing.erlang import mean_wait_seconds, servers_for, share_within
from server.staffing.request import TrafficAsked


@dataclass(frozen=True, slots=True)
class Service:
    """How a till works, and what is wanted of it."""

    service_seconds: float
    within_seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour with so many tills: the share of waits within the target, and the mean wait in seconds.

    Where the tills cannot keep up, the share is 0 and there is no mean: the queue grows and grows.
    """

    transactions: float
    tills: int
    share_within: float
    mean_wait_seconds: float | None


def hour_with(transactions: float, tills: int, service: Service) -> Hour:
    """What is to be expected of an hour with a number of tills."""
    load = transactions * service.service_seconds / 3600
    wait = mean_wait_seconds(load, tills, service.service_seconds)
    return Hour(
        transactions,
        tills,
        share_within(load, tills, service.within_seconds, service.service_seconds),
        None if isinf(wait) else wait,
    )


def tills_to_open(transactions: Sequence[float], service: Service, tills: int, least: int = 0) -> list[Hour]:
    """For each hour the fewest tills that reach the target; all of them where even these do not.

    Args:
        transactions: expected by hour.
        tills: how many there are.
        least: never fewer, also where nobody is expected.
    """
    wanted = (
        servers_for(each, service.service_seconds, service.share, service.within_seconds)
        for each in transactions
    )
    return [
        hour_with(each, min(tills, max(least, count)), service)
        for each, count in zip(transactions, wanted, strict=True)
    ]


@dataclass(frozen=True)
class TillPlan:
    """A day's tills by hour, beside as many as open now."""

    hours: tuple[datetime, ...]
    """When each hour begins, by the store's clock."""
    best: tuple[Hour, ...]
    now: tuple[Hour, ...]
    """With the tills that open now; empty where that was not said."""
    changes: tuple[str, ...]
    too_few: tuple[str, ...]
    notes: tuple[str, ...]


def plan_tills(
    rows: Sequence[TrafficAsked], service: Service, tills: int, least: int, open_now: int | None, said: str
) -> TillPlan:
    """Tills for hours of expected traffic.

    Args:
        tills: how many there are.
        open_now: how many open in every hour now; None: not known.
        said: where the traffic is from.
    """
    expected = [row.transactions for row in rows]
    best = tills_to_open(expected, service, tills, least)
    now = [] if open_now is None else [hour_with(each, open_now, service) for each in expected]
    hours = [row.begin for row in rows]
    short = [
        f"{at:%H:%M}: all {_tills(hour.tills)} keep {hour.share_within:.0%} of waits within the target, "
        f"not {service.share:.0%}"
        for at, hour in zip(hours, best, strict=True)
        if hour.share_within < service.share
    ]
    changed = tuple(tills_in_words(hours, now, best)) if now else ()
    notes = (said,) if rows else (said, NOTHING_EXPECTED)
    return TillPlan(tuple(hours), tuple(best), tuple(now), changed, tuple(short), notes)


NOTHING_EXPECTED = "that tells nothing of this day, so that there is no hour to plan tills for"


def _tills(number: int) -> str:
    return f"{number} till" if number == 1 else f"{number} tills"


def tills_in_words(hours: Sequence[datetime], before: Sequence[Hour], after: Sequence[Hour]) -> Iterator[str]:
    """Hours in which a plan of tills differs, with what customers would feel."""
    for at, old, new in zip(hours, before, after, strict=True):
        if old.tills != new.tills:
            yield (
                f"{at:%H:%M}: {_tills(new.tills)} instead of {old.tills}; "
                f"{new.share_within:.0%} instead of {old.share_within:.0%} of waits are within the target"
            )
