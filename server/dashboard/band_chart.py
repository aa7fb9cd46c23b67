"""A chart of what is expected hour by hour, with its range as a band: places in a picture for a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from server.dashboard.bar_chart import nice_above

HEIGHT = 100.0
"""Of the whole picture, in which an hour is one wide; a page stretches it as it likes."""

LEAST_LABELLED = 14
"""A day with fewer hours in the picture has no room for its name."""


class Hour(Protocol):
    """One hour to come."""

    @property
    def begin(self) -> datetime: ...
    @property
    def median(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Midnight:
    """Where a day begins in the picture, and what it is called."""

    x: float
    percent: float
    """The same as a share of the width."""
    label: str
    """Empty where there is no room for it."""


@dataclass(frozen=True, slots=True)
class BandChart:
    """A line and the band around it as points `x,y x,y`, and the value at the top edge."""

    line: str
    band: str
    width: int
    top: int
    midnights: tuple[Midnight, ...]


def band_chart(hours: Sequence[Hour], zone: ZoneInfo) -> BandChart:
    """The picture of some hours in a row; each stands for its whole width."""
    top = nice_above(round(max((hour.high for hour in hours), default=0)))
    upper = [place for n, hour in enumerate(hours) for place in _step(n, hour.high, top)]
    lower = [place for n, hour in enumerate(hours) for place in _step(n, hour.low, top)]
    line = [place for n, hour in enumerate(hours) for place in _step(n, hour.median, top)]
    return BandChart(
        line=" ".join(line),
        band=" ".join([*upper, *reversed(lower)]),
        width=max(1, len(hours)),
        top=top,
        midnights=tuple(_midnights(hours, zone)),
    )


def _step(number: int, value: float, top: int) -> tuple[str, str]:
    y = HEIGHT - HEIGHT * min(value, top) / top
    return f"{number},{y:.2f}", f"{number + 1},{y:.2f}"


def _midnights(hours: Sequence[Hour], zone: ZoneInfo) -> list[Midnight]:
    days = [hour.begin.astimezone(zone).date() for hour in hours]
    firsts = [n for n in range(len(days)) if n == 0 or days[n] != days[n - 1]]
    ends = firsts[1:] + ([len(days)] if days else [])
    return [
        Midnight(n, round(100 * n / len(days), 2), f"{days[n]:%a}" if end - n >= LEAST_LABELLED else "")
        for n, end in zip(firsts, ends, strict=True)
    ]
