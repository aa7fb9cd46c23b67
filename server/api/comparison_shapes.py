"""What the API answers about a day beside those before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import Field

from server.api.parts import Shape
from server.metrics.comparing import Comparison


class ComparedShape(Shape):
    """One figure beside what is usual; null where nothing is known, or a rate is of too few people."""

    key: str = Field(description="the metric, as in the glossary")
    value: float | None
    usual: float | None = Field(description="the median of the same weekday of the weeks before")
    off: float | None = Field(description="value / usual - 1: 0.1 is a tenth more than usual")
    days: int = Field(description="how many of those days know the figure")
    low: float | None
    high: float | None

    @classmethod
    def of_nothing(cls, key: str) -> ComparedShape:
        """A figure of which nothing is told."""
        return cls(key=key, value=None, usual=None, off=None, days=0, low=None, high=None)


class ComparisonShape(Shape):
    """A business day beside the same weekday of the weeks before."""

    store: str
    day: str
    weeks: int
    figures: list[ComparedShape]
    suppressed: bool = Field(False, description="left out, for one of the days is of too few people")


def comparison_shape(store: str, day: date, weeks: int, found: Sequence[Comparison]) -> ComparisonShape:
    """A day beside those before it."""
    return ComparisonShape(
        store=store,
        day=day.isoformat(),
        weeks=weeks,
        figures=[
            ComparedShape(
                key=figure.key,
                value=figure.value,
                usual=figure.usual,
                off=figure.off,
                days=figure.days,
                low=figure.low,
                high=figure.high,
            )
            for figure in found
        ],
    )
