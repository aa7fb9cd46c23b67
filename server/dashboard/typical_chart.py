"""A typical day as a picture: a line of medians in the band that most days lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from server.api.flow_shapes import TypicalDayShape, TypicalHourShape
from server.dashboard.bar_chart import HEIGHT, WIDTH


@dataclass(frozen=True, slots=True)
class TypicalChart:
    """Places in a picture that a template draws; a page stretches it as it likes."""

    bands: tuple[str, ...]
    """Areas as points `x,y x,y`: one for each stretch of hours of which the band is known."""
    lines: tuple[str, ...]
    width: float


def first_and_last(days: Sequence[TypicalDayShape]) -> tuple[int, int]:
    """The first hour of any weekday in which anybody usually comes, and the one after the last."""
    busy = [n for day in days for n, hour in enumerate(day.hours) if (hour.high or hour.median or 0) > 0]
    return (min(busy), max(busy) + 1) if busy else (0, 0)


def top_of(days: Sequence[TypicalDayShape]) -> int:
    """The value at the upper edge of all pictures, so that weekdays can be compared: at least 5."""
    highest = max((hour.high or hour.median or 0 for day in days for hour in day.hours), default=0)
    step = 10 ** max(0, len(str(int(highest))) - 2)
    top: int = max(5, step * ceil(highest / step))
    return top


def typical_chart(hours: Sequence[TypicalHourShape], top: int) -> TypicalChart:
    """The picture of some hours of one weekday."""
    lows, highs, medians = ([getattr(hour, of) for hour in hours] for of in ("low", "high", "median"))
    bands = [
        " ".join([*_points(highs, some, top), *reversed(_points(lows, some, top))])
        for some in _stretches(highs)
    ]
    lines = [" ".join(_points(medians, some, top)) for some in _stretches(medians)]
    return TypicalChart(tuple(bands), tuple(lines), WIDTH * max(len(hours), 1))


def _stretches(values: Sequence[float | None]) -> list[range]:
    """Stretches of two known values and more: what is not known is not drawn."""
    found, begin = [], 0
    for number in range(len(values) + 1):
        if number == len(values) or values[number] is None:
            found.append(range(begin, number))
            begin = number + 1
    return [some for some in found if len(some) > 1]


def _points(values: Sequence[float | None], some: range, top: int) -> list[str]:
    return [f"{n * WIDTH + WIDTH / 2:g},{HEIGHT - HEIGHT * (values[n] or 0) / top:.2f}" for n in some]
