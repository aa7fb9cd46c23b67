"""Features look back only, and find nothing rather than fail where there is no past."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.forecasting.features import FEATURES, design
from server.forecasting.grid import BEFORE, Grid, grid_of
from server.forecasting.series import DAY, WEEK, Known, Panel
from tests.server.forecasting.shops import MONDAY, shop

HOLIDAY = Known(holidays=frozenset({(MONDAY + timedelta(days=day)).date() for day in (200, 250, 455)}))


@pytest.fixture(scope="module")
def panel() -> Panel:
    return shop(470, ("front", "back"))


def _seen(grid: Grid, day: int, hours: int = 5 * WEEK) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    origin = BEFORE + day * DAY
    return design(grid, origin, np.arange(origin, origin + hours)).features


@settings(max_examples=15, deadline=None)
@given(day=st.integers(0, 430))
def test_what_comes_after_an_origin_changes_no_feature(day: int) -> None:
    whole = shop(470)
    values = whole.values.copy()
    values[day * DAY :] = 12_345.0
    changed = Panel(whole.start, whole.names, values)
    before, after = (_seen(grid_of(each, HOLIDAY), day) for each in (whole, changed))
    assert np.array_equal(before, after, equal_nan=True)


def test_a_shop_without_a_last_year_knows_nothing_of_it(panel: Panel) -> None:
    found = _seen(grid_of(panel, HOLIDAY), 100)
    assert np.isnan(found[..., FEATURES.index("last year")]).all()
    assert np.isnan(found[..., FEATURES.index("last year's week")]).all()
    assert not np.isnan(found[..., FEATURES.index("level of this hour")]).any()


def test_last_years_day_tells_how_unusual_it_was_then(panel: Panel) -> None:
    values = panel.values.copy()
    day = 450 - 364
    values[day * DAY : (day + 1) * DAY] *= 3
    loud = grid_of(Panel(panel.start, panel.names, values), HOLIDAY)
    noon = _seen(loud, 449)[DAY + 12, :, FEATURES.index("last year's day")]
    assert np.exp(noon) == pytest.approx(3.0, rel=0.15)


def test_holidays_are_seen_on_their_day_and_the_days_around(panel: Panel) -> None:
    found = _seen(grid_of(panel, HOLIDAY), 453, 4 * DAY)
    of_day = {name: found[::DAY, 0, FEATURES.index(name)].tolist() for name in FEATURES if "holiday" in name}
    assert of_day["holiday"] == [0, 0, 1, 0]
    assert of_day["holiday tomorrow"] == [0, 1, 0, 0]
    assert of_day["holiday yesterday"] == [0, 0, 0, 1]


def test_what_holidays_did_before_is_told_on_holidays_alone() -> None:
    plain = shop(470)
    values = plain.values.copy()
    for day in (200, 250):
        values[day * DAY : (day + 1) * DAY] = 0.0
    grid = grid_of(Panel(plain.start, plain.names, values), HOLIDAY)
    effect = _seen(grid, 453, 4 * DAY)[12::DAY, 0, FEATURES.index("holidays of this series")]
    assert effect[[0, 1, 3]].tolist() == [0, 0, 0]
    assert effect[2] < -2
