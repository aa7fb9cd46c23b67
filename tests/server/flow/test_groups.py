"""Groups of customers whose habits are known, and what is shown of few."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.wire import SaleKind
from server.config import Settings
from server.flow.customers import LEAST_GROUP, TooFewCustomers, customer_groups
from server.flow.group_figures import Group, GroupFigures, without_few
from server.flow.groups import LEAST_SILENCE, Thresholds, Window, groups_of, is_silent, moves_between
from server.storage.customers import Buyer
from server.storage.database import open_database, writing
from server.storage.expiry import forget_customer
from tests.server.filling import settings_for
from tests.server.flow.made_up import FIRST
from tests.server.flow.shops import LAST_DAY, at_noon, put, source_of, ticket

END = at_noon(LAST_DAY)
WINDOW = Window(END - timedelta(weeks=26), END)
THRESHOLDS = Thresholds(often=20, seldom=2, much=500.0)


def buyer(purchases: int, days_ago: float, gap: float = 7, net: float = 100, ever: float = 900) -> Buyer:
    """Whose last purchase was so many days ago, after purchases with so many days between them."""
    last = END - timedelta(days=days_ago)
    first = last - timedelta(days=gap * (purchases - 1))
    return Buyer("somebody", purchases, first, last, net, min(first, END - timedelta(days=ever)))


@pytest.mark.parametrize(
    ("customer", "group"),
    [
        pytest.param(buyer(30, 2, 5, net=600), Group.BEST, id="often and much"),
        pytest.param(buyer(30, 2, 5), Group.REGULAR, id="often and little"),
        pytest.param(buyer(21, 2, 7, net=500), Group.REGULAR, id="just often, just not much"),
        pytest.param(buyer(20, 2, 7, net=900), Group.OCCASIONAL, id="just not often, whatever they spend"),
        pytest.param(buyer(3, 2), Group.OCCASIONAL, id="now and then"),
        pytest.param(buyer(2, 100), Group.SELDOM, id="twice, long ago"),
        pytest.param(buyer(2, 1), Group.SELDOM, id="twice, lately"),
        pytest.param(buyer(30, 16, 5, net=600), Group.SLIPPING, id="used to come every five days"),
        pytest.param(buyer(5, 80, 25), Group.SLIPPING, id="used to come every four weeks"),
        pytest.param(buyer(5, 70, 25), Group.OCCASIONAL, id="comes every four weeks"),
        pytest.param(buyer(4, 1, 7, ever=22), Group.NEW, id="first seen three weeks ago"),
        pytest.param(buyer(1, 1, ever=1), Group.NEW, id="first seen yesterday"),
        pytest.param(buyer(3, 40, 1, ever=42), Group.SLIPPING, id="came new and stayed away"),
    ],
)
def test_a_customer_is_in_the_group_of_their_habits(customer: Buyer, group: Group) -> None:
    assert groups_of([customer], WINDOW, THRESHOLDS) == {"somebody": group}


def test_who_comes_every_day_is_not_slipping_away_after_a_fortnights_holiday() -> None:
    assert not is_silent(buyer(100, LEAST_SILENCE.days, 1), END)
    assert is_silent(buyer(100, LEAST_SILENCE.days + 1, 1), END)


@given(
    st.lists(
        st.builds(
            buyer,
            st.integers(1, 200),
            st.floats(0, 180),
            st.floats(0, 30),
            st.floats(-50, 2000),
            st.floats(0, 400),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_everybody_is_in_one_group_and_thresholds_part_them(customers: list[Buyer]) -> None:
    named = [replace(each, customer=str(number)) for number, each in enumerate(customers)]
    thresholds = Thresholds.of(named)
    found = groups_of(named, WINDOW, thresholds)
    assert found.keys() == {each.customer for each in named}
    assert thresholds.seldom <= thresholds.often
    for each in named:
        if found[each.customer] is Group.BEST:
            assert each.net > thresholds.much
            assert each.purchases > thresholds.often


def test_who_does_not_buy_any_more_is_gone() -> None:
    earlier = {"a": Group.BEST, "b": Group.BEST, "c": Group.SELDOM}
    assert moves_between(earlier, {"a": Group.BEST, "new": Group.NEW}) == {
        (Group.BEST, Group.BEST): 1,
        (Group.BEST, Group.GONE): 1,
        (Group.SELDOM, Group.GONE): 1,
    }


def figures(sizes: dict[Group, int]) -> list[GroupFigures]:
    return [GroupFigures(group, "", n, None, n, 1.0, None, 1.0, ()) for group, n in sizes.items()]


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        pytest.param((50, 40, 30), set(), id="all large"),
        pytest.param((50, 40, 3), {1, 2}, id="one small: the next with it"),
        pytest.param((50, 4, 3), {1, 2}, id="two small that are enough together"),
        pytest.param((50, 2, 1), {0, 1, 2}, id="two small that are too few together"),
        pytest.param((50, 40, 0), set(), id="nobody is no secret"),
    ],
)
def test_small_groups_are_hidden_so_that_the_rest_does_not_tell(
    sizes: tuple[int, ...], hidden: set[int]
) -> None:
    groups = (Group.BEST, Group.REGULAR, Group.OCCASIONAL)
    shown = without_few(figures(dict(zip(groups, sizes, strict=True))), 5)
    assert {number for number, each in enumerate(shown) if each.suppressed} == hidden
    assert all(each.customers is None and each.basket is None for each in shown if each.suppressed)


def test_few_who_are_gone_are_hidden_alone() -> None:
    shown = without_few(figures({Group.BEST: 50, Group.GONE: 3}), 5)
    assert [each.suppressed for each in shown] == [False, True]


def test_the_groups_of_a_shop_are_those_of_its_customers_habits(shop_of_customers: Settings) -> None:
    with open_database(shop_of_customers.database, read_only=True) as db:
        found = customer_groups(source_of(db, shop_of_customers), at_noon(LAST_DAY))
    by_group = {each.group: each for each in found.groups}
    assert found.customers == 170
    assert by_group[Group.NEW].customers == 20
    assert by_group[Group.SLIPPING].customers == 40
    assert by_group[Group.SLIPPING].basket == 20.0
    assert by_group[Group.GONE].customers == 30
    assert by_group[Group.GONE].basket == 9.0
    assert by_group[Group.BEST].zones[0].zone == "tea"
    assert by_group[Group.BEST].zones[0].share == 1.0
    assert by_group[Group.NEW].zones[0].zone == "gifts"
    shares = [each.share_of_sales or 0 for each in found.groups]
    assert by_group[Group.BEST].share_of_sales == max(shares)
    assert all(move.customers % LEAST_GROUP == 0 for move in found.moves)
    gone = sum(move.customers for move in found.moves if move.now is Group.GONE)
    assert gone == 30
    assert "170 customers are known by their card" in found.sentences[0]


def test_nobody_is_named_anywhere(shop_of_customers: Settings) -> None:
    with open_database(shop_of_customers.database, read_only=True) as db:
        said = repr(customer_groups(source_of(db, shop_of_customers), at_noon(LAST_DAY)))
    assert not [word for word in ("faithful", "monthly", "lost-", "before-", "new-", "once-") if word in said]


def test_a_shop_that_shows_no_group_of_fewer_than_fifty_hides_them(shop_of_customers: Settings) -> None:
    with open_database(shop_of_customers.database, read_only=True) as db:
        found = customer_groups(source_of(db, shop_of_customers), at_noon(LAST_DAY), least=50)
    assert all((each.customers or 50) >= 50 for each in found.groups)
    assert "Groups of fewer than 50 customers are not shown." in found.notes
    assert {move.customers % 50 for move in found.moves} <= {0}


@pytest.fixture
def few(tmp_path: Path) -> Settings:
    """Sixty customers of one purchase each, and tickets that are no purchases."""
    settings = settings_for(tmp_path)
    yesterday = at_noon(FIRST + timedelta(days=99))
    with open_database(settings.database) as db:
        put(db, (ticket(f"t{n}", yesterday, "10", customer=f"customer:{n:032x}") for n in range(60)))
        put(
            db,
            [
                ticket("back", yesterday, "4", kind=SaleKind.RETURN, customer=f"customer:{0:032x}"),
                ticket("void", yesterday, "99", kind=SaleKind.VOID, customer=f"customer:{1:032x}"),
                ticket("pickup", yesterday, "99", kind=SaleKind.PICKUP, customer=f"customer:{2:032x}"),
                ticket("dollars", yesterday, "99", currency="USD", customer=f"customer:{3:032x}"),
                ticket("only-back", yesterday, "7", kind=SaleKind.RETURN, customer=f"customer:{60:032x}"),
            ],
        )
    return settings


def test_returns_lower_what_was_spent_and_are_no_purchases(few: Settings) -> None:
    with open_database(few.database, read_only=True) as db:
        found = customer_groups(source_of(db, few), at_noon(FIRST + timedelta(days=100)))
    assert found.customers == 60
    assert sum(each.purchases or 0 for each in found.groups) == 61
    # Sixty times ten, less what came back; dollars are a purchase and no euros.
    assert sum(each.net_sales or 0 for each in found.groups) == 596.0
    assert any("Customers are known from" in note for note in found.notes)


def test_a_customer_who_is_forgotten_is_in_no_group(few: Settings) -> None:
    with open_database(few.database) as db:
        with writing(db):
            for number in range(11):
                forget_customer(db, f"customer:{number:032x}")
        with pytest.raises(TooFewCustomers, match=r"groups need 50 customers .*; 49 are known"):
            customer_groups(source_of(db, few), at_noon(FIRST + timedelta(days=100)))
