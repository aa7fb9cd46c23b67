"""When models are taught anew, and when those of before stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from server.forecasting.models import Trained
from server.forecasting.retraining import HELD_OUT, NEWER, Taught, taught
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Known, Numbers, Panel
from server.storage.forecast_training import Training
from tests.server.forecasting.shops import MONDAY

NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
LAST = NOW - timedelta(days=30)


@dataclass(frozen=True)
class LastLevel:
    """Learns the level of the last day that it was taught, and says just that for ever."""

    name: str = "last-level"
    least_hours: int = DAY

    def fit(self, history: Panel, known: Known) -> Trained:
        return _Level(float(np.nanmean(history.values[-DAY:])))


@dataclass(frozen=True)
class _Level:
    level: float

    def expect(self, history: Panel, known: Known, hours: int) -> Numbers:
        return np.full((hours, len(history.names)), self.level)


def _levels(*levels: tuple[int, float]) -> Panel:
    """So many weeks at each level."""
    values = np.concatenate([np.full(weeks * WEEK, float(level)) for weeks, level in levels])
    return Panel(MONDAY, ("door",), values[:, None])


def _taught(panel: Panel, weeks_taught: int) -> Taught:
    before = Training(MONDAY + timedelta(weeks=weeks_taught), LAST, None, "taught for the first time")
    return taught(panel, NOTHING_KNOWN, WEEK, before, NOW, (LastLevel(),))


def test_a_candidate_that_misses_less_on_weeks_that_neither_has_seen_takes_over() -> None:
    panel = _levels((30, 10), (10, 20))
    found = _taught(panel, 30)
    assert found.training.taught_until == panel.end - timedelta(hours=HELD_OUT)
    assert (found.training.retrained_at, found.training.tried_at) == (NOW, NOW)
    assert found.training.sentence.endswith("it missed 100.0 % less than the one of before")
    assert found.choice.forecast(panel, NOTHING_KNOWN, 1).median[0, 0] == pytest.approx(20)


def test_a_candidate_that_misses_more_does_not_and_the_card_says_why() -> None:
    panel = _levels((30, 10), (2, 30), (2, 12))
    found = _taught(panel, 30)
    assert found.training.taught_until == MONDAY + timedelta(weeks=30)
    assert (found.training.retrained_at, found.training.tried_at) == (LAST, NOW)
    assert (
        "would have missed 800.0 % more on the two weeks since, so this one stays" in found.training.sentence
    )
    assert found.choice.forecast(panel, NOTHING_KNOWN, 1).median[0, 0] == pytest.approx(10)


def test_nothing_is_tried_before_a_candidate_would_know_a_week_more() -> None:
    weeks = (HELD_OUT + NEWER) // WEEK
    before = _taught(_levels((40 + weeks, 10)).until((40 + weeks) * WEEK - DAY), 40)
    assert before.training == Training(MONDAY + timedelta(weeks=40), LAST, None, "taught for the first time")
    assert _taught(_levels((40 + weeks, 10)), 40).training.tried_at == NOW


@pytest.mark.parametrize(
    ("weeks", "training", "sentence"),
    [
        pytest.param(40, None, "taught for the first time", id="never taught"),
        pytest.param(
            20,
            Training(MONDAY + timedelta(weeks=10), LAST, None, ""),
            "less than half a year is known, so each night all of it is taught",
            id="a young shop",
        ),
        pytest.param(
            40,
            Training(MONDAY - timedelta(days=1), LAST, None, ""),
            "what they were taught with is no longer kept",
            id="taught before anything that is still known",
        ),
    ],
)
def test_all_that_is_known_is_taught(weeks: int, training: Training | None, sentence: str) -> None:
    panel = _levels((weeks, 10))
    found = taught(panel, NOTHING_KNOWN, WEEK, training, NOW, (LastLevel(),))
    assert found.training == Training(panel.end, NOW, None, sentence)


def test_the_same_history_and_the_same_training_give_the_same_forecast() -> None:
    panel = _levels((30, 10), (1, 30), (1, 12))
    one, two = (_taught(panel, 30).choice.forecast(panel, NOTHING_KNOWN, WEEK) for _ in range(2))
    assert np.array_equal(one.high, two.high)
