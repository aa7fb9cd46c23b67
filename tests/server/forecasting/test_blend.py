"""The mean of two models, and what it costs to try it."""

from __future__ import annotations

import numpy as np
import pytest

from server.forecasting.backtest import Tried, origins_of, tried
from server.forecasting.blend import Blend, blended
from server.forecasting.choosing import A_YEAR, tries_of, usual_models
from server.forecasting.models import Model, named
from server.forecasting.naive import MeanWeek, SeasonalNaive
from server.forecasting.series import NOTHING_KNOWN, WEEK
from tests.server.forecasting.shops import shop

PARTS = (SeasonalNaive(), MeanWeek())


def test_a_blend_expects_the_mean_of_its_parts() -> None:
    history = shop(60)
    found, first, second = (
        model.fit(history, NOTHING_KNOWN).expect(history, NOTHING_KNOWN, WEEK)
        for model in (Blend(PARTS), *PARTS)
    )
    assert np.allclose(found, (first + second) / 2)


def test_a_blend_of_models_that_were_tried_is_reckoned_from_them() -> None:
    history, asked = shop(60), []

    def ask(model: Model) -> Tried | None:
        asked.append(model.name)
        return tried(model, history, NOTHING_KNOWN, origins_of(history.hours), WEEK)

    tries = tries_of(named([*PARTS, Blend(PARTS)]), ask)
    assert asked == ["seasonal-naive", "mean-week"]
    alone = ask(Blend(PARTS))
    assert alone is not None
    assert np.allclose(tries["blend"].expected, alone.expected)


def test_a_blend_of_which_a_part_could_not_be_tried_is_asked_itself() -> None:
    tries = tries_of(named([SeasonalNaive(), Blend(PARTS)]), lambda _: None)
    assert tries == {}


def test_two_that_err_on_either_side_err_less_together() -> None:
    hours, actual = np.arange(24), np.full((24, 1), 50.0)
    low, high = (Tried(hours, hours, actual + by, actual) for by in (-10.0, 6.0))
    assert blended([low, high]).mae()[0] == pytest.approx(2.0)


@pytest.mark.parametrize(("hours", "blend"), [(0, True), (A_YEAR - 1, True), (A_YEAR, False)])
def test_a_blend_is_tried_where_less_than_a_year_is_known(hours: int, blend: bool) -> None:
    assert ("blend" in named(usual_models(hours))) == blend
