"""Covariance and correlation: figures by hand, what the week's pattern explains, and what is too little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.flow.days import Days, Marks, Numbers
from server.flow.together import Pair, days_together, followed, hours_together, is_sure
from tests.server.flow.weeks import days_of, lucky, side_by_side, usual_week


def _open(days: Days) -> Marks:
    return np.asarray(usual_week(days.days) > 0)


def _two(one: Numbers, other: Numbers) -> Days:
    return side_by_side(entries=one, other=other)


def _hours(one: Numbers, other: Numbers) -> Pair:
    days = _two(one, other)
    return hours_together(days, _open(days))[0]


def test_figures_are_those_of_the_differences_from_the_hour_of_the_week() -> None:
    one, other = lucky(usual_week(56), 1), lucky(usual_week(56), 2)
    found = _hours(one, other)
    is_open = usual_week(56) > 0
    weeks = [array.reshape(8, 7 * 24) for array in (one, other)]
    left = [(week - week.mean(axis=0)).ravel()[is_open.ravel()] for week in weeks]
    assert found.n == int(is_open.sum())
    assert found.correlation == pytest.approx(float(np.corrcoef(*left)[0, 1]))
    means = int(is_open[:7].sum())
    assert found.covariance == pytest.approx(float((left[0] * left[1]).sum()) / (found.n - means))
    raw = np.corrcoef(one[is_open], other[is_open])[0, 1]
    assert found.raw == pytest.approx(float(raw))


def test_what_only_the_time_of_the_week_has_in_common_does_not_go_together() -> None:
    found = _hours(lucky(usual_week(182), 1, mood=0.01), lucky(usual_week(182), 2, mood=0.01))
    assert found.raw is not None
    assert found.raw > 0.5
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
    assert not is_sure(found, 1)


@pytest.mark.parametrize(
    ("share", "sign"),
    [
        pytest.param(0.5, 1, id="half of those who come visit the shelf"),
        pytest.param(-0.5, -1, id="the more come, the fewer stay"),
    ],
)
def test_what_goes_along_with_entries_is_found_with_its_sign(share: float, sign: int) -> None:
    came = lucky(usual_week(84))
    chance = np.random.default_rng(5)
    other = np.maximum(0, 60 + share * came + chance.normal(0, 3, came.shape))
    found = _hours(came, other)
    assert found.correlation is not None
    assert sign * found.correlation > 0.5
    assert is_sure(found, 100)


def test_hours_that_hang_together_count_for_fewer_independent_ones() -> None:
    days = 84
    moods = lucky(usual_week(days), 1, mood=0.4), lucky(usual_week(days), 2, mood=0.4)
    plain = lucky(usual_week(days), 1, mood=0.01), lucky(usual_week(days), 2, mood=0.01)
    assert _hours(*moods).independent < 0.6 * _hours(*plain).independent


def test_intervals_hold_nothing_at_all_19_times_in_20_although_hours_hang_together() -> None:
    held = 0
    for seed in range(100):
        found = _hours(
            lucky(usual_week(56), 2 * seed, mood=0.2), lucky(usual_week(56), 2 * seed + 1, mood=0.2)
        )
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0 <= found.high
    assert held >= 88


def test_days_are_put_together_from_their_hours_and_beside_their_weekday() -> None:
    came = lucky(usual_week(84), mood=0.3)
    days = _two(came, np.floor(came / 2))
    found = days_together(days, _open(days))[0]
    assert found.n == 72
    assert found.correlation is not None
    assert found.correlation > 0.95


def test_a_busy_morning_is_followed_by_a_busy_afternoon_where_days_differ_as_wholes() -> None:
    days = days_of(lucky(usual_week(84), mood=0.3))
    halves, in_a_row = followed(days, "entries", _open(days))
    assert halves.one == "entries before 15:00"
    assert is_sure(halves, 2)
    assert not is_sure(in_a_row, 2)


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(side_by_side(entries=np.zeros((84, 24)), other=lucky(usual_week(84))), id="all zero"),
        pytest.param(
            side_by_side(entries=np.full((84, 24), np.nan), other=lucky(usual_week(84))), id="never known"
        ),
        pytest.param(side_by_side(entries=lucky(usual_week(3)), other=lucky(usual_week(3), 2)), id="3 days"),
        pytest.param(
            side_by_side(entries=usual_week(84), other=lucky(usual_week(84))), id="every week the same"
        ),
    ],
)
def test_too_little_says_nothing(days: Days) -> None:
    for pair in (*hours_together(days, _open(days)), *days_together(days, _open(days))):
        assert pair.correlation is None
        assert pair.low is None
        assert not is_sure(pair, 1)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 0.4))
def test_every_r_lies_in_its_interval_and_both_ways_round_are_one(
    seed: int, shared: float, missing: float
) -> None:
    chance = np.random.default_rng(seed)
    one, other = lucky(usual_week(56), seed), lucky(usual_week(56), seed + 1)
    other = np.round(shared * one + (1 - shared) * other)
    one[chance.random(one.shape) < missing] = np.nan
    found, turned = _hours(one, other), _hours(other, one)
    assert found.correlation == pytest.approx(turned.correlation)
    assert found.correlation is not None
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.correlation <= found.high <= 1 + 1e-9
    assert found.rank_correlation is not None
    assert -1 <= found.rank_correlation <= 1 + 1e-9
