"""What is answered while the disk is nearly full, or the database is in somebody's hands."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from server.access.rights import Role
from server.api import problems
from server.config import Settings
from server.storage.database import open_database
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, berlin_store, settings_for

SALE = {"store": STORE, "till": "t", "ticket": "1", "at": "2026-03-03T10:00:00Z", "lines": [{"sku": "x"}]}
AXIS = {"data": [{"start": "2026-03-03 10:00:00", "end": "2026-03-03 11:00:00", "in": 1, "out": 1}]}
SHIFT = {"begin": "2026-03-03T09:00:00Z", "end": "2026-03-03T12:00:00Z", "people": "2"}
HOURS = {"weekday": 1, "opens": "09:00", "closes": "18:00"}


@pytest.mark.parametrize(
    ("role", "method", "path", "body"),
    [
        pytest.param(Role.TILL, "POST", "/api/v1/sales", SALE, id="tickets"),
        pytest.param(Role.DEVICE, "POST", f"/api/v1/counts/axis?store={STORE}&counter=c", AXIS, id="counts"),
        pytest.param(Role.MANAGER, "PUT", f"/api/v1/stores/{STORE}/labour", [SHIFT], id="shifts"),
        pytest.param(Role.MANAGER, "PUT", f"/api/v1/catalogue/stores/{STORE}/hours", [HOURS], id="hours"),
        pytest.param(Role.MANAGER, "PUT", "/api/v1/catalogue/products/x", {"sku": "x"}, id="a product"),
    ],
)
def test_nothing_is_taken_while_the_disk_is_nearly_full(
    tmp_path: Path, role: Role, method: str, path: str, body: object
) -> None:
    settings = settings_for(tmp_path, **{STORE: berlin_store(counters={"c": {"make": "axis"}})})
    full = settings.model_copy(update={"least_free_megabytes": 10**9})
    answers = [
        asking(known, NOON, role).request(method, path, content=json.dumps(body))
        for known in (full, settings)
    ]
    assert [answer.status_code for answer in answers] == [507, 200], answers[1].text
    assert "nothing was stored" in answers[0].json()["detail"]


def troubled(database: Path) -> Asking:
    """An application with an address that writes, and one whose question is wrong."""
    app = FastAPI()
    problems.install(app, lambda title, detail: f"{title}: {detail}")

    def asked(statement: str) -> Any:
        with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as db:
            db.execute(statement)

    app.add_api_route("/api/writes", lambda: asked("BEGIN IMMEDIATE"))
    app.add_api_route("/api/is-wrong", lambda: asked("SELECT nonsense"))
    return Asking(app)


def test_a_database_in_somebodys_hands_is_no_fault_of_ours(settings: Settings) -> None:
    with open_database(settings.database) as db:
        db.execute("BEGIN IMMEDIATE")
        answer = troubled(settings.database).get("/api/writes")
        db.execute("ROLLBACK")
    assert (answer.status_code, answer.json()["title"]) == (503, "Service Unavailable")
    assert str(settings.database) not in answer.text
    assert troubled(settings.database).get("/api/writes").status_code == 200
    assert troubled(settings.database).get("/api/is-wrong").status_code == 500
