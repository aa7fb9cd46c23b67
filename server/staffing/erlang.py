"""How many tills keep the wait short: Erlang's formula for a queue of customers who wait (M/M/c).

Arrivals are taken as Poisson and service as exponential; nobody leaves the queue, so waits are told a
little too long. Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of
significance in automatic telephone exchanges", 1917; the recursion by R. B. Cooper, "Introduction to
Queueing Theory", 2nd edition, 1981, section 3.4.
"""

from __future__ import annotations

import math


def blocked(load: float, servers: int) -> float:
    """Erlang B: the chance that all of `servers` are busy where nobody waits.

    Args:
        load: arrivals in one mean service time, in erlangs, at least 0.
    """
    chance = 1.0
    for number in range(1, servers + 1):
        chance = load * chance / (number + load * chance)
    return chance


def waits(load: float, servers: int) -> float:
    """Erlang C: the chance that an arriving customer has to wait; 1 where the servers cannot keep up."""
    if load <= 0:
        return 0.0
    if servers <= load:
        return 1.0
    chance = blocked(load, servers)
    return servers * chance / (servers - load * (1 - chance))


def share_within(load: float, servers: int, seconds: float, service_seconds: float) -> float:
    """The share of customers who wait no longer than `seconds`; 0 where the servers cannot keep up."""
    if load <= 0:
        return 1.0
    if servers <= load:
        return 0.0
    return 1.0 - waits(load, servers) * math.exp(-(servers - load) * seconds / service_seconds)


def mean_wait_seconds(load: float, servers: int, service_seconds: float) -> float:
    """The mean wait of all customers, also of those who are served at once; infinite where the queue only
    grows."""
    if load <= 0:
        return 0.0
    if servers <= load:
        return math.inf
    return waits(load, servers) * service_seconds / (servers - load)


def servers_for(
    arrivals_per_hour: float, service_seconds: float, target_share: float, target_seconds: float
) -> int:
    """The fewest servers with whom `target_share` of customers wait at most `target_seconds`.

    Args:
        target_share: above 0 and below 1; 1 would need no end of servers.

    Raises:
        ValueError: the share is not between 0 and 1, or a time is not positive.
    """
    if not 0 < target_share < 1 or service_seconds <= 0 or target_seconds < 0 or arrivals_per_hour < 0:
        raise ValueError(
            "a share between 0 and 1, a service that takes time, and arrivals of at least 0 are needed"
        )
    load = arrivals_per_hour * service_seconds / 3600
    if not load:
        return 0
    servers = math.floor(load) + 1
    while share_within(load, servers, target_seconds, service_seconds) < target_share:
        servers += 1
    return servers
