"""Typical days: means, variances and bands, and what is said of few days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.flow.typical import LEAST_FOR_BAND, ordinary, typical_days
from tests.server.flow.weeks import days_of, lucky, usual_week


def test_mean_variance_median_and_band_are_those_of_the_same_weekdays() -> None:
    counts = np.zeros((70, 24))
    mondays = [30.0, 31, 32, 33, 34, 35, 36, 37, 38, 400]
    counts[::7, 12] = mondays
    monday = typical_days(days_of(counts), "entries")[0]
    noon = monday.hours[12].people
    assert noon.days == 10
    assert noon.mean == pytest.approx(70.6)
    assert noon.median == pytest.approx(34.5)
    assert noon.variance == pytest.approx(float(np.var(mondays, ddof=1)))
    assert noon.deviation == pytest.approx(float(np.std(mondays, ddof=1)))
    # One day in ten is less and one is more: the day with 400 people does not stretch the band to itself.
    assert noon.low == pytest.approx(30.9)
    assert noon.high == pytest.approx(74.2)
    assert monday.whole == noon


@pytest.mark.parametrize(
    ("values", "days", "has_mean", "has_variance", "has_band"),
    [
        pytest.param([], 0, False, False, False, id="nothing is known"),
        pytest.param([float("nan")], 0, False, False, False, id="one day, not watched"),
        pytest.param([3.0], 1, True, False, False, id="one day has a mean and no variance"),
        pytest.param([3.0, 4.0], 2, True, True, False, id="two days have a variance and no band"),
        pytest.param([3.0] * LEAST_FOR_BAND, LEAST_FOR_BAND, True, True, True, id="five days have a band"),
    ],
)
def test_few_days_say_little(
    values: list[float], days: int, has_mean: bool, has_variance: bool, has_band: bool
) -> None:
    found = ordinary(np.array(values))
    assert found.days == days
    assert (found.mean is not None) == has_mean
    assert (found.variance is not None) == (found.deviation is not None) == has_variance
    assert (found.low is not None) == (found.high is not None) == has_band


def test_a_day_with_a_missing_open_hour_is_no_whole_day_and_one_with_a_missing_night_is() -> None:
    counts = lucky(usual_week(21))
    counts[0, 14] = np.nan
    counts[7, 3] = np.nan
    assert typical_days(days_of(counts), "entries")[0].whole.days == 2


def test_days_that_nobody_knows_leave_a_weekday_empty() -> None:
    counts = lucky(usual_week(28))
    counts[6::7] = np.nan
    sunday = typical_days(days_of(counts), "entries")[6]
    assert (sunday.whole.days, sunday.whole.median) == (0, None)
    assert {hour.people.days for hour in sunday.hours} == {0}


@given(st.lists(st.floats(0, 1e6), min_size=LEAST_FOR_BAND, max_size=60))
def test_the_median_lies_in_the_band_and_the_band_among_the_days(values: list[float]) -> None:
    found = ordinary(np.array(values))
    assert found.low is not None
    assert found.median is not None
    assert found.high is not None
    assert min(values) <= found.low <= found.median <= found.high <= max(values)
