"""What the report command prints for people."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from server.api.reports import StoreReport, day_report
from server.metrics.report import Figures
from server.storage.database import open_database
from server.telling import day_table, day_tables, plain_table, show
from tests.server.filling import NOON, STORE, berlin_store, counts, fill, sale, settings_for
from tests.server.filling import Message as Told
from tests.server.shop_with_everything import everything


def _report(folder: Path, *messages: Told) -> StoreReport:
    settings = settings_for(folder, **{STORE: berlin_store(queues={"tills": {"name": "Tills [1]"}})})
    fill(settings, messages, NOON)
    with open_database(settings.database, read_only=True) as db:
        return day_report(db, STORE, settings.stores[STORE], date(2026, 3, 3), NOON)


def _printed(report: StoreReport) -> str:
    console = Console(file=StringIO(), width=160)
    show(day_tables(report), console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def _columns(report: StoreReport) -> list[str]:
    return [str(column.header) for column in day_table(report).columns]


OLD = ["hour", "entries", "exits", "sales", "conversion", "net sales", "coverage"]


def test_a_shop_of_old_devices_has_the_columns_that_it_always_had(tmp_path: Path) -> None:
    report = _report(
        tmp_path, counts(NOON - timedelta(hours=1), 40, 30), sale("t", NOON - timedelta(hours=1))
    )
    assert _columns(report) == OLD
    assert len(day_tables(report)) == 1


def test_what_devices_tell_besides_stands_in_columns_at_the_end(tmp_path: Path) -> None:
    report = _report(tmp_path, *everything())
    assert _columns(report) == [*OLD, "with staff", "passers-by", "capture", "groups"]
    totals: Figures = report.totals
    assert totals.crossings
    assert totals.groups
    day = next(line for line in _printed(report).splitlines() if line.startswith("│ day"))
    cells = [cell.strip() for cell in day.strip("│").split("│")]
    assert cells[1] == str(totals.entries)
    assert cells[7:9] == [str(totals.crossings.raw_entries), f"{totals.passers_by:,}"]
    assert cells[10] == str(totals.groups.n)


def test_queues_are_a_table_of_their_own_and_names_are_text(tmp_path: Path) -> None:
    report = _report(tmp_path, *everything())
    printed = _printed(report)
    tills = next(line for line in printed.splitlines() if "Tills [1]" in line)
    cells = [cell.strip() for cell in tills.strip("│").split("│")]
    figures = report.totals.queues[0]
    assert cells[1:3] == [str(figures.joined), str(figures.served)]
    bakery = next(line for line in printed.splitlines() if "bakery" in line)
    assert [cell.strip() for cell in bakery.strip("│").split("│")][1:] == ["no data"] * 6 + ["3"]


def test_what_is_called_like_a_picture_is_told_letter_by_letter(capsys: pytest.CaptureFixture[str]) -> None:
    show([plain_table(("device",), [("till:ab:2",)])])
    assert "till:ab:2" in capsys.readouterr().out
