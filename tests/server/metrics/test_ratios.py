from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.metrics.ratios import Quotient, Ratio, quotient, ratio, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        pytest.param(81, 263, 0.2553, 0.3662, id="Newcombe 81/263"),
        pytest.param(15, 148, 0.0624, 0.1605, id="Newcombe 15/148"),
        pytest.param(0, 20, 0.0000, 0.1611, id="Newcombe 0/20"),
        pytest.param(1, 29, 0.0061, 0.1718, id="Newcombe 1/29"),
    ],
)
def test_wilsons_interval_agrees_with_the_published_values(
    successes: int, trials: int, low: float, high: float
) -> None:
    bounds = wilson(successes, trials)
    assert bounds is not None
    assert (round(bounds.low, 4), round(bounds.high, 4)) == (low, high)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (1, 0), (5, 4)])
def test_there_is_no_interval_where_there_is_no_share(successes: int, trials: int) -> None:
    assert wilson(successes, trials) is None


@given(trials=st.integers(1, 100_000), data=st.data())
def test_the_interval_holds_the_share_and_stays_between_0_and_1(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    bounds = wilson(successes, trials)
    assert bounds is not None
    assert 0 <= bounds.low <= successes / trials <= bounds.high <= 1
    assert bounds.low < bounds.high


def test_a_ratio_above_one_is_shown_as_it_is_without_an_interval() -> None:
    rate = Ratio(6, 4, least=1)
    assert rate.value == 1.5
    assert rate.interval is None


@pytest.mark.parametrize(("denominator", "enough"), [(0, False), (29, False), (30, True)])
def test_a_ratio_says_whether_its_denominator_is_enough(denominator: int, enough: bool) -> None:
    assert Ratio(0, denominator, least=30).enough is enough


def test_nothing_is_never_enough() -> None:
    assert not Ratio(0, 0, least=0).enough
    assert Ratio(0, 0, least=0).value is None


def test_a_rate_of_the_unknown_is_unknown() -> None:
    assert ratio(None, 5, 1) is None
    assert ratio(5, None, 1) is None
    assert quotient(None, 5) is None
    assert quotient(Decimal(5), None) is None


def test_an_amount_per_nothing_is_none() -> None:
    assert Quotient(Decimal(5), Decimal(0)).value is None
    assert Quotient(Decimal(5), Decimal(2)).value == Decimal("2.5")
