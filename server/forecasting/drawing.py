"""Hours to learn from, drawn from all over a history, each as it looked from some hours before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.forecasting.features import WEATHER_AT, Features, design
from server.forecasting.grid import BEFORE, Grid
from server.forecasting.series import DAY, LONGEST, WEEK, Numbers

NO_FORECAST = 0.25
"""Share of origins from which the weather to come is not shown: farther ahead nobody knows it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hours to learn from, one row for each hour of a series."""

    features: Features
    target: Numbers
    weight: Numbers

    def part(self, number: int, of: int) -> Drawn:
        """Every so many of them."""
        return Drawn(self.features[number::of], self.target[number::of], self.weight[number::of])


_APART = 5 * DAY + 6
"""Hours from origin to origin: each weekday, and each quarter of the day, begins some of them."""


def drawn(grid: Grid, most_rows: int, farthest_back: int, seed: int) -> Drawn:
    """Draw about so many hours that came after origins all over the history, up to hours before its end."""
    chance = np.random.default_rng(seed)
    first = max(BEFORE + 5 * WEEK, grid.last_row - farthest_back)
    origins = np.arange(grid.last_row - DAY, first, -_APART)
    each = max(8, most_rows // max(1, len(origins) * grid.series))
    parts = [_after(grid, int(origin), each, chance) for origin in origins]
    features, target, weight = (np.concatenate([part[which] for part in parts]) for which in range(3))
    return Drawn(features, target, weight)


def _after(
    grid: Grid, origin: int, each: int, chance: np.random.Generator
) -> tuple[Features, Numbers, Numbers]:
    reach = min(LONGEST, grid.last_row - origin)
    rows = origin + np.unique(_ahead(reach, each, chance))
    seen = design(grid, origin, rows)
    if chance.random() < NO_FORECAST:
        seen.features[..., WEATHER_AT] = np.nan
    target = np.log1p(grid.values[rows]) - np.log1p(seen.base)
    usable = ~np.isnan(target) & (seen.base > 0) & ~grid.untold[rows][:, None]
    return seen.features[usable], target[usable], _weight(seen.base)[usable]


def _ahead(reach: int, each: int, chance: np.random.Generator) -> npt.NDArray[np.int64]:
    """Hours ahead: near ones more often than their share, because each horizon counts alike."""
    spans = [min(span, reach) for span in (2 * DAY, WEEK, LONGEST)]
    return np.concatenate([chance.integers(0, span, max(1, each // 3)) for span in spans])


def _weight(base: Numbers) -> Numbers:
    """An error counts by the people that it misses, against the series' own size."""
    usual = np.nan_to_num(base)
    weight: Numbers = (usual + 1) / (usual.mean(axis=0) + 1)
    return weight
