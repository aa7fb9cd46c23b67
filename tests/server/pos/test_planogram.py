from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.metrics.rows import PlanogramRow
from server.pos.errors import FileRefused
from server.pos.planogram import import_planogram
from server.storage.sales import planogram_rows
from tests.server.pos.shop import Shop

HEADER = "sku,zone,valid_from,valid_until"


def _take(shop: Shop, file: Path) -> int:
    return import_planogram(shop.db, shop.settings, file, "demo")


def test_a_planogram_takes_the_place_of_the_one_before(shop: Shop) -> None:
    assert _take(shop, shop.file(HEADER, "old,till,,")) == 1
    assert _take(shop, shop.file(HEADER, "bread,shelf,,", "milk,shelf,2026-01-01,2026-02-01")) == 2
    assert planogram_rows(shop.db, "demo") == [
        PlanogramRow("bread", "shelf", None, None),
        PlanogramRow("milk", "shelf", date(2026, 1, 1), date(2026, 2, 1)),
    ]


def test_a_dry_run_checks_a_planogram_and_writes_nothing(shop: Shop) -> None:
    _take(shop, shop.file(HEADER, "old,till,,"))
    file = shop.file(HEADER, "bread,shelf,,")
    assert import_planogram(shop.db, shop.settings, file, "demo", dry_run=True) == 1
    assert planogram_rows(shop.db, "demo") == [PlanogramRow("old", "till", None, None)]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param("bread,attic,,", "line 3: there is no zone 'attic'", id="unknown zone"),
        pytest.param("bread,shelf,1.2.2026,", "line 3: valid_from '1.2.2026' is not a day", id="bad day"),
        pytest.param("bread,shelf,2026-02-01,2026-02-01", "line 3: valid_until 2026-02-01", id="empty span"),
        pytest.param(",shelf,,", "line 3: sku is empty", id="no product"),
        pytest.param("bread,shelf", "line 3: has 2 cells", id="too short"),
        pytest.param("milk,shelf,,", "line 3: says the same as line 2", id="twice"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_stored(shop: Shop, line: str, sentence: str) -> None:
    with pytest.raises(FileRefused) as caught:
        _take(shop, shop.file(HEADER, "milk,shelf,,", line))
    assert sentence in str(caught.value)
    assert "shelf, till" in caught.value.hint
    assert planogram_rows(shop.db, "demo") == []


def test_another_header_is_refused(shop: Shop) -> None:
    with pytest.raises(FileRefused, match="begins with 'sku;zone'"):
        _take(shop, shop.file("sku;zone"))
