"""Whatever stands in a till's file: every row is a ticket's line, left out by the mapping, or set aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.errors import ServerError
from server.pos.importing import import_sales
from server.storage import quarantine
from server.storage.database import migrate, open_database
from tests.server.pos.shop import NOW, Shop, settings_with

HEADER = ["No", "At", "Item", "Qty", "Net"]
CELL = st.one_of(
    st.sampled_from(["1", "2", "bread", "2.50", "-1", "2026-05-04 10:00:00", "", "1e9", "NaN", "9" * 30]),
    st.text(max_size=12),
)
GOOD = st.builds(
    lambda number, minute: [str(number), f"2026-05-04 10:{minute:02}:00", "bread", "1", "2.50"],
    st.integers(1, 9),
    st.integers(0, 59),
)


@st.composite
def written(draw: Callable[..., Any]) -> bytes:
    """A file with a header, and good and odd rows, quoted as a till's program would."""
    rows = draw(st.lists(st.one_of(GOOD, st.lists(CELL, max_size=7)), min_size=1, max_size=12))
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    return out.getvalue().encode(errors="replace")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    migrate(folder / "shop.db")
    return folder


def _shop(folder: Path) -> Shop:
    db = open_database(folder / "shop.db")
    return Shop(db, folder, settings_with({"date_formats": ["%Y-%m-%d %H:%M:%S"]}))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=written())
def test_no_row_of_a_file_is_lost(folder: Path, content: bytes) -> None:
    shop = _shop(folder)
    with shop.db:
        shop.db.execute("DELETE FROM quarantine")
        file = folder / "sales.csv"
        file.write_bytes(content)
        try:
            report = import_sales(shop.db, shop.settings, file, "demo", "m", NOW)
        except ServerError:
            return  # refused as a whole, in a sentence
        assert report.rows_read == report.lines + report.ignored + report.quarantined + report.refused
        assert report.refused == 0
        assert quarantine.waiting_count(shop.db) == report.quarantined
        again = import_sales(shop.db, shop.settings, file, "demo", "m", NOW)
        assert (again.new, again.changed) == (0, 0)
        assert quarantine.waiting_count(shop.db) == report.quarantined


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=300))
def test_no_file_does_more_than_being_refused(folder: Path, content: bytes) -> None:
    shop = _shop(folder)
    with shop.db, suppress(ServerError):
        file = folder / "junk.csv"
        file.write_bytes(content)
        report = import_sales(shop.db, shop.settings, file, "demo", "m", NOW)
        assert report.rows_read == report.lines + report.ignored + report.quarantined + report.refused
