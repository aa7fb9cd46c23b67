"""Real tills' files; FOOTFALL_ASSETS names the folder that holds `pos/`."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edge.wire import SaleKind
from server.pos.errors import FileRefused
from server.storage import quarantine
from tests.server.pos.shop import NOW, Shop, settings_with

ASSETS = os.environ.get("FOOTFALL_ASSETS")
pytestmark = pytest.mark.skipif(not ASSETS, reason="FOOTFALL_ASSETS does not name the folder of real data")


def _file(name: str) -> Path:
    return Path(ASSETS or "") / "pos" / name


def _rows(name: str) -> list[dict[str, str]]:
    with _file(name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


BAKERY: dict[str, Any] = {
    "columns": {"ticket": "Transaction", "date": "Date", "time": "Time", "sku": "Item"},
    "ignore": ["NONE", "Adjustment"],
}


def test_a_bakery(shop: Shop) -> None:
    shop.settings = settings_with(BAKERY, time_zone="Europe/London")
    rows = _rows("BreadBasket_DMS.csv")
    products = [row for row in rows if row["Item"] not in {"NONE", "Adjustment"}]
    report = shop.take(_file("BreadBasket_DMS.csv"))
    assert (report.rows_read, report.ignored, report.quarantined) == (len(rows), len(rows) - len(products), 0)
    assert (report.lines, report.tickets) == (len(products), len({row["Transaction"] for row in products}))
    tickets = shop.tickets()
    assert len(tickets) == report.tickets
    assert sum(ticket.units for ticket in tickets) == len(products)
    coffees = {row["Transaction"] for row in products if row["Item"] == "Coffee"}
    assert {ticket.ticket for ticket in tickets if "Coffee" in ticket.skus} == coffees
    assert tickets[0].at.isoformat() == "2016-10-30T09:58:11+00:00"
    assert all(ticket.net is None for ticket in tickets)
    assert shop.take(_file("BreadBasket_DMS.csv")).unchanged == report.tickets


MACHINE: dict[str, Any] = {
    "columns": {"at": "datetime", "sku": "coffee_name", "net": "money"},
    "date_formats": ["%m/%d/%Y %H:%M"],
}


def test_a_coffee_machine_with_a_byte_order_mark_one_odd_time_and_one_nameless_drink(shop: Shop) -> None:
    shop.settings = settings_with(MACHINE, time_zone="Europe/Kyiv", currency="UAH")
    rows = _rows("coffee_vending_index_1.csv")
    nameless = [number for number, row in enumerate(rows, 2) if not row["coffee_name"]]
    odd = [number for number, row in enumerate(rows, 2) if "." in row["datetime"]]
    assert (len(nameless), len(odd)) == (1, 1)
    report = shop.take(_file("coffee_vending_index_1.csv"))
    assert report.tickets == len(rows) - 2
    assert [row.position for row in quarantine.waiting(shop.db)] == [*nameless, *odd]

    understood = [*MACHINE["date_formats"], "%Y-%m-%d %H:%M:%S.%f"]
    mapping = {**MACHINE, "date_formats": understood}
    shop.settings = settings_with(mapping, time_zone="Europe/Kyiv", currency="UAH")
    report = shop.take(_file("coffee_vending_index_1.csv"), NOW)
    assert (report.new, report.unchanged, report.removed) == (1, len(rows) - 2, 0)
    assert [row.position for row in quarantine.waiting(shop.db)] == nameless
    named = [row for row in rows if row["coffee_name"]]
    tickets = shop.tickets()
    assert len(tickets) == len(named)
    assert sum(ticket.net or 0 for ticket in tickets) == sum(Decimal(row["money"]) for row in named)


RETAIL: dict[str, Any] = {
    "columns": {
        "ticket": "InvoiceNo",
        "at": "InvoiceDate",
        "sku": "StockCode",
        "name": "Description",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
    },
    "date_formats": ["%m/%d/%y %H:%M"],
    "returns_prefix": "C",
}


def test_a_retailer_whose_returns_begin_with_c(shop: Shop) -> None:
    shop.settings = settings_with(RETAIL, time_zone="Europe/London", currency="GBP")
    rows = _rows("OnlineRetail_sample.csv")
    report = shop.take(_file("OnlineRetail_sample.csv"))
    assert (report.lines, report.quarantined) == (len(rows), 0)
    tickets = shop.tickets()
    assert {ticket.ticket for ticket in tickets} == {row["InvoiceNo"] for row in rows}
    returns = {ticket.ticket for ticket in tickets if ticket.kind is SaleKind.RETURN}
    assert returns == {row["InvoiceNo"] for row in rows if row["InvoiceNo"].startswith("C")}
    total = sum(Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) for row in rows)
    assert sum(ticket.net or 0 for ticket in tickets) == total
    assert sum(ticket.units for ticket in tickets) == sum(Decimal(row["Quantity"]) for row in rows)


def test_a_dry_run_sums_a_retailers_days_as_a_table_would(shop: Shop) -> None:
    shop.settings = settings_with(RETAIL, time_zone="Europe/London", currency="GBP")
    expected: dict[str, Decimal] = {}
    numbers: dict[str, set[str]] = {}
    for row in _rows("OnlineRetail_sample.csv"):
        day = datetime.strptime(row["InvoiceDate"], "%m/%d/%y %H:%M").date().isoformat()  # noqa: DTZ007
        expected[day] = expected.get(day, Decimal(0)) + Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
        if not row["InvoiceNo"].startswith("C"):
            numbers.setdefault(day, set()).add(row["InvoiceNo"])
    report = shop.take(_file("OnlineRetail_sample.csv"), dry_run=True)
    assert {str(day.day): day.net for day in report.days} == expected
    assert {str(day.day): day.transactions for day in report.days} == {d: len(n) for d, n in numbers.items()}
    assert sum(report.kinds.values()) == report.tickets
    assert shop.tickets() == []


def test_baskets_without_header_times_or_numbers_are_refused_whole_and_in_words(shop: Shop) -> None:
    shop.settings = settings_with(BAKERY)
    with pytest.raises(FileRefused) as caught:
        shop.take(_file("groceries.csv"))
    assert "groceries.csv lacks the columns 'Transaction' (ticket), 'Date' (date)" in str(caught.value)
    assert "its header is 'citrus fruit'" in str(caught.value)
    assert (shop.tickets(), quarantine.waiting_count(shop.db)) == ([], 0)


def test_ragged_rows_below_a_header_are_each_set_aside_or_read(shop: Shop, tmp_path: Path) -> None:
    baskets = _file("groceries.csv").read_text("utf-8").splitlines()[:3000]
    lines = [f"{number},2026-05-04 10:00:00,{basket}" for number, basket in enumerate(baskets)]
    shop.settings = settings_with({"columns": {"ticket": "No", "at": "At", "sku": "Item"}})
    report = shop.take(shop.file("No,At,Item", *lines))
    alone = [basket for basket in baskets if "," not in basket]
    assert (report.rows_read, report.tickets) == (len(baskets), len(alone))
    assert report.quarantined == len(baskets) - len(alone)
    assert all("cells where the header has 3" in problem.reason for problem in report.problems)
