"""How well hours are forecast, on two public sets of counts; by hand, with the data beside the project.

    python -m tests.bench.forecasting --data FOLDER [--every 28] [--first 0] [--also MODEL ...] [--json]

Rolling origins: each forecast knows what came before it and nothing after. Models are trained anew every
24 weeks, on the few weeks of CalIt2 each day, as a shop does; between, they see the hours that came in, and
ranges what was missed in them. Reads
`counts/akl_hourly_counts.csv.gz` (Heart of the City Auckland) and `counts/CalIt2.data` (UCI), both CC BY 4.0.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from server.forecasting.backtest import Tried, origins_of, tried
from server.forecasting.choosing import Chosen, best_of, knowledge_of, tries_of, usual_models
from server.forecasting.days import Days, days_expected
from server.forecasting.intervals import spread_of
from server.forecasting.learned import forest, support_vectors
from server.forecasting.library import library_models
from server.forecasting.models import Model, Trained, named
from server.forecasting.scores import Scores, naive_scale, scored
from server.forecasting.series import DAY, WEEK, Known, Numbers, Panel
from server.public_holidays import public_holidays

HORIZONS = {"24 h": DAY, "7 d": WEEK, "28 d": 4 * WEEK}
DAYS_AHEAD = {"1 day": (0, 1), "2 to 7 days": (1, 7), "8 to 28 days": (7, 28)}
HOUR = timedelta(hours=1)
RETRAINED = {"auckland": 168 * DAY, "calit2": DAY}
"""Hours after which models are trained anew."""
OTHERS = named([*library_models(), forest(), support_vectors()])


@dataclass
class Kept:
    """What a model reached, forecast by forecast."""

    scores: dict[str, list[Scores]] = field(default_factory=lambda: defaultdict(list))
    fit_seconds: list[float] = field(default_factory=list)
    """To try it on the past, and to train it; of the processor, so that a busy machine looks no slower."""
    try_seconds: list[float] = field(default_factory=list)
    ask_seconds: list[float] = field(default_factory=list)
    """To learn from what was missed of late, and to forecast."""
    days: dict[str, list[Numbers]] = field(default_factory=lambda: defaultdict(list))
    """Whether days lay within their range, shape (days, series) of each forecast."""


def auckland(folder: Path) -> tuple[Panel, Known, tuple[int, ...]]:
    """21 sensors, the country's holidays, and origins through 2024 and early 2025."""
    with gzip.open(folder / "counts/akl_hourly_counts.csv.gz", "rt", encoding="utf-8") as text:
        header, *rows = list(csv.reader(text))
    start = datetime.fromisoformat(rows[0][0])
    hours = [datetime.fromisoformat(row[0]) + int(row[1].split(":")[0]) * HOUR for row in rows]
    values = np.full((round((max(hours) - start) / HOUR) + 1, len(header) - 3), np.nan)
    for at, row in zip(hours, rows, strict=True):
        values[round((at - start) / HOUR)] = [float(cell) if cell else np.nan for cell in row[3:]]
    panel = Panel(start, tuple(header[3:]), values)
    first = round((datetime.fromisoformat("2024-01-08") - start) / HOUR)
    origins = tuple(range(first, panel.hours - 4 * WEEK, DAY))
    named = public_holidays("NZ-AUK", range(2018, 2027))
    return panel, Known(holidays=frozenset(named), names=named), origins


def calit2(folder: Path) -> tuple[Panel, Known, tuple[int, ...]]:
    """One door, in and out; fifteen weeks of 2005."""
    found: dict[tuple[datetime, str], float] = defaultdict(float)
    lines = (folder / "counts/CalIt2.data").read_text("utf-8").splitlines()
    for flow, day, clock, number_of in csv.reader(lines):
        month, number, year = day.split("/")
        hour = datetime.fromisoformat(f"20{year}-{month}-{number}T{clock[:2]}:00")
        found[hour, {"9": "in", "7": "out"}[flow]] += float(number_of)
    start = min(at for at, _ in found)
    values = np.full((round((max(at for at, _ in found) - start) / HOUR) + 1, 2), np.nan)
    for (at, flow), count in found.items():
        values[round((at - start) / HOUR), ("in", "out").index(flow)] = count
    panel = Panel(start, ("in", "out"), values)
    named = public_holidays("US-CA", (2005,))
    return panel, Known(holidays=frozenset(named), names=named), tuple(range(8 * WEEK, 11 * WEEK, DAY))


def measured(
    panel: Panel, known: Known, origins: Sequence[int], others: Sequence[Model], retrained: int
) -> Mapping[str, Kept]:
    """The scores of the models and of the choice among the usual ones, at every origin."""
    kept: defaultdict[str, Kept] = defaultdict(Kept)
    # Slow to be tried: their intervals stay those from before the first origin.
    first = {each.name: _tried(each, panel.until(origins[0]), known, 2) for each in others}
    for block in _blocks(origins, retrained):
        history = panel.until(block[0])
        tries = tries_of(named(usual_models(history.hours)), partial(_timed, kept, history, known))
        trained = {
            each.name: _fitted(kept, each, history, known) for each in (*usual_models(history.hours), *others)
        }
        spreads = {name: spread_of(tries.get(name, first.get(name)), history, known) for name in trained}
        errors = {name: one.mae() for name, one in tries.items()}
        all_of = Chosen({}, trained, spreads, errors, knowledge_of(history.hours), tries, history.hours)
        for name in trained:
            _score_all(kept[name], _only(all_of, dict.fromkeys(panel.names, name)), panel, known, block)
        model_of = best_of(panel.names, tries, "mean-week")
        choice = _only(all_of, model_of)
        kept["chosen"].fit_seconds.append(_seconds_to_choose(kept, tries, set(model_of.values())))
        _score_all(kept["chosen"], choice, panel, known, block)
        print(
            f"# origins to {panel.start + block[-1] * HOUR:%Y-%m-%d}: {Counter(model_of.values())}",
            flush=True,
        )
    return kept


def _only(all_of: Chosen, model_of: Mapping[str, str]) -> Chosen:
    """A model for each series, and no other one."""
    used = set(model_of.values())
    return replace(all_of, model_of=model_of, trained={name: all_of.trained[name] for name in sorted(used)})


def _tried(model: Model, history: Panel, known: Known, most: int) -> Tried | None:
    return tried(model, history, known, origins_of(history.hours, most), 4 * WEEK)


def _seconds_to_choose(kept: Mapping[str, Kept], tried: Collection[str], used: Collection[str]) -> float:
    """To try the usual models, and to train those that are used."""
    tries = sum((kept[name].try_seconds[-1:] or [0.0])[0] for name in tried)
    fits = [kept[name].fit_seconds[-1] - (kept[name].try_seconds[-1:] or [0.0])[0] for name in used]
    return tries + sum(fits)


def _timed(kept: Mapping[str, Kept], history: Panel, known: Known, model: Model) -> Tried | None:
    began = time.process_time()
    found = _tried(model, history, known, 26)
    kept[model.name].try_seconds.append(time.process_time() - began)
    return found


def _fitted(kept: Mapping[str, Kept], model: Model, history: Panel, known: Known) -> Trained:
    began = time.process_time()
    found = model.fit(history, known)
    trying = kept[model.name].try_seconds[-1:] or [0.0]
    kept[model.name].fit_seconds.append(time.process_time() - began + trying[0])
    return found


def _blocks(origins: Sequence[int], retrained: int) -> Iterator[Sequence[int]]:
    begin = 0
    for number, origin in enumerate(origins):
        if origin - origins[begin] >= retrained:
            yield origins[begin:number]
            begin = number
    yield origins[begin:]


def _score_all(kept: Kept, made: Chosen, panel: Panel, known: Known, block: Sequence[int]) -> None:
    began = time.process_time()
    for origin in block:
        made = made.seen_since(panel.until(origin), known)
        _score(kept, made, panel, known, origin)
    kept.ask_seconds.append((time.process_time() - began) / len(block))


def _score(kept: Kept, made: Chosen, panel: Panel, known: Known, origin: int) -> None:
    history, reach = panel.until(origin), min(4 * WEEK, panel.hours - origin)
    found = made.forecast(history, known, reach)
    scale = naive_scale(history.values)
    for name, hours in HORIZONS.items():
        actual = panel.values[origin : origin + hours]
        kept.scores[name].append(scored(found.first(len(actual)), actual, scale))
    if made.tries.keys() >= set(made.model_of.values()):
        _score_days(
            kept, days_expected(made, history, known, found, 0), panel.values[origin : origin + reach]
        )


def _score_days(kept: Kept, found: Days, hours: Numbers) -> None:
    """Whether whole days lay within their range; NaN where an hour of them is not known."""
    came = hours[: len(hours) // DAY * DAY].reshape(-1, DAY, hours.shape[1]).sum(axis=1)
    inside = np.where(np.isnan(came), np.nan, (came >= found.low) & (came <= found.high))
    for name, (first, last) in DAYS_AHEAD.items():
        kept.days[name].append(inside[first:last])


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


def days_table(kept: Mapping[str, Kept]) -> list[dict[str, object]]:
    """The share of days within their range, one row for each model and distance; means over forecasts."""
    return [
        {"ahead": name, "model": model, "coverage": float(np.nanmean([np.nanmean(one) for one in found]))}
        for name in DAYS_AHEAD
        for model, of in kept.items()
        if (found := [one for one in of.days[name] if not np.isnan(one).all()])
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--every", type=int, default=28, help="days between origins")
    parser.add_argument("--first", type=int, default=0, help="days from the usual first origin to this one's")
    parser.add_argument("--set", choices=("auckland", "calit2"), default="auckland")
    parser.add_argument("--also", nargs="*", default=[], choices=sorted(OTHERS), help="slow models")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    panel, known, days = (auckland if given.set == "auckland" else calit2)(given.data)
    others = [OTHERS[name] for name in given.also]
    kept = measured(panel, known, days[given.first :: given.every], others, RETRAINED[given.set])
    rows = table(kept)
    if given.json:
        print(json.dumps({"hours": rows, "days": days_table(kept)}, indent=1))
        return
    print("| horizon | model | MAE | MASE | pinball | coverage | of naive's MAE | fit s | ask s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        cells = [f"{row[figure]:.3f}" for figure in (*FIGURES, "ratio")]
        cells += [f"{row[which]:.1f}" for which in ("fit", "ask")]
        print(f"| {row['horizon']} | {row['model']} | {' | '.join(cells)} |")
    print("| whole days | model | coverage |")
    print("| --- | --- | --- |")
    for row in days_table(kept):
        print(f"| {row['ahead']} | {row['model']} | {row['coverage']:.3f} |")


if __name__ == "__main__":
    main()
