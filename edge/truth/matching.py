"""Which counted event is which true one: the best one-to-one matching. Pure.

On a time axis two matched pairs need never cross: exchanging the partners of crossed pairs makes neither
the sum of their distances nor the longest of them greater. So going through both lists in order of
time finds the exact optimum, as the Hungarian method would, in some thirty lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import lap
import numpy as np


class Pair(NamedTuple):
    """Positions in the two lists of one matched pair."""

    true: int
    counted: int


class _Best(NamedTuple):
    unpaired: int  # fewer is better, before everything else
    seconds: float  # then the sum of the distances
    pairs: tuple[Pair, ...]


def match_moments(true: Sequence[float], counted: Sequence[float], tolerance: float) -> list[Pair]:
    """As many pairs as can be had of moments at most `tolerance` seconds apart, and of these the closest."""
    return [
        pair for group in _groups(true, counted, tolerance) for pair in _best(group, true, counted, tolerance)
    ]


def match_stays(true: Sequence[tuple[float, float]], counted: Sequence[tuple[float, float]]) -> list[Pair]:
    """Pairs of stays (from, to) that share time, so that together they share the most.

    Stays overlap one another, so there is no single order to go by: this is a full assignment.
    """
    if not true or not counted:
        return []
    first, second = np.array(true, np.float64), np.array(counted, np.float64)
    shared = np.minimum(first[:, None, 1], second[None, :, 1]) - np.maximum(
        first[:, None, 0], second[None, :, 0]
    )
    _, partners, _ = lap.lapjv(-shared.clip(0), extend_cost=True)
    found = ((row, int(column)) for row, column in enumerate(partners) if column >= 0)
    return [Pair(row, column) for row, column in found if shared[row, column] > 0]


class _Group(NamedTuple):
    true: list[int]
    counted: list[int]


def _groups(true: Sequence[float], counted: Sequence[float], tolerance: float) -> Iterator[_Group]:
    """Events between which no gap is longer than the tolerance; nothing matches across such a gap."""
    everything = sorted(
        [(at, True, number) for number, at in enumerate(true)]
        + [(at, False, number) for number, at in enumerate(counted)]
    )
    group, last = _Group([], []), 0.0
    for at, is_true, number in everything:
        if at - last > tolerance and (group.true or group.counted):
            yield group
            group = _Group([], [])
        (group.true if is_true else group.counted).append(number)
        last = at
    yield group


def _best(
    group: _Group, true: Sequence[float], counted: Sequence[float], tolerance: float
) -> tuple[Pair, ...]:
    above = [_Best(column, 0.0, ()) for column in range(len(group.counted) + 1)]
    for row, i in enumerate(group.true, 1):
        current = [_Best(row, 0.0, ())]
        for column, j in enumerate(group.counted, 1):
            choices = [_alone(above[column]), _alone(current[column - 1])]
            off = abs(true[i] - counted[j])
            if off <= tolerance:
                before = above[column - 1]
                choices.append(_Best(before.unpaired, before.seconds + off, (*before.pairs, Pair(i, j))))
            current.append(min(choices, key=lambda best: best[:2]))
        above = current
    return above[-1].pairs


def _alone(best: _Best) -> _Best:
    return best._replace(unpaired=best.unpaired + 1)
