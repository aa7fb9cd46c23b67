"""When models are taught anew: where a candidate with newer hours would not have missed more than they.

What is kept of a model is until when it was taught. Teaching is deterministic and takes seconds, so the
same models are made again each night from the stored hours, and no file of a model can be lost or forged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from server.forecasting.choosing import Chosen, chosen
from server.forecasting.models import Model
from server.forecasting.profile import mean_of
from server.forecasting.series import DAY, WEEK, Known, Numbers, Panel
from server.storage.forecast_training import Training

HELD_OUT = 2 * WEEK
"""Hours on which a candidate is set against the model in use; neither has seen them."""

NEWER = WEEK
"""A candidate knows at least so many hours more than the model in use."""

YOUNG = 26 * WEEK
"""A shorter history is taught whole each night: each day of it counts, and none can be spared."""


@dataclass(frozen=True, slots=True)
class Taught:
    """The models to use tonight, and what to keep of their training."""

    choice: Chosen
    training: Training


def taught(
    history: Panel,
    known: Known,
    hours: int,
    training: Training | None,
    now: datetime,
    models: Sequence[Model] = (),
) -> Taught:
    """The models of before, or a candidate that knows more, where it missed no more on the newest weeks."""
    until = _hours_taught(history, training)
    if training is None or until is None or history.hours < YOUNG:
        return Taught(chosen(history, known, hours, models), _anew(history, training, now))
    running = chosen(history.until(until), known, hours, models)
    before = history.hours - HELD_OUT
    if before < until + NEWER:
        return Taught(running, training)
    candidate = chosen(history.until(before), known, hours, models)
    return _better_of(running, candidate, history, known, training, now)


def error_ratio(candidate: Chosen, running: Chosen, history: Panel, known: Known) -> float:
    """By what the candidate's error on the held-out weeks is a multiple of the other's, mean over series.

    Each day of these weeks both forecast the next seven with what was known then. The mean is geometric.
    """
    errors = [_errors(one, history, known) for one in (candidate, running)]
    both = ~np.isnan(errors[0]) & ~np.isnan(errors[1])
    if not both.any():
        return 1.0
    logs = [np.log(np.maximum(error[both], 1e-6)) for error in errors]
    return float(np.exp((logs[0] - logs[1]).mean()))


def _hours_taught(history: Panel, training: Training | None) -> int | None:
    """Of a history the hours that were taught; None where it begins only later."""
    if training is None or training.taught_until <= history.start:
        return None
    return min(history.hours, round((training.taught_until - history.start) / timedelta(hours=1)))


def _anew(history: Panel, training: Training | None, now: datetime) -> Training:
    young = history.hours < YOUNG
    why = (
        "less than half a year is known, so each night all of it is taught"
        if young
        else "taught for the first time"
    )
    return Training(history.end, now, training.tried_at if training else None, why)


def _better_of(
    running: Chosen, candidate: Chosen, history: Panel, known: Known, training: Training, now: datetime
) -> Taught:
    ratio = error_ratio(candidate, running, history, known)
    before = history.end - timedelta(hours=HELD_OUT)
    if ratio <= 1:
        less = f"{100 * (1 - ratio):.1f} % less"
        said = f"on the two weeks after {before.date()} it missed {less} than the one of before"
        return Taught(candidate, Training(before, now, now, said))
    said = (
        f"one that was taught until {before.date()} would have missed {100 * (ratio - 1):.1f} % more"
        " on the two weeks since, so this one stays"
    )
    return Taught(running, replace(training, tried_at=now, sentence=said))


def _errors(choice: Chosen, history: Panel, known: Known) -> Numbers:
    """The mean absolute error of each series on the held-out hours; NaN where none is known."""
    first = history.hours - HELD_OUT
    missed = []
    for origin in range(first, history.hours, DAY):
        reach = min(WEEK, history.hours - origin)
        expected = choice.forecast(history.until(origin), known, reach).median
        missed.append(np.abs(history.values[origin : origin + reach] - expected))
    return mean_of(np.concatenate(missed), axis=0)
