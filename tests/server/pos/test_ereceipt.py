from __future__ import annotations

import json
import re
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


def receipt(
    number: str = "17", quantity: float = 2, excl: float = 8.4, register: str = "kasse-2"
) -> dict[str, Any]:
    return {
        "version": "1.0.0",
        "cashRegister": {"serialNumber": register},
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


def _with(told: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    """The receipt with one more line."""
    return {**told, "data": {**told["data"], "lines": [*told["data"]["lines"], line]}}


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
        "kasse-2/17",
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
    _take(shop, _with(receipt(quantity=-1, excl=-8.4), {"text": "5 % off", "vatAmounts": [{"exclVat": 0.4}]}))
    assert shop.tickets()[0].kind is SaleKind.RETURN


def test_two_registers_number_their_receipts_each_for_itself(shop: Shop) -> None:
    both = [receipt("17"), receipt("17", register="kasse-3", excl=4)]
    assert _take(shop, both).new == 2
    assert [ticket.net for ticket in shop.tickets()] == [Decimal("9.9"), Decimal("5.5")]


def test_a_discount_on_the_whole_receipt_is_money_and_no_piece(shop: Shop) -> None:
    _take(shop, _with(receipt(), {"text": "5 % off", "vatAmounts": [{"percentage": 19, "inclVat": -1.19}]}))
    (ticket,) = shop.tickets()
    assert (ticket.net, ticket.units) == (Decimal("8.9"), Decimal(4))


def test_names_with_underscores_say_the_same(shop: Shop) -> None:
    _take(shop, receipt())
    text = json.dumps(receipt())
    for name in ("cashRegister", "serialNumber", "vatAmounts", "exclVat", "inclVat"):
        text = text.replace(
            f'"{name}"', '"' + re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name) + '"'
        )
    assert "_vat" in text
    assert _take(shop, json.loads(text)).unchanged == 1


@pytest.mark.parametrize(
    ("process", "kind"),
    [
        ("Beleg^19.90_0.00_0.00_0.00_0.00^19.90:Bar", SaleKind.SALE),
        ("AVTraining^19.90_0.00_0.00_0.00_0.00^19.90:Bar", SaleKind.VOID),
        ("AVBelegabbruch^0.00_0.00_0.00_0.00_0.00^", SaleKind.VOID),
    ],
)
def test_training_and_what_was_broken_off_is_no_sale(shop: Shop, process: str, kind: SaleKind) -> None:
    _take(shop, {**receipt(), "security": {"tse": {"processData": process}}})
    assert shop.tickets()[0].kind is kind


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({}, "head: is missing"),
        ([receipt(), {**receipt("18"), "data": {"lines": []}}], "tickets.1.data.lines"),
        ([receipt(), receipt()], "tickets.1.head.number: stands in this file already"),
        (receipt(excl=1e20), "exclVat"),
        (_with(receipt(), {"text": "?", "vatAmounts": [{"inclVat": 1}]}), "tell exclVat, or inclVat with"),
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
