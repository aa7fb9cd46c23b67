"""Repeats the table of docs/planning.md on queues that are expected to pass their target: how often an alert
was followed by a wait over target, and how many of these were announced, and how long before.

First shops of all kinds, to see whether what is told with a chance comes as often as that. Then a shop of
three tills whose arrivals swing with the day and miss their forecast by chance; nobody opens a till because
of an alert. Run it by hand as `python -m tests.bench.queue_ahead [DAYS [SEED]]`.
"""

from __future__ import annotations

import math
import random
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from rich.console import Console
from rich.table import Table

from server.alerting.queue_ahead import AHEAD, BACK, chance, is_told, joining_ahead, measured
from server.metrics.rows import QueueRow
from server.storage.forecasts import ForecastHour

OPENS = datetime(2026, 3, 3, 8, tzinfo=UTC)
MINUTES = 12 * 60
MINUTE = timedelta(minutes=1)
SWING = (0.35, 0.5, 0.65, 0.8, 0.9, 0.85, 0.7, 0.7, 0.85, 1.0, 0.9, 0.6)
"""Load of the tills by hour, as forecast, for a factor of one."""


@dataclass(frozen=True)
class Shop:
    """Tills, how busy they are, and by how much its forecasts miss, by the day and by the hour."""

    factor: float = 1.0
    errors: tuple[float, float] = (0.1, 0.1)
    tills: int = 3
    service_seconds: float = 60.0
    target: float = 180.0
    evenness: float = 1.0
    """Shape of the gamma distribution of service times; 1: exponential."""


@dataclass(frozen=True)
class Day:
    """What a day brought: minutes of the queue, the line at each minute's end, and how long its first
    waited."""

    target: float
    forecast: tuple[ForecastHour, ...]
    rows: tuple[QueueRow, ...]
    length: tuple[int, ...]
    first_waits: tuple[float, ...]


LEAST = (0.3, 0.4, 0.5, 0.6)


def simulated(dice: random.Random, shop: Shop) -> Day:
    """One day of a shop, second by second."""
    per_hour = [load * shop.factor * shop.tills * 3600 / shop.service_seconds for load in SWING]
    day = math.exp(dice.gauss(0, shop.errors[0]))
    true = [each * day * math.exp(dice.gauss(0, shop.errors[1])) for each in per_hour]
    forecast = tuple(
        ForecastHour(OPENS + timedelta(hours=n), each, each * 0.7, each * 1.4)
        for n, each in enumerate(per_hour)
    )
    line: deque[float] = deque()
    free_at = [0.0] * shop.tills
    rows, length, waits = [], [], []
    joined = served = 0
    waiting = 0.0
    for second in range(MINUTES * 60):
        if dice.random() < true[second // 3600] / 3600:
            line.append(second)
            joined += 1
        for till in range(shop.tills):
            if line and free_at[till] <= second:
                line.popleft()
                served += 1
                free_at[till] = second + dice.gammavariate(
                    shop.evenness, shop.service_seconds / shop.evenness
                )
        waiting += len(line)
        if second % 60 == 59:
            begin = OPENS + timedelta(seconds=second - 59)
            rows.append(_row(begin, joined, served, waiting))
            length.append(len(line))
            waits.append(second - line[0] if line else 0.0)
            joined = served = 0
            waiting = 0.0
    return Day(shop.target, forecast, tuple(rows), tuple(length), tuple(waits))


def _row(begin: datetime, joined: int, served: int, waiting: float) -> QueueRow:
    return QueueRow(
        device="edge-1", camera="tills", begin=begin, end=begin + MINUTE, queue="tills", joined=joined,
        served=served, abandoned=0, lost=0, wait=None, abandoned_wait=None, person_seconds=waiting,
        observed_seconds=60.0, peak=0,
    )  # fmt: skip


def chances(day: Day) -> list[float]:
    """The chance that is told, minute by minute; 0 where none is."""
    return [_chance(day, minute) for minute in range(MINUTES)]


def _chance(day: Day, minute: int) -> float:
    now = OPENS + minute * MINUTE
    rows = day.rows[max(0, minute - int(BACK / MINUTE)) : minute]
    queue = measured(rows, "tills", day.length[minute - 1], now) if minute else None
    ahead = queue and joining_ahead(queue, day.forecast, now)
    return chance(queue, ahead, day.target) if queue and ahead else 0.0


def alerts(day: Day, of: list[float], least: float) -> list[tuple[int, int]]:
    """The minutes in which each alert began and ended."""
    found, begun, calm = [], None, 0
    for minute in range(30, MINUTES):
        is_over = day.first_waits[minute - 1] > day.target
        is_wrong = is_over if begun is None else is_over or of[minute] >= least / 2
        if begun is None and not is_over and is_told(of[minute], told_already=False, least=least):
            begun, calm = minute, 0
        elif begun is not None:
            calm = 0 if is_wrong else calm + 1
            if calm >= 2:
                found.append((begun, minute))
                begun = None
    return [*found, *([(begun, MINUTES)] if begun is not None else [])]


def breaches(day: Day) -> Iterator[int]:
    """Minutes in which the first came to wait too long, after half an hour without."""
    last = -(10**6)
    for minute, waits in enumerate(day.first_waits):
        if waits > day.target:
            if minute - last > AHEAD / MINUTE:
                yield minute
            last = minute


def judged(days: list[tuple[Day, list[float]]], least: float) -> tuple[str, ...]:
    """The right part of a row of the table."""
    begun = right = came = announced = 0
    before: list[int] = []
    for day, of in days:
        told, over = alerts(day, of, least), list(breaches(day))
        bad = [minute for minute, waits in enumerate(day.first_waits) if waits > day.target]
        begun += len(told)
        right += sum(any(first <= minute <= first + 30 for minute in bad) for first, _ in told)
        came += len(over)
        leads = [[minute - first for first, last in told if first < minute <= last] for minute in over]
        announced += sum(map(bool, leads))
        before += [each[0] for each in leads if each]
    return (
        f"{begun / len(days):.2f}",
        f"{came / len(days):.2f}",
        f"{right / begun:.0%}" if begun else "",
        f"{announced / came:.0%}" if came else "",
        f"{median(before):.0f}" if before else "",
    )


def any_shop(dice: random.Random) -> Shop:
    """A shop of any kind, from idle to overrun."""
    return Shop(
        dice.choice((0.7, 0.8, 0.9, 1.0, 1.1)),
        dice.choice(((0.1, 0.1), (0.2, 0.2), (0.3, 0.2))),
        dice.choice((1, 2, 3, 4, 6)),
        dice.choice((40.0, 60.0, 90.0, 150.0)),
        dice.choice((120.0, 180.0, 300.0)),
        dice.choice((1.0, 1.0, 2.8)),
    )


def told_and_came(dice: random.Random, count: int, every: int = 4) -> Iterator[tuple[float, bool]]:
    """Chances of so many days of any shops, every few minutes, and whether the wait came in time."""
    for _ in range(count):
        day = simulated(dice, any_shop(dice))
        for minute in range(30, MINUTES - 30, every):
            if day.first_waits[minute - 1] <= day.target and (of := _chance(day, minute)):
                yield of, any(waits > day.target for waits in day.first_waits[minute : minute + 30])


def calibration(dice: random.Random, count: int) -> Table:
    """How often what was told with a chance came."""
    table = Table("told", "times", "told on average", "came")
    found = list(told_and_came(dice, count))
    for tenth in range(10):
        some = [(of, came) for of, came in found if min(9, int(of * 10)) == tenth]
        told, came = (sum(each) / max(1, len(some)) for each in zip(*some, strict=True))
        table.add_row(f"{tenth * 10}-{tenth * 10 + 10}%", f"{len(some):,}", f"{told:.0%}", f"{came:.0%}")
    return table


def main() -> None:
    """Print the tables."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    Console(width=140).print(calibration(random.Random(seed), count * 4))
    columns = (
        "forecast misses by",
        "load",
        "told from",
        "alerts a day",
        "breaches a day",
        "right",
        "announced",
    )
    table = Table(*columns, "minutes before")
    for errors in ((0.1, 0.1), (0.2, 0.2)):
        for factor in (0.9, 1.0):
            dice = random.Random(seed)
            days = [simulated(dice, Shop(factor, errors)) for _ in range(count)]
            told = [(day, chances(day)) for day in days]
            for least in LEAST:
                table.add_row(f"{errors[0]:.0%}", f"{factor:g}", f"{least:.0%}", *judged(told, least))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
