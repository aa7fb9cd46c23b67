"""Shops of which it is known what their sales hang on."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from server.flow.predictors import WET_MM, YEAR_DAYS, Contrast
from server.flow.sales_days import History, Numbers, SalesDay

FIRST = date(2025, 3, 3)
"""A Monday."""

BY_WEEKDAY = np.array([0.0, 0.0, 0.02, 0.05, 0.1, 0.25, -0.1])
"""Logarithms of what is sold beside a Monday's."""
TRUTH = {"entries": 0.8, "holiday": 0.15, "campaign": 0.1, "rain": -0.08, "temperature": 0.02, "dwell": 0.5}
"""What sales go with: powers of entries and dwell, else logarithms (temperature: of 5 °C)."""
USUAL_ENTRIES, USUAL_DWELL, USUAL_SALES = 400.0, 40.0, 100.0


def made_up(seed: int, days: int = 365, *, likeness: float = 0.5, spread: float = 0.08) -> History:
    """Days of a shop whose sales follow `TRUTH`, vary beside it, and hang together from day to day."""
    random = np.random.default_rng(seed)
    number = np.arange(days)
    year = 2 * np.pi * (number + FIRST.timetuple().tm_yday) / YEAR_DAYS
    rain = np.where(_chain(random, days), random.gamma(1.5, 4.0, days) + WET_MM, 0.0)
    degrees = 12 - 8 * np.cos(year - 0.3) + random.normal(0, 3, days)
    holiday, campaign = np.zeros(days), np.zeros(days)
    holiday[random.choice(days, max(6, days // 36), replace=False)] = 1
    begins = int(random.integers(0, max(1, days - 14)))
    campaign[begins : begins + 14] = 1
    drawn = 0.15 * np.sin(year) - 0.1 * (rain > 0) + 0.3 * holiday + _alike(random, days, 0.4, 0.13)
    entries = random.poisson(
        USUAL_ENTRIES * np.exp(np.array([0, -0.05, 0, 0.05, 0.2, 0.4, -0.3])[number % 7] + drawn)
    )
    dwell = USUAL_DWELL * np.exp(random.normal(0, 0.15, days))
    level = (
        TRUTH["entries"] * np.log(entries / USUAL_ENTRIES)
        + BY_WEEKDAY[number % 7]
        + TRUTH["holiday"] * holiday
        + TRUTH["campaign"] * campaign
        + TRUTH["rain"] * (rain > 0)
        + TRUTH["temperature"] * (degrees - 12) / 5
        + TRUTH["dwell"] * np.log(dwell / USUAL_DWELL)
        + _alike(random, days, likeness, spread)
    )
    sales = random.poisson(USUAL_SALES * np.exp(level))
    marks = [
        frozenset(name for name, is_one in (("holiday", a), ("campaign", b)) if is_one)
        for a, b in zip(holiday, campaign, strict=True)
    ]
    found = (
        SalesDay(
            FIRST + timedelta(days=int(n)),
            float(sales[n]),
            float(entries[n]),
            float(dwell[n]),
            float(degrees[n]),
            float(rain[n]),
            marks[n],
        )
        for n in number
    )
    return History(tuple(found))


def _chain(random: np.random.Generator, days: int) -> Numbers:
    """Rainy days, which come together."""
    wet = np.zeros(days, dtype=bool)
    for number in range(1, days):
        wet[number] = random.random() < (0.5 if wet[number - 1] else 0.2)
    return wet


def _alike(random: np.random.Generator, days: int, likeness: float, spread: float) -> Numbers:
    """Chance that hangs together from day to day."""
    found = np.zeros(days)
    for number in range(1, days):
        found[number] = likeness * found[number - 1] + random.normal(0, spread * np.sqrt(1 - likeness**2))
    return found


def true_change(key: str, contrast: Contrast) -> float:
    """What an effect of a made-up shop really is, as a share. Its sales have neither trend nor season."""
    kind, _, number = key.partition("-")
    if kind in {"trend", "season"}:
        return 0.0
    if kind == "weekday":
        return float(np.expm1(BY_WEEKDAY[int(number) - 1] - BY_WEEKDAY.mean()))
    step = float(contrast.weights.sum()) if kind in {"entries", "dwell"} else 1.0
    return float(np.expm1(TRUTH[kind] * step))
