"""The model of each series: the one that would have done best on its own past."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

import numpy as np

from server.forecasting.backtest import Tried, origins_of, tried, tried_since
from server.forecasting.blend import Blend, blended
from server.forecasting.demand import RATE, Rate, count_range, is_rare
from server.forecasting.events import coming_events, with_events
from server.forecasting.intervals import spread_of
from server.forecasting.learned import boosting
from server.forecasting.models import Model, Trained, checked_hours, named
from server.forecasting.naive import MeanWeek, SeasonalNaive
from server.forecasting.series import DAY, WEEK, Forecast, Known, Numbers, Panel, flags_of

CLEARLY = 0.1
"""By so much less error, as a share, a model is clearly better."""


A_YEAR = 53 * WEEK
"""Hours after which seasons and holidays were seen."""


class Knowledge(StrEnum):
    """How much a forecast rests on."""

    DAYS = "days"
    """Less than two weeks: nothing could be tried, and the interval is a guess."""
    WEEKS = "weeks"
    """Tried on the past, but no year of it is known."""
    YEAR = "year"
    """A year and more: holidays and seasons were seen."""


class Range(Protocol):
    """What puts an 80 % interval around what is expected of some series."""

    def around(self, panel: Panel, known: Known, median: Numbers) -> Forecast:
        """The interval of each hour after a panel's end."""


def usual_models(hours: int = 0) -> tuple[Model, ...]:
    """Those that are tried on a history of so many hours if nobody names others.

    With a year there is no blend: the mean week knows no holidays, and a backtest of half a year sees few.
    """
    alone = (SeasonalNaive(), MeanWeek(), boosting())
    return alone if hours >= A_YEAR else (*alone, Blend((MeanWeek(), boosting())))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model for each series, trained and with its interval."""

    model_of: Mapping[str, str]
    trained: Mapping[str, Trained]
    spread_of: Mapping[str, Range]
    mae_of: Mapping[str, Numbers]
    """Of each model that was tried, of each series: its error on the past, seven days ahead."""
    knowledge: Knowledge
    tries: Mapping[str, Tried] = field(default_factory=dict, repr=False)
    """What each model forecast from the past; the errors of whole days are read from it."""
    hours_taught: int = 0
    """Of the history that was learnt from."""

    def seen_since(self, history: Panel, known: Known) -> Chosen:
        """The same models, with ranges by what they missed since they were taught, too; a longer history."""
        tries = {
            name: tried_since(self.tries[name], trained, self.hours_taught, history, known)
            for name, trained in self.trained.items()
            if name in self.tries
        }
        ranges = {name: _range(name, found, history, known) for name, found in tries.items()}
        return replace(self, tries={**self.tries, **tries}, spread_of={**self.spread_of, **ranges})

    def forecast(self, history: Panel, known: Known, hours: int) -> Forecast:
        """What is expected after the history's end; it may be longer than the one that was learnt from."""
        checked_hours(hours)
        each = {name: self._of_model(name, history, known, hours) for name in set(self.model_of.values())}
        columns = [(each[self.model_of[name]], number) for number, name in enumerate(history.names)]
        median, low, high = (
            np.stack([getattr(found, part)[:, number] for found, number in columns], axis=1)
            for part in ("median", "low", "high")
        )
        shut = _shut(history, known, hours)
        plain = Forecast(history.end, history.names, median * shut, low * shut, high * shut)
        return with_events(plain, coming_events(history, known, hours))

    def _of_model(self, name: str, history: Panel, known: Known, hours: int) -> Forecast:
        median = self.trained[name].expect(history, known, hours)
        return self.spread_of[name].around(history, known, median)


def chosen(history: Panel, known: Known, hours: int, models: Sequence[Model] = ()) -> Chosen:
    """Try models on the past, choose one for each series, and train those that were chosen on all of it."""
    rare = {name for name, found in zip(history.names, is_rare(history, known), strict=True) if found}
    among = _among(models, rare, history)
    origins = origins_of(history.hours)
    tries = tries_of(among, lambda model: tried(model, history, known, origins, max(hours, WEEK)))
    ordinary = {name: found for name, found in tries.items() if name != RATE}
    model_of = best_of(history.names, ordinary, _untried(history, among)) | dict.fromkeys(rare, RATE)
    used = sorted(set(model_of.values()))
    return Chosen(
        model_of=model_of,
        trained={name: among[name].fit(history, known) for name in used},
        spread_of={name: _range(name, tries.get(name), history, known) for name in used},
        mae_of={name: found.mae() for name, found in tries.items()},
        knowledge=knowledge_of(history.hours),
        tries=tries,
        hours_taught=history.hours,
    )


def tries_of(models: Mapping[str, Model], ask: Callable[[Model], Tried | None]) -> dict[str, Tried]:
    """Try each model; a blend of some that were tried is reckoned from them, for that takes no time."""
    tries: dict[str, Tried] = {}
    for name, model in models.items():
        parts = [tries.get(part.name) for part in model.parts] if isinstance(model, Blend) else [None]
        done = [part for part in parts if part is not None]
        found = blended(done) if len(done) == len(parts) else ask(model)
        if found is not None:
            tries[name] = found
    return tries


def _among(models: Sequence[Model], rare: Collection[str], history: Panel) -> dict[str, Model]:
    """The models to try; those that must learn are not asked where all series are rare."""
    if not rare:
        return named(models or usual_models(history.hours))
    plain = (SeasonalNaive(), MeanWeek()) if len(rare) == len(history.names) else usual_models(history.hours)
    return named([*(models or plain), Rate()])


def _range(name: str, found: Tried | None, history: Panel, known: Known) -> Range:
    return count_range(history, known) if name == RATE else spread_of(found, history, known)


def _untried(history: Panel, among: Mapping[str, Model]) -> str:
    """Without any try the plainest model that can be asked: the last of those with the least to know."""
    able = [model for model in among.values() if model.least_hours <= history.hours and model.name != RATE]
    return max(able, key=lambda model: -model.least_hours).name


def best_of(names: Sequence[str], tries: Mapping[str, Tried], otherwise: str) -> dict[str, str]:
    """The model of each series: the best of all series together, or one that was clearly better on its own.

    Another one where nothing was tried. The past of one series is short, and the least error on it is often
    luck; so a few percent less do not count.
    """
    if not tries:
        return dict.fromkeys(names, otherwise)
    order = list(tries)
    error = np.nan_to_num(np.stack([tries[name].mae() for name in order]), nan=0.0)
    common = int((error / np.maximum(error.mean(axis=0), 1e-9)).mean(axis=1).argmin())
    best = error.argmin(axis=0)
    clearly = error.min(axis=0) < (1 - CLEARLY) * error[common]
    return {name: order[int(best[at]) if clearly[at] else common] for at, name in enumerate(names)}


def knowledge_of(hours: int) -> Knowledge:
    """How much a history of so many hours teaches."""
    if hours < 2 * WEEK:
        return Knowledge.DAYS
    return Knowledge.YEAR if hours >= A_YEAR else Knowledge.WEEKS


def _shut(history: Panel, known: Known, hours: int) -> Numbers:
    """Zero in the hours of days on which the shop is closed, else one; shape (hours, 1)."""
    day = (np.arange(hours) + history.end.hour) // DAY
    flags = flags_of(known, history.end.date(), int(day[-1]) + 1)
    return np.where(flags.closed[day], 0.0, 1.0)[:, None]
