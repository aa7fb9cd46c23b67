"""How well hours are forecast, on two public sets of counts; by hand, with the data beside the project.

    python -m tests.bench.forecasting --data FOLDER [--every 28] [--library] [--json]

Rolling origins: each forecast knows what came before it and nothing after. Models are trained anew every
twelve weeks, as a shop would; between, they only see the hours that came in. Reads
`counts/akl_hourly_counts.csv.gz` (Heart of the City Auckland) and `counts/CalIt2.data` (UCI), both CC BY 4.0.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from server.forecasting.backtest import origins_of, tried
from server.forecasting.calendar import public_holidays
from server.forecasting.choosing import chosen, usual_models
from server.forecasting.intervals import Spread, spread_of, with_interval
from server.forecasting.learned import forest, support_vectors
from server.forecasting.library import library_models
from server.forecasting.models import Model, Trained
from server.forecasting.scores import Scores, naive_scale, scored
from server.forecasting.series import DAY, WEEK, Forecast, Known, Panel

HORIZONS = {"24 h": DAY, "7 d": WEEK, "28 d": 4 * WEEK}
HOUR = timedelta(hours=1)
RETRAINED = 84 * DAY


@dataclass
class Kept:
    """What a model reached, forecast by forecast."""

    scores: dict[str, list[Scores]] = field(default_factory=lambda: defaultdict(list))
    fit_seconds: list[float] = field(default_factory=list)
    ask_seconds: list[float] = field(default_factory=list)


def auckland(folder: Path) -> tuple[Panel, Known, tuple[int, ...]]:
    """21 sensors, the country's holidays, and origins through 2024 and early 2025."""
    with gzip.open(folder / "counts/akl_hourly_counts.csv.gz", "rt", encoding="utf-8") as text:
        header, *rows = csv.reader(text)
    start = datetime.fromisoformat(rows[0][0])
    hours = [datetime.fromisoformat(row[0]) + int(row[1].split(":")[0]) * HOUR for row in rows]
    values = np.full((round((max(hours) - start) / HOUR) + 1, len(header) - 3), np.nan)
    for at, row in zip(hours, rows, strict=True):
        values[round((at - start) / HOUR)] = [float(cell) if cell else np.nan for cell in row[3:]]
    panel = Panel(start, tuple(header[3:]), values)
    first = round((datetime.fromisoformat("2024-01-08") - start) / HOUR)
    origins = tuple(range(first, panel.hours - 4 * WEEK, DAY))
    return panel, Known(holidays=public_holidays("NZ-AUK", range(2018, 2027))), origins


def calit2(folder: Path) -> tuple[Panel, Known, tuple[int, ...]]:
    """One door, in and out; fifteen weeks of 2005."""
    found: dict[tuple[datetime, str], float] = defaultdict(float)
    for flow, day, at, count in csv.reader((folder / "counts/CalIt2.data").read_text("utf-8").splitlines()):
        month, number, year = day.split("/")
        hour = datetime.fromisoformat(f"20{year}-{month}-{number}T{at[:2]}:00")
        found[hour, {"9": "in", "7": "out"}[flow]] += float(count)
    start = min(at for at, _ in found)
    values = np.full((round((max(at for at, _ in found) - start) / HOUR) + 1, 2), np.nan)
    for (at, flow), count in found.items():
        values[round((at - start) / HOUR), ("in", "out").index(flow)] = count
    panel = Panel(start, ("in", "out"), values)
    return panel, Known(holidays=public_holidays("US-CA", (2005,))), tuple(range(8 * WEEK, 11 * WEEK, DAY))


@dataclass(frozen=True)
class Ready:
    """A model, trained, with its interval."""

    trained: Trained
    spread: Spread

    def forecast(self, history: Panel, known: Known, hours: int) -> Forecast:
        return with_interval(self.spread, history, self.trained.expect(history, known, hours))


def ready(model: Model, history: Panel, known: Known, most: int) -> Ready:
    """Try a model on the past for its interval, then train it on all of it."""
    tries = tried(model, history, known, origins_of(history.hours, most), 4 * WEEK)
    return Ready(model.fit(history, known), spread_of(tries, history))


def measured(
    panel: Panel, known: Known, origins: Sequence[int], others: Sequence[Model]
) -> Mapping[str, Kept]:
    """The scores of the models and of the choice among the usual ones, at every origin."""
    kept: defaultdict[str, Kept] = defaultdict(Kept)
    first = {model.name: ready(model, panel.until(origins[0]), known, 4) for model in others}
    for block in _blocks(origins):
        history = panel.until(block[0])
        for name, made in _made(usual_models(), history, known, kept):
            _score_all(kept[name], made, panel, known, block)
        for model in others:
            # Slow to be tried: their intervals stay those from before the first origin.
            began = time.monotonic()
            made = Ready(model.fit(history, known), first[model.name].spread)
            kept[model.name].fit_seconds.append(time.monotonic() - began)
            _score_all(kept[model.name], made, panel, known, block)
        print(f"# origins to {panel.start + block[-1] * HOUR:%Y-%m-%d} done", flush=True)
    return kept


def _made(
    models: Iterable[Model], history: Panel, known: Known, kept: Mapping[str, Kept]
) -> Iterator[tuple[str, Ready]]:
    for model in models:
        began = time.monotonic()
        made = ready(model, history, known, 26)
        kept[model.name].fit_seconds.append(time.monotonic() - began)
        yield model.name, made
    began = time.monotonic()
    choice = chosen(history, known, 4 * WEEK)
    kept["chosen"].fit_seconds.append(time.monotonic() - began)
    yield "chosen", choice  # type: ignore[misc]  # it is asked in the same words


def _blocks(origins: Sequence[int]) -> Iterator[Sequence[int]]:
    begin = 0
    for number, origin in enumerate(origins):
        if origin - origins[begin] >= RETRAINED:
            yield origins[begin:number]
            begin = number
    yield origins[begin:]


def _score_all(kept: Kept, made: Ready, panel: Panel, known: Known, block: Sequence[int]) -> None:
    began = time.monotonic()
    for origin in block:
        _score(kept, made, panel, known, origin)
    kept.ask_seconds.append((time.monotonic() - began) / len(block))


def _score(kept: Kept, made: Ready, panel: Panel, known: Known, origin: int) -> None:
    reach = min(4 * WEEK, panel.hours - origin)
    found = made.forecast(panel.until(origin), known, reach)
    scale = naive_scale(panel.values[:origin])
    for name, hours in HORIZONS.items():
        actual = panel.values[origin : origin + hours]
        kept.scores[name].append(scored(found.first(len(actual)), actual, scale))


def table(kept: Mapping[str, Kept]) -> list[dict[str, object]]:
    """One row for each model and horizon; means over origins, then over series."""
    rows: list[dict[str, object]] = []
    for horizon in HORIZONS:
        bar = _mean(kept["seasonal-naive"].scores[horizon], "mae")
        for name, of in kept.items():
            mae = _mean(of.scores[horizon], "mae")
            row = {figure: float(np.nanmean(_mean(of.scores[horizon], figure))) for figure in FIGURES}
            ratio = float(np.nanmean(mae / bar))
            seconds = {"fit": max(of.fit_seconds), "ask": max(of.ask_seconds)}
            rows.append({"horizon": horizon, "model": name, **row, "ratio": ratio, **seconds})
    return rows


FIGURES = ("mae", "mase", "pinball", "coverage")


def _mean(scores: Sequence[Scores], figure: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(np.nanmean(np.stack([getattr(each, figure) for each in scores]), axis=0))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=28, help="days between origins")
    parser.add_argument("--set", choices=("auckland", "calit2"), default="auckland")
    parser.add_argument("--library", action="store_true", help="statsforecast, forest, support vectors too")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    panel, known, days = (auckland if given.set == "auckland" else calit2)(given.data)
    others = [*library_models(), forest(), support_vectors()] if given.library else []
    rows = table(measured(panel, known, days[:: given.every], others))
    if given.json:
        print(json.dumps(rows, indent=1))
        return
    print("| horizon | model | MAE | MASE | pinball | coverage | of naive's MAE | fit s | ask s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        cells = [f"{row[figure]:.3f}" for figure in (*FIGURES, "ratio")]
        cells += [f"{row[which]:.1f}" for which in ("fit", "ask")]
        print(f"| {row['horizon']} | {row['model']} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
