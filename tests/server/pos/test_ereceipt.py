from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edge.wire import SaleKind
from server.pos.ereceipt import import_receipts, receipts
from server.pos.errors import FileRefused
from server.pos.posting import TicketsRefused
from server.pos.summary import ImportReport
from tests.server.pos.shop import NOW, Shop


def receipt(number: str = "17", quantity: float = 2, excl: float = 8.4) -> dict[str, Any]:
    return {
        "version": "1.0.0",
        "cashRegister": {"serialNumber": "kasse-2"},
        "head": {
            "id": "6f2b1c3e",
            "number": number,
            "date": "2026-05-04T10:00:00+02:00",
            "seller": {"name": "Corner shop"},
            "buyer": {"name": "Ann Example", "customerNumber": "loyal-4711"},
        },
        "data": {
            "currency": "EUR",
            "fullAmountInclVat": 19.9,
            "lines": [
                {
                    "text": "Mug",
                    "vatAmounts": [{"percentage": 19, "inclVat": 10.0, "exclVat": excl, "vat": 1.6}],
                    "item": {"number": "MUG-1", "gtin": "4012345678901", "quantity": quantity},
                },
                {
                    "text": "Tea",
                    "vatAmounts": [{"percentage": 7, "exclVat": 1.5}],
                    "item": {"quantity": quantity},
                },
            ],
        },
    }


def _take(shop: Shop, content: object, *, dry_run: bool = False) -> ImportReport:
    file = _file(shop.folder, content)
    return import_receipts(shop.db, shop.settings, file, "demo", NOW, dry_run=dry_run)


def _file(folder: Path, content: object) -> Path:
    file = folder / "receipts.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_receipt_becomes_a_ticket_without_tax_and_without_its_buyer(shop: Shop) -> None:
    report = _take(shop, receipt())
    (ticket,) = shop.tickets()
    assert (ticket.ticket, ticket.till, ticket.kind, ticket.currency) == (
        "17",
        "kasse-2",
        SaleKind.SALE,
        "EUR",
    )
    assert (ticket.net, ticket.units, set(ticket.skus)) == (Decimal("9.9"), Decimal(4), {"MUG-1", "Tea"})
    assert ticket.at.isoformat() == "2026-05-04T08:00:00+00:00"
    assert (report.new, report.lines, report.days[0].net) == (1, 2, Decimal("9.9"))
    shop.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"loyal-4711" not in (shop.folder / "f.db").read_bytes()


def test_receipts_told_again_are_once_and_a_corrected_one_replaces(shop: Shop) -> None:
    both = [receipt("17"), receipt("18")]
    assert _take(shop, both, dry_run=True).new == 2
    assert shop.tickets() == []
    assert _take(shop, both).new == 2
    assert _take(shop, both).unchanged == 2
    assert _take(shop, [receipt("17", excl=4)]).changed == 1
    assert [ticket.net for ticket in shop.tickets()] == [Decimal("5.5"), Decimal("9.9")]


def test_a_receipt_of_negative_quantities_is_a_return(shop: Shop) -> None:
    _take(shop, receipt(quantity=-1, excl=-8.4))
    assert shop.tickets()[0].kind is SaleKind.RETURN


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({}, "head: Field required"),
        ([receipt(), {**receipt("18"), "data": {"lines": []}}], "tickets.1.data.lines"),
        ([receipt(), receipt()], "tickets.1.head.number: stands in this file already"),
        (receipt(excl=1e20), "exclVat"),
        ("x", "body"),
    ],
)
def test_a_wrong_receipt_keeps_the_whole_file_out(shop: Shop, content: object, sentence: str) -> None:
    with pytest.raises(FileRefused, match="was not stored") as caught:
        _take(shop, content)
    assert sentence in str(caught.value)
    assert shop.tickets() == []


def test_what_is_no_json_is_refused() -> None:
    for body in (b"", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(TicketsRefused):
            receipts(body)
