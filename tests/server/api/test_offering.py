"""The same rows as JSON, CSV and Parquet."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as files
import pytest

from server.api.tables import FIGURE_COLUMNS, HEAT_COLUMNS, QUEUE_COLUMNS, ZONE_COLUMNS
from server.config import Settings
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, berlin_store, fill, settings_for
from tests.server.shop_with_everything import everything

PARQUET = "application/vnd.apache.parquet"
BASE = f"/api/v1/stores/{STORE}"

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Read only, so one for all tests."""
    folder = tmp_path_factory.mktemp("shop")
    settings = settings_for(folder, **{STORE: berlin_store(queues={"tills": {"name": 'Tills "1", left'}})})
    fill(settings, everything(), NOON)
    return settings


@pytest.fixture
def ask(shop: Settings) -> Asking:
    return asking(shop, NOON)


def of_intervals(answer: Any) -> Rows:
    return [{"store": answer["store"], **part} for part in answer["intervals"]]


def of_parts(name: str) -> Callable[[Any], Rows]:
    def rows(answer: Any) -> Rows:
        return [
            {"store": answer["store"], **{key: part[key] for key in ("begin", "end", "begin_local")}, **inner}
            for part in answer["intervals"]
            for inner in part[name]
        ]

    return rows


def of_cells(answer: Any) -> Rows:
    rows = []
    for heat in answer["maps"]:
        for cell, seconds in heat["seconds"].items():
            column, row = cell.split(",")
            place = {"column": int(column), "row": int(row), "seconds": seconds}
            rows.append({**heat, "store": answer["store"], **place})
    return rows


def leaf(row: dict[str, Any], path: str) -> Any:
    value: Any = row
    for step in path.split("."):
        value = None if value is None else value[step]
    return value


TABLES = [
    pytest.param(f"{BASE}/metrics", of_intervals, FIGURE_COLUMNS, id="metrics"),
    pytest.param(f"{BASE}/metrics?zone=tea&zone=gifts", of_parts("zones"), ZONE_COLUMNS, id="zones"),
    pytest.param(f"{BASE}/queues", of_parts("queues"), QUEUE_COLUMNS, id="queues"),
    pytest.param(f"{BASE}/heatmap", of_cells, HEAT_COLUMNS, id="heatmap"),
]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _from_csv(text: str, kind: str) -> Any:
    if text == "":
        return None
    read: dict[str, Callable[[str], Any]] = {
        "whole": int, "number": float, "exact": Decimal, "instant": _instant, "flag": "true".__eq__,
    }  # fmt: skip
    return read.get(kind, str)(text)


def _from_json(value: Any, kind: str) -> Any:
    if value is None:
        return None
    read: dict[str, Callable[[str], Any]] = {"exact": Decimal, "instant": _instant}
    return read[kind](value) if kind in read else value


@pytest.mark.parametrize(("path", "rows_of", "columns"), TABLES)
def test_the_three_forms_hold_the_same_rows(ask: Asking, path: str, rows_of: Any, columns: Any) -> None:
    told = rows_of(ask.get(path).json())
    as_csv = list(csv.DictReader(io.StringIO(ask.get(path, headers={"Accept": "text/csv"}).text, newline="")))
    as_parquet = files.read_table(io.BytesIO(ask.get(path, headers={"Accept": PARQUET}).content)).to_pylist()
    assert len(told) == len(as_csv) == len(as_parquet) > 2
    known = 0
    for json_row, csv_row, parquet_row in zip(told, as_csv, as_parquet, strict=True):
        for column in columns:
            expected = _from_json(leaf(json_row, column.path), column.type)
            assert _from_csv(csv_row[column.title], column.type) == expected, column
            assert parquet_row[column.title] == expected, column
            known += expected is not None
    # Else two empty tables would be equal, too.
    assert known > 100


@pytest.mark.parametrize(("path", "rows_of", "columns"), TABLES)
def test_a_row_says_which_interval_it_is_of(ask: Asking, path: str, rows_of: Any, columns: Any) -> None:
    text = ask.get(path, headers={"Accept": "text/csv"}).text
    header = text.splitlines()[0].split(",")
    assert header[0] == "store"
    assert len(set(header)) == len(header)
    if "heatmap" not in path:
        assert header[1:4] == ["begin_utc", "end_utc", "begin_local"]
        (answer, *_) = rows_of(ask.get(path).json())
        first = next(csv.DictReader(io.StringIO(text)))
        assert [first["begin_utc"], first["end_utc"]] == [answer["begin"], answer["end"]]


def test_parquet_names_the_unit_of_every_column(ask: Asking) -> None:
    answer = ask.get(f"{BASE}/metrics", headers={"Accept": PARQUET})
    schema = files.read_schema(io.BytesIO(answer.content))
    assert schema.field("entries").metadata == {b"unit": b"people"}
    assert all(field.metadata[b"unit"] for field in schema)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        pytest.param(None, "application/json", id="nothing said"),
        pytest.param("", "application/json", id="empty"),
        pytest.param("*/*", "application/json", id="anything"),
        pytest.param("text/csv", "text/csv; charset=utf-8", id="CSV"),
        pytest.param("text/*", "text/csv; charset=utf-8", id="any text"),
        pytest.param("TEXT/CSV", "text/csv; charset=utf-8", id="case does not matter"),
        pytest.param(PARQUET, PARQUET, id="Parquet"),
        pytest.param("text/csv;q=0.5, application/json;q=0.4", "text/csv; charset=utf-8", id="weights"),
        pytest.param("application/json;q=0, */*", "text/csv; charset=utf-8", id="all but JSON"),
        pytest.param("text/html, application/xml;q=0.9, */*;q=0.8", "application/json", id="a browser"),
    ],
)
def test_the_form_is_the_best_of_those_accepted(ask: Asking, accept: str | None, media: str) -> None:
    headers = {"Accept": accept} if accept is not None else {}
    assert ask.get("/api/v1/glossary", headers=headers).headers["content-type"] == media


@pytest.mark.parametrize("accept", ["text/html", "image/png", "text/csv;q=0", "text/csv;q=x", "nonsense"])
def test_a_form_that_is_not_there_is_refused_with_those_that_are(ask: Asking, accept: str) -> None:
    answer = ask.get(f"{BASE}/metrics", headers={"Accept": accept})
    assert answer.status_code == 406
    assert "text/csv" in answer.json()["detail"]


def test_without_pyarrow_parquet_is_refused_with_how_to_get_it(tmp_path: Path) -> None:
    settings_for(tmp_path)
    script = f"""
import importlib.machinery
true_find = importlib.machinery.PathFinder.find_spec
def find(name, path=None, target=None):
    return None if name == "pyarrow" else true_find(name, path, target)
importlib.machinery.PathFinder.find_spec = find
from pathlib import Path
from tests.server.asking import asking
from tests.server.filling import NOON, settings_for
ask = asking(settings_for(Path({str(tmp_path)!r})), NOON)
answer = ask.get("/api/v1/glossary", headers={{"Accept": {PARQUET!r}}})
print(answer.status_code, answer.json()["detail"])
print(ask.get("/api/v1/glossary", headers={{"Accept": "text/csv"}}).status_code)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    said = done.stdout.splitlines()
    assert said[0].startswith("406 "), done.stderr
    assert "pip install 'footfall[parquet]'" in said[0]
    assert said[1] == "200"


def test_empty_intervals_can_be_left_out(ask: Asking) -> None:
    path = f"{BASE}/metrics"
    every, some = ask.get(path).json(), ask.get(path, params={"include_empty": False}).json()
    assert len(every["intervals"]) == 24
    known = [part for part in every["intervals"] if part["coverage"] or part["transactions"]]
    assert 0 < len(known) < 24
    assert some["intervals"] == known
    assert some["totals"] == every["totals"]


def test_zones_can_be_chosen_and_unknown_ones_are_named(ask: Asking) -> None:
    answer = ask.get(f"{BASE}/metrics", params={"zone": "tea"}).json()
    assert {zone["zone"] for part in (answer["totals"], *answer["intervals"]) for zone in part["zones"]} == {
        "tea"
    }
    wrong = ask.get(f"{BASE}/metrics", params={"zone": "tee"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "zone")
    assert "tea, gifts" in wrong.json()["detail"]
