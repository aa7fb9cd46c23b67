"""A day beside the same weekday of the weeks before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from server.metrics.report import Figures

COMPARED: Mapping[str, Callable[[Figures], float | None]] = {
    "entries": lambda of: of.entries,
    "transactions": lambda of: of.transactions,
    "net_sales": lambda of: float(of.net_sales.amount) if of.net_sales else None,
    "conversion": lambda of: of.conversion.value if of.conversion and of.conversion.enough else None,
    "group_conversion": lambda of: (
        of.group_conversion.value if of.group_conversion and of.group_conversion.enough else None
    ),
}
"""Figures that are compared, by their key; a rate of too few people is none."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of a day beside the median of some earlier days; None where nothing is known."""

    key: str
    value: float | None
    usual: float | None
    """The median of the days that know it."""
    days: int
    """How many know it."""
    low: float | None
    high: float | None
    """The least and the most of them."""

    @property
    def off(self) -> float | None:
        """How far the day is off, as a share of what is usual: 0.1 is a tenth more."""
        if self.value is None or not self.usual:
            return None
        return self.value / self.usual - 1


def comparisons(day: Figures, before: Sequence[Figures]) -> tuple[Comparison, ...]:
    """A day's figures beside those of the same weekday of the weeks before."""
    return tuple(_comparison(key, of(day), [of(other) for other in before]) for key, of in COMPARED.items())


def _comparison(key: str, value: float | None, others: Sequence[float | None]) -> Comparison:
    known = [other for other in others if other is not None]
    return Comparison(
        key=key,
        value=value,
        usual=median(known) if known else None,
        days=len(known),
        low=min(known, default=None),
        high=max(known, default=None),
    )
