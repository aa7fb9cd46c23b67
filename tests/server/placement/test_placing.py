"""Placements beside brute force; limits that cost something told as they are."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import pytest

from server.placement.comparing import compared, in_words
from server.placement.placing import NothingFits, bindings, expected_margin, place
from server.placement.terms import Apart, Exclusion, Limit, Offer, Place, Placed, Question, Range

_WORTH = {("tea", "window"): 0.05, ("tea", "shelf"): 0.02, ("jam", "window"): 0.04, ("jam", "shelf"): 0.03}


def little_shop(*limits: Limit, window: float = 1, most_zones: int = 1) -> Question:
    """Tea and jam, a window that many see and a shelf that few see."""
    offers = (Offer("tea", 2.0, category="drinks", most_zones=most_zones), Offer("jam", 1.5, category="food"))
    places = (Place("window", 1000, window), Place("shelf", 400, 2))
    return Question(offers, places, _WORTH, limits)


def keeps(question: Question, placed: Placed) -> bool:
    """Whether a placement keeps every limit, asked one by one."""
    offers = {offer.sku: offer for offer in question.offers}
    places = {place.zone: place for place in question.places}
    for zone, room in places.items():
        if sum(offers[sku].space for sku, where in placed if where == zone) > room.space + 1e-9:
            return False
    for sku, offer in offers.items():
        if sum(each == sku for each, _ in placed) > offer.most_zones:
            return False
    for limit in question.limits:
        if isinstance(limit, Exclusion) and any(limit.forbids(offers[s], places[z]) for s, z in placed):
            return False
        if isinstance(limit, Apart) and any({(limit.first, z), (limit.second, z)} <= placed for z in places):
            return False
        if isinstance(limit, Range):
            of = {
                s for s, z in placed if limit.zone in (None, z) and limit.category in ("", offers[s].category)
            }
            if len(of) < limit.least:
                return False
    return True


def best_of_all(question: Question) -> float | None:
    """The highest margin of all placements there are."""
    pairs = [(offer.sku, place.zone) for offer in question.offers for place in question.places]
    chosen = (frozenset(some) for count in range(len(pairs) + 1) for some in combinations(pairs, count))
    return max((expected_margin(question, each) for each in chosen if keeps(question, each)), default=None)


def by_chance(seed: int) -> Question:
    """A small question with every kind of limit."""
    chance = random.Random(seed)
    offers = tuple(
        Offer(
            f"p{n}",
            chance.uniform(0.5, 4),
            chance.choice([1, 1, 2]),
            chance.choice("ab"),
            chance.choice([1, 2]),
        )
        for n in range(4)
    )
    places = tuple(
        Place(f"z{n}", chance.randrange(50, 500), chance.choice([1, 2, 3]), chance.uniform(0.5, 2))
        for n in range(3)
    )
    affinity = {
        (o.sku, p.zone): chance.random() / 20 for o in offers for p in places if chance.random() < 0.8
    }
    limits: tuple[Limit, ...] = (
        Exclusion("z0", sku="p0"),
        Exclusion(chance.choice(["z1", "z2"]), category=chance.choice("ab")),
        Apart("p1", "p2"),
        Range(chance.choice("ab"), chance.choice([1, 2]), chance.choice([None, "z0", "z1"])),
    )
    return Question(offers, places, affinity, limits)


@pytest.mark.parametrize("seed", range(25))
def test_no_placement_of_all_is_expected_to_earn_more(seed: int) -> None:
    question = by_chance(seed)
    best = best_of_all(question)
    if best is None:
        with pytest.raises(NothingFits, match="cannot be kept"):
            place(question)
        return
    found = place(question)
    assert keeps(question, found.placed)
    assert found.margin == pytest.approx(best)


@pytest.mark.parametrize("seed", range(8))
def test_what_a_limit_costs_is_what_the_shop_without_it_would_earn_more(seed: int) -> None:
    question = by_chance(seed)
    if best_of_all(question) is None:
        return
    found = place(question)
    for binding in bindings(found):
        if isinstance(binding.limit, Apart | Exclusion):
            rest = tuple(each for each in question.limits if each != binding.limit)
            without = Question(question.offers, question.places, question.affinity, rest)
            better = best_of_all(without)
            assert better is not None
            assert binding.gain == pytest.approx(better - found.margin)


def test_a_product_in_two_zones_is_one_product_of_the_shops_range() -> None:
    free, ranged = little_shop(window=1, most_zones=2), little_shop(Range("", 2), window=1, most_zones=2)
    alone = [
        replace(each, places=(each.places[0], replace(each.places[1], space=1))) for each in (free, ranged)
    ]
    tea_sells = [replace(each, affinity={**_WORTH, ("tea", "shelf"): 0.2}) for each in alone]
    assert place(tea_sells[0]).placed == {("tea", "window"), ("tea", "shelf")}
    assert place(tea_sells[1]).placed == {("tea", "shelf"), ("jam", "window")}


def test_the_dearer_product_takes_the_window_and_the_other_the_shelf() -> None:
    found = place(little_shop())
    assert found.placed == {("tea", "window"), ("jam", "shelf")}
    assert found.margin == pytest.approx(1000 * 0.05 * 2.0 + 400 * 0.03 * 1.5)


def test_a_full_window_is_told_with_what_room_for_one_more_would_win() -> None:
    told = [in_words(binding) for binding in bindings(place(little_shop()))]
    # Jam would move from the shelf, where it earns 18, to the window, where it earns 60.
    assert told[0] == "window is full: room for one more would win 42.00"


def test_limits_that_clash_are_named_and_only_those() -> None:
    with pytest.raises(NothingFits) as refused:
        place(little_shop(Range("drinks", 1), Exclusion(None, category="drinks"), Apart("tea", "jam")))
    assert "at least 1 of drinks in the shop; no drinks in any zone" in str(refused.value)
    assert "apart" not in str(refused.value)


def test_before_and_after_tell_what_moves_and_what_it_wins() -> None:
    change = compared(place(little_shop()), frozenset({("jam", "window"), ("tea", "shelf")}))
    assert change.added == {("tea", "window"), ("jam", "shelf")}
    assert change.removed == {("jam", "window"), ("tea", "shelf")}
    assert change.gain == pytest.approx((100 + 18) - (60 + 16))


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(Question((), (), {}), id="nothing"),
        pytest.param(Question((Offer("tea", 1),), (), {}), id="no zone"),
        pytest.param(Question((), (Place("window", 1, 1),), {}), id="no product"),
        pytest.param(little_shop(Exclusion(None, sku="tea"), Exclusion(None, sku="jam")), id="all banned"),
    ],
)
def test_where_nothing_can_be_placed_nothing_is(question: Question) -> None:
    assert place(question).placed == frozenset()
