"""The mappings of common tills, on files in the form of their exports; and settings for what tills do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from edge.wire import SaleKind
from server.pos.importing import import_sales
from server.pos.summary import ImportReport
from server.sales_settings import PRESETS, MappingSettings
from tests.server.pos.shop import COLUMNS, NOW, Shop, settings_with

SQUARE = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,"
    "Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,"
    "Customer ID,Customer Name,Customer Reference ID",
    '2026-05-04,10:00:00,Berlin,Tea,"Assam, loose",0.25,Regular,TEA-1,,$20.00,-$2.00,$18.00,$1.26,T1,P1,'
    "Front,,,Payment,Main,,C9,Ann,",
    "2026-05-04,10:00:00,Berlin,Tea,Gift wrap,1,Regular,,,$1.50,$0.00,$1.50,$0.29,T1,P1,"
    "Front,,,Payment,Main,,C9,Ann,",
    "2026-05-05,11:00:00,Berlin,Tea,Gift wrap,-1,Regular,,,-$1.50,$0.00,-$1.50,-$0.29,T1,P2,"
    "Front,,,Refund,Main,,C9,Ann,",
)
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem sku,Lineitem discount,Location,Source,Total,Refunded Amount",
    "#1001,ann@example.org,paid,2026-05-04 10:00:00 +0200,EUR,53.00,2026-05-04 10:00:00 +0200,2,Mug,"
    "14.00,MUG-1,5.00,High Street,pos,63.07,0.00",
    "#1001,,,,,,,1,Towel,30.00,,0.00,,,,",
    "#1002,bob@example.org,paid,2026-05-04 11:00:00 +0200,EUR,9,2026-05-04 11:00:00 +0200,1,Mug,9,"
    "MUG-1,0,,web,9,0",
    "#1002,,,,,,,1,Towel,30.00,,0.00,,,,",
    "#1003,,refunded,2026-05-04 12:00:00 +0200,EUR,9,2026-05-04 12:00:00 +0200,1,Mug,9,MUG-1,0,"
    "High Street,pos,9,9",
    "#1004,,partially_refunded,2026-05-04 13:00:00 +0200,EUR,40,2026-05-04 13:00:00 +0200,1,Mug,10,MUG-1,0,"
    "High Street,pos,50,12.50",
    "#1004,,,,,,,2,Towel,15.00,,0.00,,,,",
)
LIGHTSPEED = (
    "Date,Receipt Number,Line Type,Customer Code,Customer Name,Note,Quantity,Subtotal,Sales Tax,Discount,"
    "Loyalty,Total,Paid,Details,Register,User,Status,Sku,AccountCodeSale,AccountCodePurchase",
    "2026-05-04 10:00:00,88,Sale,C-9,Ann,,3,25.00,4.75,0,0,29.75,29.75,,Main Register,Eve,CLOSED,,,",
    "2026-05-04 10:00:00,88,Sale Line,,,,2,20.00,3.80,0,0,23.80,,Mug,,,,MUG-1,200,300",
    "2026-05-04 10:00:00,88,Sale Line,,,,1,5.00,0.95,0,0,5.95,,Towel,,,,TOW-1,200,300",
    "2026-05-04 10:00:00,88,Payment,,,,,,,,,,29.75,Cash,,,,,,",
    "2026-05-04 12:00:00,89,Sale,,,,-1,-5.00,-0.95,0,0,-5.95,-5.95,,Main Register,Eve,CLOSED,,,",
    "2026-05-04 12:00:00,89,Sale Line,,,,-1,-5.00,-0.95,0,0,-5.95,,Towel,,,,TOW-1,200,300",
    "2026-05-04 12:30:00,90,Sale,,,,1,5.00,0.95,0,0,5.95,0,,Main Register,Eve,VOIDED,,,",
    "2026-05-04 12:30:00,90,Sale Line,,,,1,5.00,0.95,0,0,5.95,,Towel,,,,TOW-1,200,300",
)
EXPORTS = {"square": SQUARE, "shopify": SHOPIFY, "lightspeed": LIGHTSPEED}


def _take(shop: Shop, till: str) -> ImportReport:
    of_sales = shop.settings.sales.model_copy(update={"customer_key_file": shop.folder / "customer.key"})
    settings = shop.settings.model_copy(update={"sales": of_sales})
    file = shop.file(*EXPORTS[till], name=f"{till}.csv", encoding="utf-8-sig")
    return import_sales(shop.db, settings, file, "demo", till, NOW)


def _seen(shop: Shop) -> list[tuple[Any, ...]]:
    return [(t.ticket, t.kind, t.till, t.net, t.units, set(t.skus)) for t in shop.tickets()]


def test_square_returns_are_tickets_of_their_own_and_amounts_are_without_their_sign(shop: Shop) -> None:
    report = _take(shop, "square")
    assert (report.problems, report.rows_read, report.lines) == ((), 3, 3)
    assert _seen(shop) == [
        ("T1", SaleKind.SALE, "Front", Decimal("19.50"), Decimal("1.25"), {"TEA-1", "Gift wrap"}),
        ("T1/return", SaleKind.RETURN, "Front", Decimal("-1.50"), Decimal(-1), {"Gift wrap"}),
    ]


def test_shopify_orders_have_their_head_in_the_first_row_only(shop: Shop) -> None:
    report = _take(shop, "shopify")
    assert (report.problems, report.rows_read, report.ignored) == ((), 7, 2)
    assert _seen(shop) == [
        ("#1001", SaleKind.SALE, "High Street", Decimal("53.00"), Decimal(3), {"MUG-1", "Towel"}),
        ("#1003", SaleKind.VOID, "High Street", Decimal("0"), Decimal(1), {"MUG-1"}),
        ("#1004", SaleKind.SALE, "High Street", Decimal("30.00"), Decimal(3), {"MUG-1", "Towel"}),
    ]
    assert report.days[0].net == Decimal("83.00")


def test_more_given_back_than_was_paid_is_set_aside(shop: Shop) -> None:
    header = "No,At,Item,Net,Back,All"
    columns = {"ticket": "No", "at": "At", "sku": "Item", "net": "Net", "refunded": "Back", "total": "All"}
    settings = settings_with({"columns": columns})
    file = shop.file(header, "1,2026-05-04 10:00:00,mug,9,3,12", "2,2026-05-04 10:00:00,mug,9,13,12")
    report = import_sales(shop.db, settings, file, "demo", "m", NOW)
    assert [problem.reason for problem in report.problems] == [
        "13 was given back of a ticket of 12, which cannot be"
    ]
    assert [ticket.net for ticket in shop.tickets()] == [Decimal("6.75")]


@pytest.mark.parametrize("status", ["LAYBY", "OPEN", "SAVED", "SERVICE"])
def test_what_lightspeed_has_not_closed_is_no_sale_yet_and_becomes_one(shop: Shop, status: str) -> None:
    rows = [LIGHTSPEED[0], LIGHTSPEED[1].replace("CLOSED", status), *LIGHTSPEED[2:4]]
    for last, kind in ((rows, SaleKind.VOID), (LIGHTSPEED[:4], SaleKind.SALE)):
        file = shop.file(*last, encoding="utf-8-sig")
        of_sales = shop.settings.sales.model_copy(update={"customer_key_file": shop.folder / "customer.key"})
        settings = shop.settings.model_copy(update={"sales": of_sales})
        assert import_sales(shop.db, settings, file, "demo", "lightspeed", NOW).problems == ()
        assert [(ticket.ticket, ticket.kind) for ticket in shop.tickets()] == [("88", kind)]


def test_lightspeed_sales_and_payments_are_passed_over_and_negative_receipts_are_returns(shop: Shop) -> None:
    report = _take(shop, "lightspeed")
    assert (report.problems, report.rows_read, report.ignored, report.lines) == ((), 8, 4, 4)
    assert _seen(shop) == [
        ("88", SaleKind.SALE, "Main Register", Decimal("25.00"), Decimal(3), {"MUG-1", "TOW-1"}),
        ("89", SaleKind.RETURN, "Main Register", Decimal("-5.00"), Decimal(-1), {"TOW-1"}),
        ("90", SaleKind.VOID, "Main Register", Decimal("5.00"), Decimal(1), {"TOW-1"}),
    ]
    assert report.kinds == {"return": 1, "sale": 1, "void": 1}


@pytest.mark.parametrize("till", sorted(EXPORTS))
def test_the_same_export_twice_is_once(shop: Shop, till: str) -> None:
    first = _take(shop, till)
    again = _take(shop, till)
    assert (again.new, again.changed, again.unchanged) == (0, 0, first.tickets)


def test_a_preset_may_be_changed_in_part() -> None:
    mapping = MappingSettings.model_validate(
        {"preset": "shopify", "tax_percent": "19", "columns": {"till": "Device ID"}}
    )
    assert mapping.columns.till == "Device ID"
    assert mapping.columns.ticket == PRESETS["shopify"].columns.ticket
    assert mapping.tax_percent == 19


@pytest.mark.parametrize(
    ("mapping", "lines", "net", "units"),
    [
        pytest.param(
            {"columns": {"ticket": "No", "at": "At", "sku": "Item", "gross": "Sum", "tax": "Tax"}},
            ("No,At,Item,Sum,Tax", "1,2026-05-04 10:00:00,x,11.90,1.90"),
            "10.00",
            1,
            id="gross and tax",
        ),
        pytest.param(
            {
                "columns": {"ticket": "No", "at": "At", "sku": "Item", "gross": "Sum", "tax_percent": "Rate"},
                "decimal": ",",
            },
            (
                "No,At,Item,Sum,Rate",
                '1,2026-05-04 10:00:00,x,"11,90","19"',
                '1,2026-05-04 10:00:00,y,"1,07",7',
            ),
            "11.00",
            2,
            id="two rates in one ticket",
        ),
        pytest.param(
            {
                "columns": {
                    "ticket": "No",
                    "at": "At",
                    "sku": "Item",
                    "unit_price": "P",
                    "quantity": "g",
                    "discount": "D",
                },
                "tax_percent": 7,
                "quantity_divisor": 1000,
            },
            ("No,At,Item,P,g,D", "1,2026-05-04 10:00:00,cheese,21.40,250,0"),
            "5.00",
            "0.25",
            id="grams at a price with tax",
        ),
        pytest.param(
            {"columns": {"ticket": "No", "at": "At", "net": "Net", "quantity": "Items"}, "rows": "tickets"},
            ("No,At,Net,Items", "1,2026-05-04 10:00:00,25.00,4"),
            "25.00",
            4,
            id="a row is a whole ticket",
        ),
    ],
)
def test_amounts_are_understood_as_the_mapping_says(
    shop: Shop, mapping: dict[str, Any], lines: tuple[str, ...], net: str, units: str | int
) -> None:
    shop.settings = settings_with(mapping)
    report = shop.take(shop.file(*lines))
    (ticket,) = shop.tickets()
    assert (report.problems, ticket.net, ticket.units) == ((), Decimal(net), Decimal(units))


@pytest.mark.parametrize(
    ("mapping", "lines", "reason"),
    [
        pytest.param(
            {"columns": {"ticket": "No", "at": "At", "sku": "Item", "gross": "Sum", "tax": "Tax"}},
            ("No,At,Item,Sum,Tax", "1,2026-05-04 10:00:00,x,11.90,"),
            "'Tax' (tax) is empty",
            id="unknown tax",
        ),
        pytest.param(
            {"columns": {"ticket": "No", "at": "At", "net": "Net"}, "rows": "tickets"},
            ("No,At,Net", "1,2026-05-04 10:00:00,25", "1,2026-05-04 10:00:00,25"),
            "ticket 1 stands in line 2 already",
            id="a whole ticket twice",
        ),
        pytest.param(
            {"columns": {**COLUMNS, "net": None, "unit_price": "Net"}},
            ("No,At,Item,Qty,Net", f"1,2026-05-04 10:00:00,x,{'9' * 30},{'9' * 30}"),
            "too large",
            id="too large",
        ),
        pytest.param(
            {},
            ("No,At,Item,Qty,Net", f"{'1' * 101},2026-05-04 10:00:00,x,1,1"),
            "at most 100",
            id="long number",
        ),
    ],
)
def test_what_cannot_be_known_is_refused_and_not_guessed(
    shop: Shop, mapping: dict[str, Any], lines: tuple[str, ...], reason: str
) -> None:
    shop.settings = settings_with(mapping)
    assert reason in shop.take(shop.file(*lines)).problems[0].reason


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"columns": {"at": "At", "net": "Net"}}, "name columns.sku"),
        ({"rows": "tickets"}, "there are no products"),
        ({"columns": {**COLUMNS, "net": None, "gross": "Sum"}}, "`gross` holds tax"),
        ({"columns": {**COLUMNS, "tax": "Tax"}}, "`net` is after discounts and without tax"),
        ({"columns": {**COLUMNS, "gross": "Sum"}}, "exclude each other"),
        ({"columns": {**COLUMNS, "customer": "No"}}, "needs a column of its own"),
        ({"tax_percent": 19}, "name one of them"),
        ({"ticket_per_kind": True}, "ticket_per_kind needs"),
        ({"delimiter": '"'}, "pattern"),
        ({"preset": "lightyear"}, "square"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(mapping: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        settings_with(mapping)


def test_a_dry_run_shows_tickets_days_kinds_and_currencies(shop: Shop) -> None:
    shop.settings = settings_with({"columns": {**COLUMNS, "currency": "Cur"}}, day_begins="04:00")
    report = shop.take(
        shop.file(
            "No,At,Item,Qty,Net,Cur",
            "1,2026-05-04 10:00:00,bread,2,5.00,EUR",
            "2,2026-05-05 01:00:00,bread,1,2.50,EUR",
            "3,2026-05-05 10:00:00,bread,1,3.00,CHF",
        ),
        dry_run=True,
    )
    assert [(str(d.day), d.currency, d.transactions, d.net) for d in report.days] == [
        ("2026-05-04", "EUR", 2, Decimal("7.50")),
        ("2026-05-05", "CHF", 1, Decimal("3.00")),
    ]
    assert [seen.ticket for seen in report.preview] == ["1", "2", "3"]
    assert shop.tickets() == []
