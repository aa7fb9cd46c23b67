"""Intervals above each other on one scale, as places in small pictures that a template draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 200.0
"""Of each picture; nothing lies in the middle."""
_LEAST_END, _MOST_END = 0.05, 1.0


@dataclass(frozen=True, slots=True)
class Whisker:
    """One interval: where it begins, how wide it is, and where its middle value lies."""

    x: float
    width: float
    middle: float


def whiskers(intervals: Sequence[tuple[float, float, float]]) -> tuple[list[Whisker], float]:
    """Pictures of intervals (low, middle, high) and the value at their right edge.

    What lies beyond twice as much or nothing is cut off there.
    """
    far = max((abs(end) for low, _, high in intervals for end in (low, high)), default=_LEAST_END)
    edge = min(max(far, _LEAST_END), _MOST_END)
    return [_whisker(*each, edge) for each in intervals], edge


def _whisker(low: float, middle: float, high: float, edge: float) -> Whisker:
    begin, at, end = (WIDTH / 2 * (1 + max(-1.0, min(1.0, each / edge))) for each in (low, middle, high))
    return Whisker(round(begin, 2), round(end - begin, 2), round(at, 2))
