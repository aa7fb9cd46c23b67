"""A shop with a database: a zone of tea, whose visitors buy more while something is shown."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from server.config import Settings
from server.experiments.assigning import Experiment, assign
from server.experiments.plans import CONTROL
from server.metrics.intervals import Calendar
from server.metrics.rows import PlanogramRow
from tests.server.filling import STORE, Message, counts, fill, lay_out, sale, settings_for, zone_count

FIRST = date(2026, 3, 2)
"""A Monday."""
OPENS, HOURS = 10, 4


def tea_shop(folder: Path) -> Settings:
    """A store with tea in its zone, and nothing counted yet."""
    settings = settings_for(folder)
    lay_out(settings, [PlanogramRow("tea-1", "tea", None, None)])
    return settings


def spend(
    settings: Settings, calendar: Calendar, day: date, seen: Experiment | None, visits: float, uplift: float
) -> datetime:
    """One day of that shop, minute by minute; the instant at which it is over."""
    chance = random.Random(day.toordinal())
    over = calendar.business_day(day).end
    fill(settings, list(_minutes(calendar, day, seen, visits, uplift, chance)), over)
    return over


def _minutes(
    calendar: Calendar,
    day: date,
    seen: Experiment | None,
    visits: float,
    uplift: float,
    chance: random.Random,
) -> Iterator[Message]:
    opens = datetime.combine(day, time(OPENS), calendar.time_zone).astimezone(UTC)
    for number in range(HOURS * 60):
        at = opens + timedelta(minutes=number)
        given = assign(seen, "tea", at) if seen else None
        raised = uplift if given and given.arm != CONTROL else 0.0
        came = sum(chance.random() < visits / 4 for _ in range(4))
        yield counts(at, came, came, [zone_count("tea", [20.0] * came)])
        for which in range(came):
            if chance.random() < 0.2 + raised:
                yield sale(f"{day}-{number}-{which}", at + timedelta(seconds=20 + which), store=STORE)
