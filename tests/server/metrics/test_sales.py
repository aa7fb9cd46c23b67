from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from edge.wire import SaleKind
from server.metrics.rows import TakingsRow, TicketRow
from server.metrics.sales import Money, Planogram, Sales, Till, takings
from server.metrics.sales import sales as sales_of
from tests.server.metrics.rows_for_tests import shelf, ticket

EURO = Till("EUR", "EUR")


def taken(tickets: Iterable[TicketRow]) -> list[TakingsRow]:
    return [takings(ticket) for ticket in tickets]


def sales(tickets: Iterable[TicketRow], till: Till) -> Sales:
    return sales_of(taken(tickets), till)


def test_only_sales_are_transactions_and_returns_lower_net_sales() -> None:
    sold = sales(
        [
            ticket(1, "100.00", units="4"),
            ticket(2, "-30.00", kind=SaleKind.RETURN, units="-1"),
            ticket(3, "500.00", kind=SaleKind.VOID, units="9"),
            ticket(4, "70.00", kind=SaleKind.PICKUP, units="2"),
        ],
        EURO,
    )
    assert (sold.transactions, sold.returns) == (1, 1)
    assert sold.net == Money(Decimal("70.00"), "EUR")
    assert sold.units == 3


def test_a_return_lowers_net_sales_whatever_sign_its_till_writes() -> None:
    with_minus = sales([ticket(1, "-30", kind=SaleKind.RETURN, units="-2")], EURO)
    without = sales([ticket(1, "30", kind=SaleKind.RETURN, units="2")], EURO)
    assert with_minus == without
    assert without.net == Money(Decimal(-30), "EUR")


def test_no_ticket_among_known_tills_is_no_sales_of_zero() -> None:
    nothing = sales([], EURO)
    assert nothing.transactions == 0
    assert nothing.net == Money(Decimal(0), "EUR")


def test_tickets_without_an_amount_count_as_transactions_but_not_as_money() -> None:
    sold = sales([ticket(1, "12.50", units="2"), ticket(2, None, units="5")], EURO)
    assert (sold.transactions, sold.priced_transactions, sold.without_amount) == (2, 1, 1)
    assert (sold.units, sold.priced_units) == (Decimal(7), Decimal(2))
    assert sold.net == Money(Decimal("12.50"), "EUR")
    assert sales([ticket(2, None)], EURO).net is None


def test_money_of_another_currency_is_never_added() -> None:
    sold = sales([ticket(1, "10"), ticket(2, "99", currency="CHF"), ticket(3, "5", currency=None)], EURO)
    assert sold.net == Money(Decimal(15), "EUR")
    assert (sold.transactions, sold.in_other_currency) == (3, 1)
    with pytest.raises(ValueError, match="CHF and EUR do not add up"):
        Money(Decimal(1), "CHF") + Money(Decimal(1), "EUR")
    assert Money(Decimal(1), "EUR") + Money(Decimal(2), "EUR") == Money(Decimal(3), "EUR")


@pytest.mark.parametrize(
    ("currencies", "configured", "home", "counted"),
    [
        pytest.param(["EUR", "CHF", "EUR"], None, "EUR", 2, id="the usual one where none is set"),
        pytest.param(["EUR", None], None, "EUR", 1, id="unnamed money is not taken for euros"),
        pytest.param([None, None], None, None, 2, id="nobody says which"),
        pytest.param(["EUR", None, "CHF"], "CHF", "CHF", 2, id="the configured one"),
        pytest.param([], None, None, 0, id="nothing sold"),
    ],
)
def test_money_is_summed_in_one_currency(
    currencies: list[str | None], configured: str | None, home: str | None, counted: int
) -> None:
    tickets = [ticket(number, "2", currency=currency) for number, currency in enumerate(currencies)]
    sold = sales(tickets, Till.of(taken(tickets), configured))
    assert sold.net == Money(Decimal(2 * counted), home)
    assert sold.in_other_currency == len(currencies) - counted


@pytest.mark.parametrize(
    ("begin", "end", "day", "there"),
    [
        pytest.param(None, None, date(2026, 3, 3), True, id="always"),
        pytest.param(date(2026, 3, 3), None, date(2026, 3, 3), True, id="from its first day"),
        pytest.param(date(2026, 3, 3), None, date(2026, 3, 2), False, id="not the day before"),
        pytest.param(None, date(2026, 3, 3), date(2026, 3, 2), True, id="up to the day before its end"),
        pytest.param(None, date(2026, 3, 3), date(2026, 3, 3), False, id="not on its end"),
    ],
)
def test_a_product_lies_in_a_zone_from_its_first_day_to_before_its_end(
    begin: date | None, end: date | None, day: date, there: bool
) -> None:
    planogram = Planogram.of([shelf("tea", "drinks", begin, end)])
    assert planogram.zones_of({"tea", "unknown"}, day) == ({"drinks"} if there else set())
    assert planogram.fills("drinks", day) is there


def test_a_product_may_lie_in_two_zones_and_move() -> None:
    moved = date(2026, 3, 10)
    planogram = Planogram.of(
        [shelf("tea", "drinks", None, moved), shelf("tea", "window"), shelf("tea", "gifts", moved)]
    )
    assert planogram.zones_of(["tea"], date(2026, 3, 9)) == {"drinks", "window"}
    assert planogram.zones_of(["tea"], moved) == {"gifts", "window"}
