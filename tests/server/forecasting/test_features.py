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


def _of(found: np.ndarray[tuple[int, ...], np.dtype[np.float32]], name: str) -> list[float]:
    """One feature of each day's noon, of the first series."""
    return [float(value) for value in found[12::DAY, 0, FEATURES.index(name)]]


def test_a_holiday_and_the_days_around_it_are_told_what_those_of_its_name_brought() -> None:
    days = {(MONDAY + timedelta(days=day)).date(): "lantern day" for day in (200, 455)}
    plain = shop(455)
    values = plain.values.copy()
    values[199 * DAY : 200 * DAY] *= 0.5
    values[200 * DAY : 201 * DAY] *= 3
    grid = grid_of(Panel(plain.start, plain.names, values), Known(holidays=frozenset(days), names=days))
    found = _seen(grid, 449, 13 * DAY)
    told = np.exp(_of(found, "days like this one"))
    assert told[[5, 6]].tolist() == pytest.approx([0.5, 3.0], rel=0.15)
    assert told[[0, 12]].tolist() == [1, 1]
    assert np.exp(_of(found, "hours like this one"))[6] == pytest.approx(3.0, rel=0.3)


def test_a_holiday_of_a_name_that_was_never_seen_is_told_nothing() -> None:
    days = {(MONDAY + timedelta(days=day)).date(): name for day, name in ((200, "old"), (455, "new"))}
    grid = grid_of(shop(455), Known(holidays=frozenset(days), names=days))
    assert np.isnan(_of(_seen(grid, 454, 2 * DAY), "days like this one")).all()


@pytest.mark.parametrize(
    ("factor", "unlike"),
    [
        pytest.param(0.9, False, id="a little less then"),
        pytest.param(0.2, True, id="closed for the most part then"),
        pytest.param(3.0, True, id="another level then"),
    ],
)
def test_a_last_year_that_was_unlike_this_one_is_not_followed(factor: float, unlike: bool) -> None:
    plain = shop(470)
    values = plain.values.copy()
    values[: 120 * DAY] *= factor
    grid = grid_of(Panel(plain.start, plain.names, values), Known())
    found = _of(_seen(grid, 450, 3 * DAY), "last year's week")
    assert np.isnan(found).all() == unlike
