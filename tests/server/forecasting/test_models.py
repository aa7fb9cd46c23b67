"""What every model of what comes must keep, whichever it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from server.forecasting.errors import HorizonRefused
from server.forecasting.learned import Learned, boosting, forest, support_vectors
from server.forecasting.library import library_models
from server.forecasting.models import Model
from server.forecasting.naive import MeanWeek, SeasonalNaive
from server.forecasting.series import DAY, NOTHING_KNOWN, WEEK, Known, Panel
from tests.server.forecasting.shops import shop, usual, with_gap


def _small(model: Learned) -> Learned:
    return replace(model, most_rows=3_000)


MODELS: tuple[Model, ...] = (
    SeasonalNaive(),
    MeanWeek(),
    *(_small(model) for model in (boosting(), forest(), support_vectors())),
    *library_models(),
)
KNOW_WEEKS = [model for model in MODELS if model.name != "statsforecast-ets"]
"""AutoETS takes one season, and one of 168 hours is too long for it: it knows the day alone."""

knowing_weeks = pytest.mark.parametrize("model", [pytest.param(model, id=model.name) for model in KNOW_WEEKS])
each_model = pytest.mark.parametrize("model", [pytest.param(model, id=model.name) for model in MODELS])


@pytest.fixture(scope="module")
def history() -> Panel:
    """Fifteen weeks of two doors."""
    return shop(105, ("front", "back"))


@each_model
def test_a_forecast_has_a_number_for_each_hour_and_series_and_none_below_zero(
    model: Model, history: Panel
) -> None:
    found = model.fit(history, NOTHING_KNOWN).expect(history, NOTHING_KNOWN, 50)
    assert found.shape == (50, 2)
    assert np.isfinite(found).all()
    assert (found >= 0).all()


@knowing_weeks
def test_a_week_that_repeats_itself_is_forecast_with_small_error(model: Model, history: Panel) -> None:
    found = model.fit(history, NOTHING_KNOWN).expect(history, NOTHING_KNOWN, WEEK)
    truth = usual(history.hours + WEEK)[-WEEK:, None]
    assert np.abs(found - truth).mean() < 0.45 * np.abs(truth - truth.mean()).mean()


@each_model
def test_a_forecast_is_the_same_each_time(model: Model, history: Panel) -> None:
    one, two = (model.fit(history, NOTHING_KNOWN).expect(history, NOTHING_KNOWN, DAY) for _ in range(2))
    assert np.array_equal(one, two)


@each_model
def test_zeros_are_forecast_after_zeros(model: Model) -> None:
    history = Panel(shop(1).start, ("shut", "front"), np.hstack([np.zeros((105 * DAY, 1)), shop(105).values]))
    found = model.fit(history, NOTHING_KNOWN).expect(history, NOTHING_KNOWN, WEEK)
    assert found[:, 0].max() == pytest.approx(0.0, abs=1e-9)


@knowing_weeks
def test_a_month_that_is_missing_is_bridged(model: Model, history: Panel) -> None:
    gap = with_gap(history, 70, 31)
    found = model.fit(gap, NOTHING_KNOWN).expect(gap, NOTHING_KNOWN, WEEK)
    truth = usual(history.hours + WEEK)[-WEEK:, None]
    assert np.abs(found - truth).mean() < 0.6 * np.abs(truth - truth.mean()).mean()


@knowing_weeks
@pytest.mark.parametrize("first_hour", [1, 13])
def test_a_forecast_may_begin_at_any_hour(model: Model, history: Panel, first_hour: int) -> None:
    begun = history.until(history.hours - first_hour)
    found = model.fit(begun, NOTHING_KNOWN).expect(begun, NOTHING_KNOWN, 2 * DAY)
    night = [number for number in range(48) if (begun.end + timedelta(hours=number)).hour < 7]
    day = [number for number in range(48) if (begun.end + timedelta(hours=number)).hour in (13, 14)]
    assert found[day].max() > 5 * max(1.0, found[night].max())


@pytest.mark.parametrize("hours", [0, -1, 6 * WEEK + 1])
def test_nobody_looks_farther_than_six_weeks(hours: int, history: Panel) -> None:
    model = library_models()[0]
    with pytest.raises(HorizonRefused, match="cannot be forecast"):
        model.fit(history, NOTHING_KNOWN).expect(history, NOTHING_KNOWN, hours)


def test_the_mean_week_does_not_learn_from_special_days() -> None:
    panel = shop(35)
    values = panel.values.copy()
    values[-7 * DAY : -6 * DAY] = 500.0
    party = Known(special=frozenset({(panel.end - timedelta(days=7)).date()}))
    loud = Panel(panel.start, panel.names, values)
    assert MeanWeek().expect(loud, NOTHING_KNOWN, DAY).max() > 100
    assert MeanWeek().expect(loud, party, DAY).max() < 100
