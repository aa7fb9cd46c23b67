"""What tills sold, hour by hour: what is zero, what is not known, and what returns do."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from server.config import Settings
from server.errors import ServerError
from server.forecasting.hourly import Hours, checked_series, hourly, unheard_days
from server.forecasting.naming import Series, series_of
from server.metrics.intervals import Interval
from server.storage.database import open_database
from tests.server.forecasting.counted_shop import DAY, FIRST, HOUR, filled, source_of

WEEKS = 2


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return filled(tmp_path_factory.mktemp("shop"), WEEKS * 7)


def _hours(shop: Settings, what: str) -> Hours:
    whole = Interval(FIRST, FIRST + WEEKS * 7 * DAY)
    with open_database(shop.database, read_only=True) as db:
        return hourly(source_of(db, shop), [series_of(what)], whole, whole.end)[what]


def test_tickets_and_pieces_stand_in_the_hour_of_the_shops_clock(shop: Settings) -> None:
    tickets, pieces = dict(_hours(shop, "transactions")), dict(_hours(shop, "product:TEA-1"))
    assert [tickets[FIRST + hour * HOUR] for hour in (9, 12, 17)] == [1, 2, 1]
    assert [pieces[FIRST + hour * HOUR] for hour in (9, 12, 18)] == [2, 2, 0]


def test_what_is_brought_back_takes_nothing_off_the_demand(shop: Settings) -> None:
    assert dict(_hours(shop, "product:TEA-1"))[FIRST + 5 * DAY + 15 * HOUR] == 2


def test_a_product_that_lies_on_a_ticket_with_none_of_it_was_not_wanted(shop: Settings) -> None:
    pieces = dict(_hours(shop, "product:scone"))
    assert [pieces[FIRST + day * DAY + 12 * HOUR] for day in (1, 2, 3)] == [1, 2, 0]


def test_before_the_first_ticket_and_after_the_last_nothing_is_known(shop: Settings) -> None:
    known = [begin for begin, value in _hours(shop, "transactions") if value is not None]
    assert (known[0], known[-1]) == (FIRST + 9 * HOUR, FIRST + 12 * DAY + 17 * HOUR)


def test_before_its_first_sale_nobody_could_buy_a_product(shop: Settings) -> None:
    known = [begin for begin, value in _hours(shop, "product:scone") if value is not None]
    assert known[0] == FIRST + 12 * HOUR


def test_on_a_sunday_nothing_is_sold_and_that_is_known(shop: Settings) -> None:
    sunday = [
        value for begin, value in _hours(shop, "transactions") if FIRST + 6 * DAY <= begin < FIRST + 7 * DAY
    ]
    assert sunday == [0] * 24


@pytest.mark.parametrize(
    ("silent", "unheard"),
    [
        pytest.param({8}, {8}, id="one Tuesday among others is a file that was not imported"),
        pytest.param({6, 13, 20, 27}, set(), id="all Sundays are closed"),
        pytest.param({6, 13}, {6, 13}, id="half of the Sundays may be a shop that opens on them"),
        pytest.param(set(), set(), id="none"),
    ],
)
def test_a_day_without_a_ticket_is_unknown_on_weekdays_that_mostly_have_some(
    silent: set[int], unheard: set[int]
) -> None:
    monday = date(2026, 1, 5)
    days = {monday + timedelta(days=number) for number in range(28) if number not in silent}
    found = unheard_days(days, monday, monday + timedelta(days=27))
    assert found == {monday + timedelta(days=number) for number in unheard}


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("product:cheese", "no product 'cheese' was ever sold in corner"),
        ("product:", "'product:' cannot be forecast in corner"),
        ("visits:cheese", "'visits:cheese' cannot be forecast in corner"),
        ("weather", "'weather' cannot be forecast in corner"),
    ],
)
def test_a_series_that_there_is_not_is_refused(shop: Settings, what: str, sentence: str) -> None:
    with open_database(shop.database, read_only=True) as db, pytest.raises(ServerError, match=sentence):
        checked_series(source_of(db, shop), [what])


@pytest.mark.parametrize("what", ["entries", "transactions", "visits:tea", "product:A:1"])
def test_a_series_is_called_as_it_was_named(what: str) -> None:
    assert series_of(what).what == what
    assert series_of("product:A:1") == Series("product", "A:1")


def test_an_empty_shop_has_sold_nothing_that_is_known(tmp_path: Path) -> None:
    settings = filled(tmp_path, 0)
    with open_database(settings.database, read_only=True) as db:
        found = hourly(
            source_of(db, settings), [series_of("transactions")], Interval(FIRST, FIRST + DAY), FIRST
        )
    assert {value for _, value in found["transactions"]} == {None}
