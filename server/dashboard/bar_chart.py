"""A small chart of one figure over time, as places in a picture that a template draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 10.0, 100.0
"""Of one bar with its gap, and of the whole picture; a page stretches it as it likes."""

_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar from its top left corner; `height` None where nothing is known."""

    x: float
    y: float
    width: float
    height: float | None
    label: str
    said: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars, the value at the top edge, and a line of a second figure as points `x,y x,y`."""

    bars: tuple[Bar, ...]
    top: int
    lines: tuple[str, ...]

    @property
    def width(self) -> float:
        """Of the picture."""
        return WIDTH * len(self.bars)


@dataclass(frozen=True, slots=True)
class Point:
    """What one bar shows: two figures of one part of the time, and how to say them."""

    label: str
    bar: int | None
    line: int | None
    said: str
    closed: bool = False


def chart(points: Sequence[Point]) -> Chart:
    """The picture of some parts of time."""
    highest = max((value for point in points for value in (point.bar, point.line) if value), default=0)
    top = nice_above(highest)
    bars = tuple(_bar(number, point, top) for number, point in enumerate(points))
    return Chart(bars, top, tuple(_lines(points, top)))


def nice_above(value: int) -> int:
    """The least of 5, 10, 20, 50 … that is not below a value: one person alone is no tower."""
    step = 1
    while True:
        for nice in (step, 2 * step, 5 * step):
            if nice >= max(value, 5):
                return nice
        step *= 10


def _bar(number: int, point: Point, top: int) -> Bar:
    height = None if point.bar is None else HEIGHT * max(0, point.bar) / top
    x = number * WIDTH + _GAP / 2
    return Bar(x, HEIGHT - (height or 0.0), WIDTH - _GAP, height, point.label, point.said, point.closed)


def _lines(points: Sequence[Point], top: int) -> list[str]:
    """A line for each stretch in which the second figure is known: what is not known is not drawn."""
    stretches: list[list[str]] = [[]]
    for number, point in enumerate(points):
        if point.line is None:
            stretches.append([])
            continue
        x, y = number * WIDTH + WIDTH / 2, HEIGHT - HEIGHT * max(0, point.line) / top
        stretches[-1].append(f"{x:g},{y:.2f}")
    return [" ".join(stretch) for stretch in stretches if len(stretch) > 1]
