from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pos.amounts import Told, net_amount
from server.pos.interpreting import parsed_number

D = Decimal
AMOUNTS = st.decimals(min_value=-100_000, max_value=100_000, places=2)


@pytest.mark.parametrize(
    ("told", "quantity", "net"),
    [
        pytest.param(Told(), 1, None, id="nothing is told"),
        pytest.param(Told(net=D("4.99")), 3, D("4.99"), id="net is of the line, not of a piece"),
        pytest.param(Told(unit_price=D("1.10")), 3, D("3.30"), id="price of a piece"),
        pytest.param(Told(unit_price=D("9.90")), D("0.315"), D("3.1185"), id="by weight"),
        pytest.param(Told(gross=D("11.90"), tax=D("1.90")), 1, D("10.00"), id="tax as an amount"),
        pytest.param(Told(gross=D("11.90"), tax_percent=D(19)), 1, D("10.00"), id="tax as a rate"),
        pytest.param(Told(gross=D("10.00"), tax_percent=D(0)), 1, D("10.00"), id="no tax"),
        pytest.param(Told(gross=D("20"), discount=D("2")), 1, D("18"), id="discount without sign"),
        pytest.param(Told(gross=D("20"), discount=D("-2")), 1, D("18"), id="discount with a minus"),
        pytest.param(Told(gross=D("-20"), discount=D("2")), -1, D("-18"), id="returned with its discount"),
        pytest.param(
            Told(unit_price=D("10"), discount=D("3"), tax_percent=D(19)),
            2,
            D("14.2857"),
            id="discount first, for it holds tax as the price does",
        ),
    ],
)
def test_what_a_line_brings_in(told: Told, quantity: Decimal | int, net: Decimal | None) -> None:
    assert net_amount(told, D(quantity)) == net


@given(gross=AMOUNTS, percent=st.integers(0, 100))
def test_net_and_its_tax_make_the_gross_again(gross: Decimal, percent: int) -> None:
    net = net_amount(Told(gross=gross, tax_percent=D(percent)), D(1))
    assert net is not None
    assert abs(net * (1 + D(percent) / 100) - gross) <= D("0.0001")


@given(gross=AMOUNTS, discount=AMOUNTS)
def test_a_return_mirrors_its_sale(gross: Decimal, discount: Decimal) -> None:
    sold = net_amount(Told(gross=abs(gross), discount=discount), D(1))
    returned = net_amount(Told(gross=-abs(gross), discount=discount), D(-1))
    assert sold is not None
    if gross:
        assert returned == -sold


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1234.5", ".", "1234.5"),
        ("1,234.50", ".", "1234.50"),
        ("1.234,50", ",", "1234.50"),
        ("1 234,50 €", ",", "1234.50"),
        ("1\N{NARROW NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€", ",", "1234.50"),
        ("1'234.50", ".", "1234.50"),
        ("$12.00", ".", "12.00"),
        ("-$12.00", ".", "-12.00"),
        ("$-12.00", ".", "-12.00"),
        ("(12.00)", ".", "-12.00"),
        ("+3", ".", "3"),
        (".5", ".", "0.5"),
    ],
)
def test_tills_write_numbers_in_many_ways(text: str, decimal: str, number: str) -> None:
    assert parsed_number(text, decimal) == D(number)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1,50", "."),
        ("1.50", ","),
        ("12,34.5", "."),
        ("--5", "."),
        ("5-", "."),
        ("(5", "."),
        ("1e5", "."),
        ("NaN", "."),
        ("$", "."),
        (".", "."),
        ("", "."),
        ("$$$$5", "."),
        ("٣", "."),
        ("1" * 50, "."),
        ("5 EUR", "."),
    ],
)
def test_what_is_no_number_is_not_guessed(text: str, decimal: str) -> None:
    assert parsed_number(text, decimal) is None


@given(value=st.decimals(min_value=-(10**9), max_value=10**9, places=4), decimal=st.sampled_from(".,"))
def test_a_number_written_plainly_is_read_exactly(value: Decimal, decimal: str) -> None:
    assert parsed_number(format(value, "f").replace(".", decimal), decimal) == value
