"""The same figure from four places: the page, the API, the database and the device's own tally."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx

from server.demo.stage import STORE, Stage, edge


@dataclass(frozen=True, slots=True)
class Figure:
    """People in and out, as one place tells it; None where it shows nothing."""

    entries: int | None
    exits: int | None


def from_page(stage: Stage) -> Figure:
    """What the staff page shows."""
    text = httpx.get(f"{stage.web}/stores/{STORE}", headers=stage.headers, timeout=10).raise_for_status().text
    return Figure(_shown(text, "entries"), _shown(text, "exits"))


def from_api(stage: Stage) -> tuple[Figure, dict[str, Any]]:
    """What the API answers for today, and the whole of it."""
    address = f"{stage.web}/api/v1/stores/{STORE}/metrics"
    totals: dict[str, Any] = (
        httpx.get(address, headers=stage.headers, timeout=10).raise_for_status().json()["totals"]
    )
    return Figure(totals["entries"], totals["exits"]), totals


def from_database(stage: Stage) -> Figure:
    """A plain count in SQL, of entrances and without staff as the page counts."""
    file = f"file:{stage.folder / 'footfall.db'}?mode=ro"
    with closing(sqlite3.connect(file, uri=True)) as db:
        row = db.execute(
            "SELECT sum(count_in - coalesce(staff_in, 0)), sum(count_out - coalesce(staff_out, 0))"
            " FROM line_counts WHERE kind = 'entrance'"
        ).fetchone()
    return Figure(row[0], row[1])


def from_device(stage: Stage) -> Figure:
    """What the device itself has counted."""
    cameras = json.loads(edge("tally", "--json", "--config", str(stage.folder / "edge.toml"))).values()
    lines = [line for camera in cameras for line in camera["lines"].values()]
    return Figure(sum(line[0] for line in lines), sum(line[1] for line in lines))


def _shown(page: str, metric: str) -> int | None:
    found = re.search(rf'data-metric="{metric}"\s+data-value="(-?\d*)"', page)
    return int(found[1]) if found and found[1] else None
