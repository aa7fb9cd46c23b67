"""How many tills to open by hour, and what another plan would change for those who wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.staffing.erlang import mean_wait_seconds, servers_for, share_within


@dataclass(frozen=True, slots=True)
class Service:
    """How a till works, and what is wanted of it."""

    service_seconds: float
    within_seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour with so many tills: the share of waits within the target, and the mean wait in seconds.

    Where the tills cannot keep up, the share is 0 and the mean infinite: the queue grows and grows.
    """

    transactions: float
    tills: int
    share_within: float
    mean_wait_seconds: float


def hour_with(transactions: float, tills: int, service: Service) -> Hour:
    """What is to be expected of an hour with a number of tills."""
    load = transactions * service.service_seconds / 3600
    return Hour(
        transactions,
        tills,
        share_within(load, tills, service.within_seconds, service.service_seconds),
        mean_wait_seconds(load, tills, service.service_seconds),
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
