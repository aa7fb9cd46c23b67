from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.truth.intervals import (
    NOTHING,
    Z_95,
    count_ratio,
    crossings_for_count,
    crossings_for_share,
    per_event,
    share,
)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        pytest.param(0, 10, 0.0, 0.2775, id="none of ten"),
        pytest.param(10, 10, 0.7225, 1.0, id="all of ten"),
        pytest.param(26, 27, 0.8172, 0.9934, id="one missed of 27"),
        pytest.param(50, 100, 0.4038, 0.5962, id="half of a hundred"),
    ],
)
def test_a_share_has_wilsons_interval(part: int, whole: int, low: float, high: float) -> None:
    estimate = share(part, whole)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=5e-4)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_both_ends_of_a_rate_solve_the_score_equation(number: int, events: int) -> None:
    estimate = per_event(number, events)
    assert estimate.low is not None
    assert estimate.high is not None
    for end in (estimate.low, estimate.high):
        mean = end * events
        assert (number - mean) ** 2 == pytest.approx(Z_95**2 * mean, rel=1e-6, abs=1e-6)


@given(st.integers(1, 500), st.data())
def test_the_interval_of_the_count_ratio_holds_it_and_narrows_with_more_events(
    true: int, data: st.DataObject
) -> None:
    matched, extra = data.draw(st.integers(0, true)), data.draw(st.integers(0, 100))
    few, many = count_ratio(true, matched, extra), count_ratio(9 * true, 9 * matched, 9 * extra)
    assert few.value is not None
    assert few.low is not None
    assert few.high is not None
    assert few.value == pytest.approx((matched + extra) / true)
    assert 0 <= few.low <= few.value <= few.high
    assert many.low is not None
    assert many.high is not None
    assert many.high - many.low < few.high - few.low


def test_of_nothing_there_is_no_figure() -> None:
    assert share(0, 0) == per_event(3, 0) == count_ratio(0, 0, 3) == NOTHING


@pytest.mark.parametrize("expected", [0.90, 0.95, 0.97, 0.99, 1.0])
def test_one_crossing_less_would_be_too_few_for_a_share(expected: float) -> None:
    needed = crossings_for_share(0.02, expected)
    halves = [
        (estimate.high - estimate.low) / 2
        for whole in (needed - 1, needed)
        if (estimate := share(expected * whole, whole)).low is not None and estimate.high is not None
    ]
    assert halves[1] <= 0.02 < halves[0]


@pytest.mark.parametrize(("missed", "extra"), [(0.0, 0.0), (0.03, 0.01), (0.05, 0.05)])
def test_one_crossing_less_would_be_too_few_for_a_count(missed: float, extra: float) -> None:
    needed = crossings_for_count(0.02, missed, extra)
    arms = [
        max(ratio.high - ratio.value, ratio.value - ratio.low)
        for whole in (needed - 1, needed)
        if (ratio := count_ratio(whole, whole * (1 - missed), whole * extra)).value is not None
        and ratio.high is not None
        and ratio.low is not None
    ]
    assert arms[1] <= 0.02 < arms[0]
