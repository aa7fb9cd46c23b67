"""Whether intervals of effects hold what they say, and what effects look like on public counts; by hand.

    python -m tests.bench.effects coverage [--seeds 400]
    python -m tests.bench.effects auckland --data FOLDER

`coverage`: shops made up so that every effect is known (see `tests/server/flow/made_up.py`); how many of the
95 % intervals hold it. `auckland`: there are no public counts of a door with its till's tickets, so each
sensor of `counts/akl_hourly_counts.csv.gz` (Heart of the City Auckland, CC BY 4.0) stands for the tickets,
and all others together for the people who came; with New Zealand's holidays.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from server.flow.design import Design, design_of
from server.flow.effects import effects_of
from server.flow.explaining import Explained, explained_by
from server.flow.outcome import Outcome
from server.flow.sales_days import History, SalesDay
from tests.bench.forecasting import auckland
from tests.server.flow.made_up import made_up, true_change


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("part", choices=["coverage", "auckland"])
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--data", type=Path, default=Path())
    asked = parser.parse_args()
    console = Console(width=150)
    if asked.part == "coverage":
        console.print(_coverage(asked.seeds))
    else:
        _auckland(asked.data, console)


def _coverage(seeds: int) -> Table:
    table = Table("days", "likeness of neighbours", "all effects", "lowest", "of", "people", "half width")
    for days in (64, 120, 365, 730):
        for likeness in (0.0, 0.5, 0.8):
            held: dict[str, list[bool]] = defaultdict(list)
            widths = []
            with threadpool_limits(1):
                for seed in range(seeds):
                    for key, holds, width in _held(design_of(made_up(seed, days, likeness=likeness))):
                        held[key].append(holds)
                        if key == "entries":
                            widths.append(width)
            shares = {key: float(np.mean(found)) for key, found in held.items() if len(found) > seeds / 2}
            least = min(shares, key=lambda key: shares[key])
            cells = [f"{share:.1%}" for share in (float(np.mean(list(shares.values()))), shares[least])]
            people = [f"{shares['entries']:.1%}", f"{np.median(widths):.1%}"]
            table.add_row(str(days), f"{likeness:g}", *cells, least, *people)
    return table


def _held(design: Design) -> Iterator[tuple[str, bool, float]]:
    for effect, contrast in zip(effects_of(design, Outcome.TRANSACTIONS), design.contrasts, strict=True):
        truth = true_change(effect.key, contrast)
        yield effect.key, effect.low <= truth <= effect.high, (effect.high - effect.low) / 2


def _auckland(folder: Path, console: Console) -> None:
    panel, known, _ = auckland(folder)
    days = panel.hours // 24
    daily = panel.values[: days * 24].reshape(days, 24, -1).sum(axis=1)[-730:]
    first = panel.start.date() + timedelta(days=days - len(daily))
    table = Table(
        "sensor", "days", "regression", "tree", "entries alone", "same weekday", "holiday", "seconds"
    )
    for number, name in enumerate(panel.names):
        others = np.nansum(np.delete(daily, number, axis=1), axis=1)
        found = [
            SalesDay(
                first + timedelta(days=day),
                float(daily[day, number]),
                float(others[day]),
                marks=frozenset({"holiday"} if first + timedelta(days=day) in known.holidays else ()),
            )
            for day in range(len(daily))
            if np.isfinite(daily[day, number]) and others[day] > 0
        ]
        if len(found) < 400:
            continue
        begin = time.perf_counter()
        explained = explained_by(History(tuple(found)), Outcome.TRANSACTIONS)
        table.add_row(name, *_cells(explained), f"{time.perf_counter() - begin:.2f}")
    console.print(table)


def _cells(found: Explained) -> list[str]:
    shares = found.shares
    holiday = next((effect for effect in found.effects if effect.key == "holiday"), None)
    return [
        str(found.days),
        *(
            [f"{share:.0%}" for share in (shares.regression, shares.tree, shares.entries_alone)]
            + [f"{shares.same_weekday:.0%}"]
            if shares
            else [""] * 4
        ),
        f"{holiday.change:+.0%} ({holiday.low:+.0%} to {holiday.high:+.0%})" if holiday else "",
    ]


if __name__ == "__main__":
    main()
