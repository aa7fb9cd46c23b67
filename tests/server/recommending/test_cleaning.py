"""What is left out before learning, and that it is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from server.recommending.baskets import NOBODY, Baskets
from server.recommending.catalogue import Catalogue, Product
from server.recommending.cleaning import MOST_PRODUCTS, Cleaned, clean, with_counts
from server.storage.learning import CountedHour, SoldLine

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
TEA = Catalogue({"tea": Product("tea")})


def line(
    ticket: str,
    sku: str = "tea",
    quantity: float = 1,
    *,
    kind: str = "sale",
    customer: str | None = "ann",
    at: datetime = NOON,
) -> SoldLine:
    return SoldLine(ticket, at, kind, customer, sku, None, quantity)


def cleaned(lines: Iterable[SoldLine]) -> tuple[Baskets, Cleaned]:
    return clean("corner", lines, BERLIN, TEA)


@pytest.mark.parametrize(
    ("lines", "kept", "says"),
    [
        pytest.param([line("1")], 1, (), id="nothing to do"),
        pytest.param([line("1"), line("1", " ")], 1, ("1 lines without a product",), id="no product"),
        pytest.param([line("1"), line("2", kind="return")], 1, ("1 lines of returned goods",), id="a return"),
        pytest.param(
            [line("1"), line("2", quantity=0)], 1, ("1 lines of no or a negative",), id="nothing sold"
        ),
        pytest.param([line("1"), line("1")], 1, ("1 lines name a product that",), id="twice in one ticket"),
        pytest.param(
            [line("1"), line("2", "cake")], 2, ("1 products are not in the catalogue",), id="unknown"
        ),
        pytest.param([line("1", customer=None)], 1, ("1 tickets do not say whose",), id="nobody's"),
        pytest.param([line("1", customer="")], 1, ("1 tickets do not say whose",), id="an empty number"),
        pytest.param([], 0, (), id="no tickets"),
    ],
)
def test_what_cannot_be_learnt_from_is_left_out_and_counted(
    lines: list[SoldLine], kept: int, says: tuple[str, ...]
) -> None:
    _, report = cleaned(lines)
    assert report.kept == kept
    assert len(report.sentences()) == len(says)
    assert all(told.startswith(said) for told, said in zip(report.sentences(), says, strict=True))


def test_a_ticket_of_more_products_than_anybody_buys_is_left_out() -> None:
    bulk = [line("1", f"sku-{one}") for one in range(MOST_PRODUCTS + 1)]
    baskets, report = cleaned([*bulk, line("2")])
    assert baskets.basket_count == 1
    assert report.of_bulk_tickets == MOST_PRODUCTS + 1


def test_a_quantity_beyond_all_others_is_taken_as_the_highest_usual_one() -> None:
    lines = [line(str(number), quantity=1 + number % 3) for number in range(2_000)]
    baskets, report = cleaned([*lines, line("x", quantity=25_000)])
    assert report.capped_quantities == 1
    assert baskets.line_strength.max() == pytest.approx(3)


def test_a_card_that_is_on_every_ticket_is_nobodys() -> None:
    tills = [line(f"till {number}", customer="the till's own") for number in range(40)]
    baskets, report = cleaned([*tills, line("1", customer="ann")])
    assert report.shared_cards == 1
    named = {baskets.customers[one] for one in baskets.basket_customer if one != NOBODY}
    assert named == {"ann"}


def test_day_and_hour_are_those_of_the_stores_clocks() -> None:
    late = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    baskets, _ = cleaned([line("1", at=late)])
    assert baskets.span is not None
    assert str(baskets.span[0]) == "2026-03-04"
    assert baskets.basket_hour.tolist() == [0]


def test_what_was_counted_in_the_hour_of_a_ticket_stands_beside_it() -> None:
    baskets, _ = cleaned([line("1"), line("2", at=NOON + timedelta(hours=1))])
    beside = with_counts(baskets, [CountedHour(NOON, 42.0, 3.5)], BERLIN)
    assert beside.dwell_seconds[0] == 42
    assert beside.occupancy[0] == 3.5
    assert np.isnan(beside.dwell_seconds[1])
