"""Hours of shops that never were, with the shape of a week and luck over it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from server.forecasting.series import DAY, Numbers, Panel

MONDAY = datetime.fromisoformat("2024-01-01")


def usual(hours: int, start: datetime = MONDAY, busiest: float = 60.0) -> Numbers:
    """Open from 9 to 20, busiest at 14, half as many again on Saturdays, closed on Sundays."""
    at = np.arange(hours) + start.hour
    hour, weekday = at % DAY, (start.weekday() + at // DAY) % 7
    shape = np.where((hour >= 9) & (hour < 20), 1 - ((hour - 14) / 7.0) ** 2, 0.0)
    visitors: Numbers = busiest * shape * np.where(weekday == 5, 1.5, 1.0) * (weekday != 6)
    return visitors


def shop(days: int, names: tuple[str, ...] = ("door",), start: datetime = MONDAY, seed: int = 1) -> Panel:
    """Visitors of some doors, each with its own luck."""
    chance = np.random.default_rng(seed)
    columns = [chance.poisson(usual(days * DAY, start)).astype(np.float64) for _ in names]
    return Panel(start, names, np.stack(columns, axis=1))


def with_gap(panel: Panel, first_day: int, days: int) -> Panel:
    """The same, and nothing known of some days."""
    values = panel.values.copy()
    values[first_day * DAY : (first_day + days) * DAY] = np.nan
    return Panel(panel.start, panel.names, values)


def later(panel: Panel, hours: int) -> datetime:
    """An hour after a panel's end."""
    return panel.end + timedelta(hours=hours)
