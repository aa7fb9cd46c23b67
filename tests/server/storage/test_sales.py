from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlite_utils import Database

from server.metrics.rows import PlanogramRow
from server.storage import sales
from server.storage.database import migrate, open_database
from tests.server.samples import NOON, sale

DAY = timedelta(days=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path / "f.db")
    with open_database(tmp_path / "f.db") as opened:
        yield opened


@pytest.mark.parametrize(
    ("revisions", "kept"),
    [
        pytest.param([1, 1], 1, id="received twice"),
        pytest.param([1, 2], 2, id="higher after lower"),
        pytest.param([2, 1], 2, id="lower after higher"),
    ],
)
def test_the_highest_revision_of_a_ticket_wins(db: Database, revisions: list[int], kept: int) -> None:
    for revision in revisions:
        sales.keep_sale(db, sale(revision=revision, net=f"{revision}.10"), NOON)
    (row,) = sales.ticket_rows(db, "demo", NOON, NOON + DAY)
    assert row.net == Decimal(f"{kept}.10")


def test_amounts_come_back_to_the_last_digit(db: Database) -> None:
    sales.keep_sale(db, sale(net="0.1001"), NOON)
    sales.keep_sale(db, sale("2", net="99999999.9999"), NOON)
    rows = sales.ticket_rows(db, "demo", NOON, NOON + DAY)
    assert [row.net for row in rows] == [Decimal("0.1001"), Decimal("99999999.9999")]
    assert [row.units for row in rows] == [Decimal("1.5"), Decimal("1.5")]
    assert rows[0].skus == {"bread", "milk"}


def test_a_ticket_without_any_amount_has_none_rather_than_nought(db: Database) -> None:
    bare = sale().model_copy(update={"lines": sale().lines[1:]})
    sales.keep_sale(db, bare, NOON)
    (row,) = sales.ticket_rows(db, "demo", NOON, NOON + DAY)
    assert row.net is None


def test_a_planogram_replaces_the_one_before(db: Database) -> None:
    always = PlanogramRow("bread", "shelf", None, None)
    once = PlanogramRow("milk", "shelf", date(2026, 1, 1), date(2026, 2, 1))
    sales.replace_planogram(db, "demo", [once, always])
    sales.replace_planogram(db, "demo", [once, always])
    assert sales.planogram_rows(db, "demo") == [always, once]
    assert sales.planogram_rows(db, "other") == []
