"""How long it takes from a zone to the till, measured from the counts and the tickets themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

LONGEST_MINUTES = 120
"""A longer way to the till is not looked for."""

_SMOOTH_MINUTES = 30
"""To each side: slower swings are the shape of the day, which says nothing about the way to the till."""
_SURE = 4.0
"""So many times what chance alone would give."""

Series = Mapping[int, float]
"""A number for each minute that was watched."""


@dataclass(frozen=True, slots=True)
class Lag:
    """At how many minutes visits and tickets go together best, and how well (correlation, -1 to 1)."""

    minutes: int
    strength: float
    sure: bool
    """Whether the strength is more than chance would give."""


def measured_lag(zones: Iterable[tuple[Series, Series]], longest: int = LONGEST_MINUTES) -> Lag | None:
    """The lag from visits to tickets by cross-correlation, over all zones together.

    Args:
        zones: for each zone the visits that ended in each watched minute, and the tickets from it by
            minute. Minutes are counted from anywhere; one that is not in the visits was not watched.
        longest: greatest lag in minutes that is looked for.

    Returns:
        The lag; None where there are no visits or no tickets that it could be measured from.
    """
    together = [0.0] * (longest + 1)
    visit_power = ticket_power = 0.0
    compared = 0
    for visits, tickets in zones:
        swings = _swings(visits)
        for minute, bought in tickets.items():
            for lag in range(longest + 1):
                together[lag] += bought * swings.get(minute - lag, 0.0)
        visit_power += sum(swing * swing for swing in swings.values())
        ticket_power += sum(bought * bought for bought in tickets.values())
        compared += len(swings)
    if not visit_power or not ticket_power:
        return None
    best = max(range(longest + 1), key=lambda lag: (together[lag], -lag))
    strength = together[best] / math.sqrt(visit_power * ticket_power)
    return Lag(best, strength, sure=strength > _SURE / math.sqrt(compared))


def _swings(series: Series) -> dict[int, float]:
    """Each minute less the mean of the watched minutes about it."""
    minutes = sorted(series)
    sums = [0.0, *accumulate(series[minute] for minute in minutes)]
    swings: dict[int, float] = {}
    first = last = 0
    for minute in minutes:
        while minutes[first] < minute - _SMOOTH_MINUTES:
            first += 1
        while last < len(minutes) and minutes[last] <= minute + _SMOOTH_MINUTES:
            last += 1
        swings[minute] = series[minute] - (sums[last] - sums[first]) / (last - first)
    return swings
