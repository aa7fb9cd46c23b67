"""Repeats the table of docs/planning.md on days far from their forecast: false alarms a month, and how many
days of half or twice the traffic are told, and after how many hours.

Days whose forecast misses by the whole day, by the hour and by chance; ranges hold four in five hours of
ordinary days. Run it by hand as `python -m tests.bench.unexpected_traffic [DAYS]`.
"""

from __future__ import annotations

import math
import random
import sys
from datetime import UTC, datetime, timedelta
from statistics import median

from rich.console import Console
from rich.table import Table

from server.alerting.unexpected import is_far_for_long
from server.storage.forecasts import ForecastHour

OPENS = datetime(2026, 3, 3, 8, tzinfo=UTC)
PROFILE = (0.4, 0.7, 1.0, 1.3, 1.2, 1.0, 1.1, 1.3, 1.5, 1.1, 0.7, 0.4)
MISSES = ((0.1, 0.1), (0.2, 0.15), (0.3, 0.2))
"""Deviations of the logarithm: by the whole day, and by the hour."""


def ranges(dice: random.Random, mean: float, misses: tuple[float, float], tails: int) -> tuple[float, float]:
    """The range that holds four in five of ordinary hours."""
    drawn = sorted(
        poisson(dice, mean * error(dice, misses[0], tails) * error(dice, misses[1], 0)) for _ in range(800)
    )
    return float(drawn[80]), float(drawn[719])


def error(dice: random.Random, deviation: float, tails: int) -> float:
    """A factor by which a forecast misses; with `tails` degrees of freedom far misses are more often."""
    far = dice.gauss(0, 1)
    if tails:
        far /= math.sqrt(dice.gammavariate(tails / 2, 2) / tails)
    return math.exp(deviation * far)


def poisson(dice: random.Random, mean: float) -> int:
    """People who come by chance."""
    if mean > 50:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    count, product = 0, dice.random()
    while product > math.exp(-mean):
        count, product = count + 1, product * dice.random()
    return count


def told_after(
    dice: random.Random, forecast: list[ForecastHour], misses: tuple[float, float], tails: int, factor: float
) -> int | None:
    """After how many hours a day is told; None: never."""
    day = factor * error(dice, misses[0], tails)
    hours: list[tuple[float, ForecastHour]] = []
    for hour in forecast:
        hours.append((poisson(dice, hour.median * day * error(dice, misses[1], 0)), hour))
        if is_far_for_long(hours, told_already=False):
            return len(hours)
    return None


def judged(told: list[int | None], *, is_false: bool) -> list[str]:
    """How many days are told, and after how many hours."""
    known = [hours for hours in told if hours is not None]
    share = len(known) / len(told)
    return [f"{share * 30:.2f}"] if is_false else [f"{share:.0%}", f"{median(known):g}" if known else ""]


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    columns = (
        "entries an hour",
        "misses by",
        "tails",
        "false a month",
        "half told",
        "after hours",
        "twice told",
    )
    table = Table(*columns, "after hours")
    for mean in (8, 60, 400):
        for misses in MISSES:
            for tails in (0, 4):
                dice = random.Random(1)
                shares = [mean * share for share in PROFILE]
                forecast = [
                    ForecastHour(OPENS + timedelta(hours=n), usual, *ranges(dice, usual, misses, tails))
                    for n, usual in enumerate(shares)
                ]
                cells = [str(mean), f"{misses[0]:.0%}, {misses[1]:.0%}", "heavy" if tails else "normal"]
                for factor in (1.0, 0.5, 2.0):
                    told = [told_after(dice, forecast, misses, tails, factor) for _ in range(count)]
                    cells += judged(told, is_false=factor == 1.0)
                table.add_row(*cells)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
