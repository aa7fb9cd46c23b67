"""How much of the way sales vary is explained on days that came later, beside plain guesses."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from server.flow.design import Design
from server.flow.poisson import weights_of
from server.flow.sales_days import Numbers, column, elapsed, weekdays
from server.flow.tree import grown

LEAST_DAYS = 56
"""With fewer there are too few later days to try on."""
_PARTS = 5
_LAST_WEEKS = 4
_SHRINK = 1e-5


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the variance of later days that are explained: 1 is all; below 0 is worse than their mean.

    Each part of the second half of the days is guessed from the days before it. Growth and season are left
    out: carried on from a year or two they miss more than they find (see docs/effects.md).
    """

    days: int
    """So many days were guessed."""
    regression: float
    tree: float
    entries_alone: float
    """The usual sales for each person who came in, times how many came in."""
    same_weekday: float
    """The mean of the last four days of the same weekday, whoever came in."""


def shares_of(design: Design) -> Shares | None:
    """How well days are guessed that came later; None where there are too few."""
    count = len(design.days)
    if count < LEAST_DAYS:
        return None
    edges = np.linspace(count // 2, count, _PARTS + 1).astype(int)
    spans = [(int(begin), int(end)) for begin, end in pairwise(edges)]
    guesses = zip(*(_guesses(design, begin, end) for begin, end in spans), strict=True)
    actual = design.sales[edges[0] :]
    # What is left to explain is the same for all: how days differ from the mean of those before.
    means = np.concatenate([np.full(end - begin, design.sales[:begin].mean()) for begin, end in spans])
    total = float(np.sum((actual - means) ** 2))
    if not total:
        return None
    left = [float(np.sum((actual - np.concatenate(each)) ** 2)) for each in guesses]
    return Shares(len(actual), *(1 - each / total for each in left))


def _guesses(design: Design, begin: int, end: int) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    sales, entries = design.sales, column(design.days, "entries")
    weights = weights_of(design.lasting[:begin], sales[:begin], _SHRINK)
    highest = 2 * float(sales[:begin].max()) + 1
    regression = np.minimum(np.exp(np.minimum(design.lasting[begin:end] @ weights, 50.0)), highest)
    tree = grown(design.days[:begin], design.used).expect(design.days[begin:end])
    alone = entries[begin:end] * sales[:begin].sum() / entries[:begin].sum()
    return regression, tree, alone, _same_weekday(design, begin, end)


def _same_weekday(design: Design, begin: int, end: int) -> Numbers:
    """Up to the day before each, so it knows more of the latest days than the others do."""
    found, days, sales = weekdays(design.days), elapsed(design.days), design.sales
    guessed = []
    for number in range(begin, end):
        same = np.flatnonzero((found == found[number]) & (days < days[number]))[-_LAST_WEEKS:]
        guessed.append(sales[same].mean() if len(same) else sales[:begin].mean())
    return np.array(guessed)
