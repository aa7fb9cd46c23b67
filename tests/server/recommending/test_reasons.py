"""Reasons are true: their figures are counted again in the tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pytest
from scipy.sparse import csr_array

from server.recommending.asking import Query
from server.recommending.baskets import NOBODY
from server.recommending.bought_together import ItemCosineLearner, RulesLearner
from server.recommending.content import ContentLearner
from server.recommending.customers import AlikeCustomersLearner
from server.recommending.learning import Learnt
from server.recommending.path_words import Step, in_words
from server.recommending.popularity import PopularityLearner, RecentLearner
from server.recommending.protocol import Context, ReasonKind
from server.recommending.purchase import PurchaseLearner, one_tree
from server.recommending.repeat import RepeatLearner
from server.recommending.situation import OTHER, Encoder
from tests.server.recommending.shop import MONDAY, STORE, baskets, catalogue, lines

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


GROUPS = ("tea", "sweets", OTHER)
ENCODER = Encoder(3, np.zeros(0, dtype=np.int32), ("shelf",), csr_array((1, 3), dtype=np.float32))
FIRST = {name: int(numbers[0]) for name, numbers in ENCODER.blocks.items()}
MORNING = Context(
    store=STORE, zone="shelf", day=MONDAY, hour=9, dwell_seconds=60, occupancy=3, basket=("tea-0",)
)


@pytest.mark.parametrize(
    ("block", "place", "limit", "above", "words"),
    [
        # sin(2 pi 9 / 24) is 0.71, and above 0.5 from 3 to 9 o'clock.
        pytest.param("hour", 0, 0.5, True, "between 03:00 and 10:00", id="morning"),
        # cos(2 pi 9 / 24) is -0.71, and at most -0.5 from 8 to 16 o'clock.
        pytest.param("hour", 1, -0.5, False, "between 08:00 and 17:00", id="day"),
        pytest.param("hour", 1, 2.0, False, "", id="any hour"),
        pytest.param("hour", 2, 0.5, True, "", id="that the hour is known"),
        pytest.param("weekday", 0, 0.5, True, "on a Monday", id="the weekday"),
        pytest.param("weekday", 5, 0.5, False, "not on a Saturday", id="another weekday"),
        pytest.param("dwell", 0, 0.75, True, "visitors stay more than 0.75 minutes", id="dwell"),
        pytest.param("dwell", 1, 0.5, True, "", id="that dwell is known"),
        pytest.param("occupancy", 0, 3.5, False, "at most 3.5 people in zones", id="occupancy"),
        pytest.param("zone", 0, 0.5, True, "in the zone shelf", id="zone"),
        pytest.param("basket", 0, 0.5, True, "tea in the basket", id="in the basket"),
        pytest.param("basket", 1, 0.5, False, "no sweets in the basket", id="not in the basket"),
        pytest.param("basket", 0, 1.5, False, "at most 1 of tea in the basket", id="one in the basket"),
        pytest.param("customer's history", 0, 0.1, True, "", id="a customer who is not known"),
    ],
)
def test_a_step_of_a_tree_is_told_in_the_words_of_a_shop(
    block: str, place: int, limit: float, above: bool, words: str
) -> None:
    query = Query(MORNING, np.zeros(1, dtype=np.int32), NOBODY, 0)
    assert in_words(Step(FIRST[block] + place, limit, above), ENCODER, GROUPS, query) == words


def test_what_is_not_known_beside_a_zone_is_no_reason() -> None:
    nothing = Query(Context(store=STORE), np.zeros(0, dtype=np.int32), NOBODY, 0)
    for number in range(ENCODER.width):
        for above in (True, False):
            assert in_words(Step(number, 0.5, above), ENCODER, GROUPS, nothing) == ""


def test_what_a_customer_bought_before_is_told_of_customers_who_are_known() -> None:
    query = Query(MORNING, np.zeros(1, dtype=np.int32), 0, 0)
    step = Step(FIRST["customer's history"] + 1, 0.125, True)
    assert in_words(step, ENCODER, GROUPS, query) == "more than 12 % of what this customer bought is sweets"


def test_reasons_of_trees_name_the_chance_and_the_zone() -> None:
    learner = PurchaseLearner("decision tree", one_tree)
    found = learner.fit(baskets(), catalogue()).recommend(Context(store=STORE, zone="sweets", hour=9), 5)
    words = [reason.words for one in found for reason in one.reasons]
    assert any("sweets is bought next in" in text and "in the zone sweets" in text for text in words)
    assert not any("sine" in text or "known" in text for text in words)


def test_the_blend_explains_by_what_speaks_most_for_a_product(learnt: Learnt) -> None:
    best = learnt.blend.recommend(Context(store=STORE, customer=CUSTOMER), 1)[0]
    # Sums in several threads differ in their last digits, and so may which of the two speaks more.
    assert best.reasons[0].kind in {ReasonKind.REPEAT, ReasonKind.CUSTOMERS}
    with_basket = learnt.blend.recommend(Context(store=STORE, basket=("tea-0",)), 1)[0]
    assert with_basket.sku == "sweets-0"
    assert any(reason.figures.get("with") == "tea-0" for reason in with_basket.reasons)
    kinds = [reason.kind for reason in with_basket.reasons]
    assert len(set(kinds)) == len(kinds) == 2
