"""Days of a store side by side, each cut into the same parts: what all of the analysis works on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

import numpy as np
import numpy.typing as npt

from server.flow.errors import FlowRefused

Numbers = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Days:
    """Some series, day by day and part by part on the shop's clock; NaN where nothing is known.

    All days have the same parts, usually hours: one that a change of the clock leaves out is not known,
    and of one that comes twice the mean of both stands here.
    """

    first: date
    names: tuple[str, ...]
    values: Numbers
    """Shape (days, parts of a day, series)."""
    begins: time = time(0)
    """When days begin on the shop's clock."""

    def __post_init__(self) -> None:
        """Refuse what no figure could be made of."""
        if self.values.ndim != 3 or self.values.shape[2] != len(self.names) or not self.names:
            raise FlowRefused(f"{len(self.names)} names and values of shape {self.values.shape}")
        if np.isinf(self.values).any() or (self.values < 0).any():
            raise FlowRefused("a count is negative or infinite", "leave out hours that are not known")

    @property
    def days(self) -> int:
        """How many days there are, known or not."""
        return int(self.values.shape[0])

    @property
    def parts(self) -> int:
        """Into how many parts a day is cut: 24 hours, 48 half hours."""
        return int(self.values.shape[1])

    @property
    def weekdays(self) -> npt.NDArray[np.int64]:
        """The weekday of each day, Monday = 0."""
        return (self.first.weekday() + np.arange(self.days)) % 7

    def day(self, number: int) -> date:
        """The date of a day."""
        return self.first + timedelta(days=number)

    def of(self, name: str) -> Numbers:
        """One series, shape (days, parts of a day)."""
        found: Numbers = self.values[:, :, self.names.index(name)]
        return found

    def known(self, name: str) -> int:
        """Of how many days something is known of a series."""
        return int((~np.isnan(self.of(name))).any(axis=1).sum())

    def clock(self, part: int) -> time:
        """When a part of a day begins; the one after the last begins as the first does."""
        minutes = self.begins.hour * 60 + self.begins.minute + part * 24 * 60 // self.parts
        return time(minutes // 60 % 24, minutes % 60)


def mean_over(values: Numbers, weights: Numbers | Marks, axis: int) -> Numbers:
    """The mean of what is known under weights; NaN where nothing is."""
    known = ~np.isnan(values)
    weight = np.where(known, weights, 0.0)
    total = np.where(known, values, 0.0) * weight
    counted = weight.sum(axis=axis)
    found: Numbers = np.divide(
        total.sum(axis=axis), counted, out=np.full(counted.shape, np.nan), where=counted > 0
    )
    return found
