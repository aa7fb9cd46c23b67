"""Which products a zone may show: counted by hand, within limits, and not all alike."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.storage.baskets import Baskets, Together
from server.storage.catalogue import ProductRow
from server.trigger_settings import ShowingSettings
from server.triggering.candidates import Candidate, candidates, diverse, fit, lift_of, margin_of, stock_of

TERMS = ShowingSettings()
# 100 tickets, 20 of them with something from the shelf; 12 of these hold milk, of which 24 were sold in all.
BASKETS = Baskets(
    100,
    20,
    {
        "tea": Together(18, 18),
        "mug": Together(4, 4),
        "milk": Together(24, 12),
        "bread": Together(60, 12),
        "salt": Together(4, 4),
    },
)


def product(sku: str, **changes: Any) -> ProductRow:
    return replace(ProductRow(sku, None, None, None, None, None, None, {}, 1), **changes)


def test_the_zones_own_products_and_what_is_bought_with_them_more_often_than_chance() -> None:
    found = candidates("Tea", ["tea", "mug", "new"], BASKETS, TERMS)
    assert [(one.sku, one.score, one.here) for one in found] == [
        ("tea", 0.9, True),
        ("milk", 0.6, False),
        ("mug", 0.2, True),
        ("new", 0.0, True),
    ]
    # 12 of 20 against 24 of 100; bread is 12 of 20 against 60 of 100, which is chance; salt is too rare.
    assert lift_of(BASKETS.by_sku["milk"], BASKETS) == pytest.approx(2.5)
    assert found[1].reasons == (
        "Bought with something from Tea 2.5 times as often as chance: in 12 of 20 such tickets,"
        " and in 24 of all 100 of the last 28 days.",
    )
    assert found[3].reasons == ("It lies in Tea; none of the 100 tickets of the last 28 days holds it.",)


def test_without_any_ticket_the_zones_products_come_by_their_number_and_say_so() -> None:
    found = candidates("Tea", ["tea", "mug"], Baskets(0, 0, {}), TERMS)
    assert [one.sku for one in found] == ["mug", "tea"]
    assert found[0].reasons == ("It lies in Tea; no tickets of the last 28 days are known.",)


@pytest.mark.parametrize(
    ("of", "terms", "why"),
    [
        pytest.param({}, {}, None, id="nothing is known of it"),
        pytest.param({"attributes": {"stock": "0"}}, {}, "out of stock", id="none left"),
        pytest.param({"attributes": {"stock": "0", "stock-corner": "4"}}, {}, None, id="left in this store"),
        pytest.param({"attributes": {"stock": "plenty"}}, {}, None, id="a stock that is no number"),
        pytest.param(
            {"price": Decimal(10), "cost": Decimal("8.5")},
            {"least_margin": 0.2},
            "below the margin",
            id="margin",
        ),
        pytest.param(
            {"price": Decimal(10), "cost": Decimal(8)}, {"least_margin": 0.2}, None, id="just enough"
        ),
        pytest.param({"price": Decimal(10)}, {"least_margin": 0.2}, None, id="a cost that is not known"),
        pytest.param({"price": Decimal("0.99")}, {"least_price": 1}, "outside the prices", id="too cheap"),
        pytest.param({"price": Decimal(99)}, {"most_price": 50}, "outside the prices", id="too dear"),
        pytest.param({}, {"exclude": ["tea"]}, "excluded", id="excluded"),
        pytest.param(
            {"category": "Tobacco"},
            {"exclude_categories": ["Tobacco"]},
            "of an excluded category",
            id="an excluded category",
        ),
    ],
)
def test_limits(of: dict[str, Any], terms: dict[str, Any], why: str | None) -> None:
    one = Candidate("tea", 1.0, True, ())
    kept, left_out = fit(
        [one], {"tea": product("tea", **of)}, "corner", ShowingSettings.model_validate(terms)
    )
    assert (kept, dict(left_out)) == (([one], {}) if why is None else ([], {why: 1}))


def test_stock_and_margin_of_odd_products() -> None:
    assert stock_of(product("a", attributes={"stock": "NaN"}), "corner") is None
    assert margin_of(product("a", price=Decimal(0), cost=Decimal(1))) is None
    assert margin_of(product("a", price=Decimal(4), cost=Decimal(5))) == -0.25


def test_what_is_unlike_comes_before_what_is_a_little_better_and_the_same() -> None:
    found = [Candidate(sku, score, True, ()) for sku, score in (("a", 1.0), ("b", 0.9), ("c", 0.8))]
    products = {
        "a": product("a", category="Tea"),
        "b": product("b", category="Tea"),
        "c": product("c", category="Mugs"),
    }
    # Against a: b is worth 0.7·0.9 − 0.3·1 = 0.33, c is worth 0.7·0.8 = 0.56.
    assert [one.sku for one in diverse(found, products, 3, 0.3)] == ["a", "c", "b"]
    assert [one.sku for one in diverse(found, products, 2, 0.0)] == ["a", "b"]


@given(
    st.lists(
        st.tuples(st.text("abc", min_size=1, max_size=2), st.floats(0, 1), st.sampled_from(["x", "y", None])),
        unique_by=lambda one: one[0],
        max_size=8,
    ),
    st.integers(1, 5),
    st.floats(0, 1),
)
def test_diversity_takes_of_what_there_is_and_the_best_first(
    given_: list[tuple[str, float, str | None]], most: int, diversity: float
) -> None:
    found = sorted((Candidate(sku, score, True, ()) for sku, score, _ in given_), key=lambda one: -one.score)
    taken = diverse(found, {sku: product(sku, category=of) for sku, _, of in given_}, most, diversity)
    assert len(taken) == min(most, len(found))
    assert len({one.sku for one in taken}) == len(taken)
    assert set(taken) <= set(found)
    if taken and diversity < 1:
        assert taken[0] == found[0]
