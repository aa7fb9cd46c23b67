"""Distributions, bounds and variances against SciPy, published tables and numbers worked by hand."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from server.experiments.estimating import Difference, Outcome, difference, without_shape
from server.experiments.plans import CONTROL
from server.experiments.spending import bounds, even, levels
from server.experiments.stagewise import final_interval
from server.experiments.student import half_width, two_sided_p

FIVE = (0.2, 0.4, 0.6, 0.8, 1.0)


@given(t=st.floats(0, 60), degrees=st.floats(1, 3000))
def test_p_values_of_student_are_those_of_scipy(t: float, degrees: float) -> None:
    assert two_sided_p(t, degrees) == pytest.approx(2 * stats.t.sf(t, degrees), rel=1e-6, abs=1e-30)


@given(level=st.floats(1e-6, 0.9), degrees=st.floats(1, 3000))
def test_half_widths_of_student_are_those_of_scipy(level: float, degrees: float) -> None:
    assert half_width(level, degrees) == pytest.approx(stats.t.isf(level / 2, degrees), rel=1e-6)


def test_cautious_bounds_of_five_looks_are_those_of_the_published_table() -> None:
    # O'Brien-Fleming type spending, two-sided 0.05: Lan and DeMets 1983, as in every programme since.
    assert bounds(FIVE, 0.05) == pytest.approx((4.8769, 3.3569, 2.6803, 2.2898, 2.0310), abs=2e-4)


def test_even_bounds_of_five_looks_are_those_of_the_published_table() -> None:
    assert bounds(FIVE, 0.05, even) == pytest.approx((2.4380, 2.4268, 2.4101, 2.3966, 2.3859), abs=2e-4)


def test_one_look_alone_has_the_plain_bound() -> None:
    assert levels((1.0,), 0.05) == pytest.approx((0.05,), abs=1e-6)


def test_without_looks_the_final_interval_is_the_plain_one() -> None:
    found = Difference(0.036, 0.041, 0.002, 30.0, 40)
    assert final_interval(found, (1.0,), 0, 0.05) == pytest.approx(found.within(0.05), abs=1e-7)


def test_an_effect_that_stopped_an_experiment_early_is_drawn_towards_nothing() -> None:
    found = Difference(0.036, 0.046, 0.0028, 60.0, 70)
    low, high = final_interval(found, (0.25, 0.5, 0.75, 1.0), 1, 0.05)
    assert low < found.within(0.05)[0]
    assert high <= found.within(0.05)[1] + 1e-9
    assert (low + high) / 2 < found.value


@pytest.mark.parametrize("degrees", [3.0, 8.0, 30.0, 300.0])
@pytest.mark.parametrize("looks", [1, 4, 7])
@pytest.mark.parametrize("times", [0.5, 0.999, 1.001, 1.2])
def test_the_range_of_the_last_look_holds_nothing_exactly_where_the_look_decides_nothing(
    degrees: float, looks: int, times: float
) -> None:
    shares = tuple((number + 1) / looks for number in range(looks))
    level = levels(shares, 0.05)[-1]
    found = Difference(0.0, times * half_width(level, degrees), 1.0, degrees, 20)
    low, high = final_interval(found, shares, looks - 1, 0.05)
    assert (low > 0) is (found.p < level) is (times > 1)
    assert low < high


@pytest.mark.parametrize("degrees", [5.0, 20.0, 200.0])
@pytest.mark.parametrize("look", [0, 1, 2])
def test_an_effect_that_just_decided_an_early_look_has_a_range_without_nothing(
    degrees: float, look: int
) -> None:
    shares = (0.25, 0.5, 0.75, 1.0)
    value = 1.0001 * half_width(levels(shares, 0.05)[look], degrees)
    low, high = final_interval(Difference(0.0, value, 1.0, degrees, 20), shares, look, 0.05)
    assert 0 < low < value < high


def pairs(*groups: tuple[float, float, float, float]) -> list[Outcome]:
    """Groups of one block of either arm: bought and visits shown, bought and visits of control."""
    return [
        one
        for number, (shown, of_shown, control, of_control) in enumerate(groups)
        for one in (
            Outcome("shown", str(number), shown, of_shown),
            Outcome(CONTROL, str(number), control, of_control),
        )
    ]


def test_equal_groups_give_the_jackknife_of_their_differences() -> None:
    groups = ((5, 100, 3, 100), (8, 100, 4, 100), (4, 100, 4, 100), (7, 100, 1, 100))
    found = difference(pairs(*groups), CONTROL, "shown")
    assert found is not None
    apart = [0.02, 0.04, 0.0, 0.06]
    mean = sum(apart) / 4
    # Each difference counts a quarter, and is divided by 1 - 1/4.
    expected = math.sqrt(sum(((one - mean) / 4 / 0.75) ** 2 for one in apart))
    assert (found.tried, found.control) == pytest.approx((0.06, 0.03))
    assert found.value == pytest.approx(mean)
    assert found.error == pytest.approx(expected)
    assert found.degrees == pytest.approx(3)


def test_ratios_are_of_sums_and_never_means_of_ratios() -> None:
    found = difference(pairs((90, 100, 10, 100), *[(1, 50, 1, 50)] * 4), CONTROL, "shown")
    assert found is not None
    assert found.tried == pytest.approx(94 / 300)
    assert found.control == pytest.approx(14 / 300)


def test_groups_of_unequal_size_are_worth_fewer_degrees_of_freedom() -> None:
    equal = difference(pairs(*[(5, 100, 3, 100), (4, 100, 4, 100)] * 4), CONTROL, "shown")
    unequal = difference(pairs((5, 400, 3, 400), *[(4, 100, 4, 100)] * 7), CONTROL, "shown")
    assert equal is not None
    assert unequal is not None
    assert unequal.degrees < equal.degrees == pytest.approx(7)


@given(shape=st.lists(st.floats(0.01, 0.3), min_size=4, max_size=12))
def test_what_both_arms_of_a_group_share_is_no_chance(shape: list[float]) -> None:
    found = difference(pairs(*((100 * one, 100, 100 * one, 100) for one in shape)), CONTROL, "shown")
    assert found is not None
    assert found.value == pytest.approx(0)
    assert found.error == pytest.approx(0, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), number=st.integers(20, 60))
def test_the_error_is_that_of_leaving_each_group_out_in_turn(seed: int, number: int) -> None:
    random = Random(seed)
    groups = []
    for _ in range(number):
        visits, level = random.randint(50, 150), random.uniform(0.02, 0.06)
        sold = [sum(random.random() < level for _ in range(visits)) for _ in range(2)]
        groups.append((sold[0], visits, sold[1], visits))
    found = difference(pairs(*groups), CONTROL, "shown")
    assert found is not None
    left_out = [difference(pairs(*groups[:at], *groups[at + 1 :]), CONTROL, "shown") for at in range(number)]
    values = [one.value for one in left_out if one]
    squares = sum((value - found.value) ** 2 for value in values)
    assert found.error == pytest.approx(math.sqrt(squares), rel=0.02)


def test_what_was_so_before_is_taken_away() -> None:
    before = pairs(*[(5, 100, 3, 100)] * 4)
    now = pairs((6, 100, 3, 100), (6, 100, 3, 100), (8, 100, 4, 100), (4, 100, 2, 100))
    found = difference(now, CONTROL, "shown", before)
    assert found is not None
    assert found.before == pytest.approx(0.02)
    assert found.value == pytest.approx(0.06 - 0.03 - 0.02)


@pytest.mark.parametrize(
    "outcomes",
    [
        pytest.param([], id="no data"),
        pytest.param(pairs((1, 10, 1, 10)), id="one group"),
        pytest.param([one for one in pairs(*[(1, 10, 1, 10)] * 8) if one.arm == CONTROL], id="no treatment"),
        pytest.param([one for one in pairs(*[(1, 10, 1, 10)] * 8) if one.arm != CONTROL], id="no control"),
        pytest.param(pairs(*[(0, 0, 0, 0)] * 8), id="no visitors"),
    ],
)
def test_too_little_gives_no_difference(outcomes: list[Outcome]) -> None:
    assert difference(outcomes, CONTROL, "shown") is None


def test_blocks_count_for_one_over_the_chance_of_their_arm() -> None:
    rare = [Outcome("shown", f"a{n}", above, 100, 0.25) for n, above in enumerate((10, 30))]
    often = [Outcome("shown", f"b{n}", above, 100, 0.75) for n, above in enumerate((2, 2, 2))]
    control = [Outcome(CONTROL, f"c{n}", 5, 100, 0.5) for n in range(4)]
    found = difference([*rare, *often, *control], CONTROL, "shown")
    assert found is not None
    assert found.tried == pytest.approx((40 / 0.25 + 6 / 0.75) / (200 / 0.25 + 300 / 0.75))


def test_the_shape_of_the_day_is_taken_out_and_the_level_stays() -> None:
    outcomes = [
        Outcome(arm, f"{arm}{slot}", above, 100, slot=slot)
        for arm in (CONTROL, "shown")
        for slot, above in enumerate((2, 10))
    ]
    assert [one.numerator for one in without_shape(outcomes)] == pytest.approx([6, 6, 6, 6])
