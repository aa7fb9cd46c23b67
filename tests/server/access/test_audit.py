"""The audit log: what it tells, and that nobody changes it."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from server.config import Settings
from server.storage import audit
from server.storage.audit import Entry
from server.storage.database import open_database
from tests.server.access.browsing import Browser
from tests.server.access.cast import asked_by, two_stores
from tests.server.dashboard.page import read
from tests.server.filling import NOON


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit", "DELETE FROM audit WHERE id = 1"],
)
def test_the_database_refuses_to_change_it(settings: Settings, statement: str) -> None:
    with open_database(settings.database) as db:
        audit.note(db, Entry(NOON, "user:olga", "log-in"))
        with pytest.raises(sqlite3.IntegrityError, match="audit log"):
            db.execute(statement)
        assert [entry.who for entry in audit.newest(db, 9)] == ["user:olga"]


def test_only_what_is_older_than_the_newest_hundred_thousand_may_go(settings: Settings) -> None:
    with open_database(settings.database) as db:
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO audit (at, who, what, target, address) SELECT i, 'x', 'y', '', '' FROM n",
            (audit.MOST_ENTRIES + 999,),
        )
        audit.note(db, Entry(NOON, "user:olga", "log-in"))
        first, number = db.execute("SELECT min(id), count(*) FROM audit").fetchone()
    assert (first, number) == (1001, audit.MOST_ENTRIES)


def test_what_people_change_is_told_with_who_and_what(tmp_path: Path) -> None:
    settings = two_stores(tmp_path)
    asked_by(settings, "manager").post("/api/v1/quarantine/1/retry")
    with open_database(settings.database, read_only=True) as db:
        (entry,) = audit.newest(db, 1)
    told = (entry.who, entry.what, entry.target, entry.address)
    assert told == ("user:manager", "quarantine", "POST /api/v1/quarantine/1/retry", "192.0.2.9")


def test_the_page_leafs_back(owner: Browser) -> None:
    with open_database(owner.settings.database) as db:
        for n in range(150):
            audit.note(db, Entry(NOON + timedelta(seconds=n), "command", f"did {n}"))
    first = read(owner.get("/audit").text)
    older = first.all("a", href=f"/audit?before={first.all('tr')[-1].attributes['data-number']}")
    assert len(older) == 1
    second = owner.get(older[0].attributes["href"]).text
    assert "did 49<" in second
    assert "did 50<" not in second


def test_text_from_outside_is_shown_as_text(owner: Browser) -> None:
    Browser(owner.settings).log_in("<script>alert(1)</script>", "wrong guess")
    page = owner.get("/audit").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_very_long_text_is_cut(settings: Settings) -> None:
    with open_database(settings.database) as db:
        audit.note(db, Entry(NOON, "stranger", "log-in refused", "x\ud800" * 1000))
        (entry,) = audit.newest(db, 1)
    assert len(entry.target) == audit.LONGEST_TEXT
