"""What every recommender keeps to, whatever it learnt from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from server.learning_settings import RuleSettings
from server.recommending.asking import Learner
from server.recommending.baskets import Baskets, Line, baskets_of
from server.recommending.catalogue import Catalogue, Product
from server.recommending.learners import all_learners
from server.recommending.protocol import Context, Recommender
from tests.server.recommending.shop import MONDAY, PARTNERS, PRODUCTS, STORE, baskets, catalogue

RULES = RuleSettings.model_validate(
    {
        "bundles": [{"sku": "tea-0", "offer": ["sweets-0", "bakery-0"]}],
        "seasons": [{"category": "fruit", "months": [3]}],
    }
)
LEARNERS = all_learners(RULES)
NEEDS_NEITHER_BASKET_NOR_CUSTOMER = {
    "popularity",
    "recent popularity",
    "decision tree",
    "random forest",
    "neural network",
}

CUSTOMER = f"customer:{3:032x}"
FULL = Context(
    store=STORE, zone="tea", day=MONDAY + timedelta(days=61), hour=9, customer=CUSTOMER, basket=("tea-0",)
)

each_learner = pytest.mark.parametrize("learner", LEARNERS, ids=lambda learner: learner.name)


@pytest.fixture(scope="module")
def recommender_of() -> Callable[[Learner], Recommender]:
    """Each learner's recommender of the small shop, learnt once."""
    known, products, made = baskets(), catalogue(), dict[str, Recommender]()

    def of(learner: Learner) -> Recommender:
        if learner.name not in made:
            made[learner.name] = learner.fit(known, products)
        return made[learner.name]

    return of


@each_learner
def test_at_most_k_products_come_best_first_each_once_and_each_with_a_reason(
    recommender_of: Callable[[Learner], Recommender], learner: Learner
) -> None:
    for k in (0, 1, 3, 100):
        found = recommender_of(learner).recommend(FULL, k)
        assert len(found) <= k
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        assert len({one.sku for one in found}) == len(found)
        assert all(one.score > 0 and one.reasons and one.reasons[0].words for one in found)
    assert recommender_of(learner).recommend(FULL, 3)


@each_learner
def test_neither_the_basket_nor_what_is_excluded_nor_what_is_no_candidate_comes(
    recommender_of: Callable[[Learner], Recommender], learner: Learner
) -> None:
    first = {one.sku for one in recommender_of(learner).recommend(FULL, 100)}
    excluded = frozenset(sorted(first)[:2])
    without = {one.sku for one in recommender_of(learner).recommend(replace(FULL, excluded=excluded), 100)}
    assert without == first - excluded
    candidates = frozenset({"tea-0", "tea-1", "sweets-0", "fruit-1", "never sold"})
    only = {one.sku for one in recommender_of(learner).recommend(replace(FULL, candidates=candidates), 100)}
    assert only <= candidates - {"tea-0", "never sold"}
    assert recommender_of(learner).recommend(replace(FULL, candidates=frozenset()), 5) == []


@each_learner
def test_the_same_tickets_and_seed_give_the_same_answers(
    recommender_of: Callable[[Learner], Recommender], learner: Learner
) -> None:
    again = learner.fit(baskets(), catalogue())
    assert again.recommend(FULL, 10) == recommender_of(learner).recommend(FULL, 10)


@each_learner
def test_an_unknown_customer_store_and_products_are_as_if_nothing_was_said(
    recommender_of: Callable[[Learner], Recommender], learner: Learner
) -> None:
    strange = Context(store="elsewhere", customer="customer:ffff", basket=("no such product",), zone="cellar")
    nothing = Context(store="elsewhere")
    told = [(one.sku, one.score) for one in recommender_of(learner).recommend(strange, 5)]
    assert told == [(one.sku, one.score) for one in recommender_of(learner).recommend(nothing, 5)]
    assert bool(told) == (learner.name in NEEDS_NEITHER_BASKET_NOR_CUSTOMER)


def _rated(strength: float) -> Baskets:
    return baskets_of(
        Line(STORE, str(ticket), MONDAY, 9, str(ticket), sku, strength)
        for ticket in range(6)
        for sku in ("tea-0", "sweets-0", "fruit-1")
    )


ODD = [
    pytest.param(baskets_of([]), id="no data"),
    pytest.param(baskets_of([Line(STORE, "1", MONDAY, 9, "ann", "tea-0")]), id="one ticket of one product"),
    pytest.param(
        baskets_of(
            Line(STORE, str(day), MONDAY + timedelta(days=day), 9, "ann", "tea-0") for day in range(9)
        ),
        id="one product",
    ),
    pytest.param(
        baskets_of(
            Line(STORE, str(day), MONDAY + timedelta(days=day), 9, "ann", sku)
            for day in range(9)
            for sku in PRODUCTS[day : day + 3]
        ),
        id="one customer",
    ),
    pytest.param(_rated(4.0), id="constant ratings, everybody buys the same"),
    pytest.param(baskets(days=5, customers=6, named=False), id="nobody's tickets only"),
]


@pytest.mark.parametrize("odd", ODD)
@each_learner
def test_little_or_odd_data_gives_an_answer_or_none_but_never_an_error(
    odd: Baskets, learner: Learner
) -> None:
    for products in (Catalogue(), catalogue(), Catalogue({"tea-0": Product("tea-0")})):
        recommender = learner.fit(odd, products)
        for context in (FULL, replace(FULL, customer="ann"), Context(store=STORE)):
            found = recommender.recommend(context, 5)
            assert {one.sku for one in found} <= set(odd.products) - set(context.basket)
            assert all(one.score > 0 and one.score < float("inf") and one.reasons for one in found)


@pytest.mark.parametrize(
    ("name", "context", "expected"),
    [
        pytest.param("popularity", Context(store=STORE), None, id="the most sold product"),
        pytest.param(
            "bought together", Context(store=STORE, basket=("tea-0",)), "sweets-0", id="its partner"
        ),
        pytest.param(
            "association rules", Context(store=STORE, basket=("bakery-1",)), "dairy-1", id="its rule"
        ),
        pytest.param("shop's rules", Context(store=STORE, basket=("tea-0",)), "bakery-0", id="its bundle"),
    ],
)
def test_what_is_known_of_the_shop_is_found(
    recommender_of: Callable[[Learner], Recommender], name: str, context: Context, expected: str | None
) -> None:
    learner = next(one for one in LEARNERS if one.name == name)
    known = baskets()
    counts = {sku: int((known.line_product == number).sum()) for number, sku in enumerate(known.products)}
    best = recommender_of(learner).recommend(context, 1)[0].sku
    assert best == (expected or max(counts, key=lambda sku: counts[sku]))


def test_own_repeats_are_those_of_the_customer(recommender_of: Callable[[Learner], Recommender]) -> None:
    known = baskets()
    number = known.customers.index(CUSTOMER)
    own = {
        known.products[product]
        for product, basket in zip(known.line_product, known.line_basket, strict=True)
        if known.basket_customer[basket] == number
    }
    learner = next(one for one in LEARNERS if one.name == "own repeats")
    found = {
        one.sku for one in recommender_of(learner).recommend(Context(store=STORE, customer=CUSTOMER), 100)
    }
    assert found == own


def test_the_shop_of_these_tests_has_the_partners_that_it_says() -> None:
    assert set(PARTNERS) | set(PARTNERS.values()) <= set(PRODUCTS)
