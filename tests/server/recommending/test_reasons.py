"""Reasons are true: their figures are counted again in the tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pytest

from server.recommending.bought_together import ItemCosineLearner, RulesLearner
from server.recommending.content import ContentLearner
from server.recommending.customers import AlikeCustomersLearner
from server.recommending.learning import Learnt
from server.recommending.popularity import PopularityLearner, RecentLearner
from server.recommending.protocol import Context, ReasonKind
from server.recommending.repeat import RepeatLearner
from tests.server.recommending.shop import STORE, baskets, catalogue, lines

CUSTOMER = f"customer:{3:032x}"


@pytest.fixture(scope="module")
def tickets() -> Mapping[str, frozenset[str]]:
    found = defaultdict(set)
    for line in lines():
        found[line.ticket].add(line.sku)
    return {ticket: frozenset(skus) for ticket, skus in found.items()}


def lift_of(tickets: Mapping[str, frozenset[str]], first: str, second: str) -> tuple[float, int]:
    both = sum({first, second} <= skus for skus in tickets.values())
    chance = sum(first in skus for skus in tickets.values()) * sum(
        second in skus for skus in tickets.values()
    )
    return both * len(tickets) / chance, both


@pytest.mark.parametrize("learner", [ItemCosineLearner(), RulesLearner()], ids=lambda one: one.name)
def test_the_lift_of_a_pair_is_that_of_the_tickets(
    tickets: Mapping[str, frozenset[str]], learner: ItemCosineLearner | RulesLearner
) -> None:
    recommender = learner.fit(baskets(), catalogue())
    found = recommender.recommend(Context(store=STORE, basket=("tea-0", "bakery-1")), 8)
    assert found
    for one in found:
        (reason,) = one.reasons
        beside = str(reason.figures["with"])
        lift, both = lift_of(tickets, beside, one.sku)
        assert reason.figures["lift"] == pytest.approx(lift, abs=1e-5)
        assert reason.figures["tickets"] == both
        assert f"{lift:.1f} times as often as chance, in {both} tickets" in reason.words
        assert reason.words.startswith(f"bought with {catalogue().product(beside).name}")


def test_how_often_a_customer_bought_it_and_when_last_is_that_of_the_tickets() -> None:
    own = [line for line in lines() if line.customer == CUSTOMER]
    found = RepeatLearner().fit(baskets(), catalogue()).recommend(Context(store=STORE, customer=CUSTOMER), 5)
    for one in found:
        bought = [line.day for line in own if line.sku == one.sku]
        (reason,) = one.reasons
        assert reason.figures == {"tickets": len(bought), "last": max(bought).isoformat()}
        assert str(max(bought)) in reason.words


def test_in_how_many_tickets_a_product_is_is_that_of_the_tickets(
    tickets: Mapping[str, frozenset[str]],
) -> None:
    for one in PopularityLearner().fit(baskets(), catalogue()).recommend(Context(store=STORE), 5):
        (reason,) = one.reasons
        count = sum(one.sku in skus for skus in tickets.values())
        assert reason.words == f"in {count} of {len(tickets)} tickets"


def test_in_how_many_tickets_of_the_last_weeks_it_is_is_that_of_the_tickets() -> None:
    last = max(line.day for line in lines())
    recent = [line for line in lines() if (last - line.day).days < 28]
    for one in RecentLearner().fit(baskets(), catalogue()).recommend(Context(store=STORE, hour=9), 5):
        (reason,) = one.reasons
        count = len({line.ticket for line in recent if line.sku == one.sku})
        of = len({line.ticket for line in recent})
        assert reason.words == f"in {count} of {of} tickets of the last 28 days"


def test_how_many_customers_alike_bought_it_is_no_more_than_bought_it_at_all() -> None:
    found = AlikeCustomersLearner(nearest_customers=10).fit(baskets(), catalogue())
    for one in found.recommend(Context(store=STORE, customer=CUSTOMER), 5):
        (reason,) = one.reasons
        buyers = {line.customer for line in lines() if line.sku == one.sku}
        count = float(reason.figures["customers"])
        assert 0 < count <= min(10, len(buyers))
        assert reason.words.startswith(f"bought by {count:.0f} of the 10 customers")


def test_what_two_products_have_in_common_is_what_the_catalogue_says() -> None:
    found = ContentLearner(weights={"category": 1.0}).fit(baskets(), catalogue())
    for one in found.recommend(Context(store=STORE, basket=("tea-0",)), 5):
        assert one.sku.startswith("tea")
        assert one.reasons[0].words == "like Tea 0: category tea"


def test_the_blend_explains_by_what_speaks_most_for_a_product(learnt: Learnt) -> None:
    best = learnt.blend.recommend(Context(store=STORE, customer=CUSTOMER), 1)[0]
    # Sums in several threads differ in their last digits, and so may which of the two speaks more.
    assert best.reasons[0].kind in {ReasonKind.REPEAT, ReasonKind.CUSTOMERS}
    with_basket = learnt.blend.recommend(Context(store=STORE, basket=("tea-0",)), 1)[0]
    assert with_basket.sku == "sweets-0"
    assert any(reason.figures.get("with") == "tea-0" for reason in with_basket.reasons)
