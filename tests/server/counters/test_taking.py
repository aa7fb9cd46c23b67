"""Counts of other makes on their way in: over HTTP, from files, through quarantine."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from server.access.rights import Role
from server.config import ConfigError, Settings
from server.counters.keeping import Place
from server.counters.taking import CountsReport, import_counts, retry_counts
from server.ingest import retry
from server.pos.errors import FileRefused
from server.storage import quarantine
from server.storage.database import open_database
from tests.server.asking import Asking, asking
from tests.server.counters.site import axis_sum, lines, site, totals, xovis_push
from tests.server.counters.test_makes import AXIS_CSV, OPENDATACAM
from tests.server.filling import NOON, STORE

NOW = NOON + timedelta(hours=5)
XOVIS = f"/api/v1/counts/xovis?store={STORE}&counter=sensor"


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    return site(tmp_path)


@pytest.fixture
def ask(shop: Settings) -> Asking:
    return asking(shop, NOW)


@pytest.fixture
def counter(shop: Settings) -> Asking:
    """A counter of this store, with a token of its own."""
    return asking(shop, NOW, Role.DEVICE, frozenset({STORE}))


def test_a_push_is_answered_and_stands_in_the_figures(ask: Asking, counter: Asking) -> None:
    answer = counter.post(XOVIS, content=xovis_push(("Door", 0, 3, 1), ("Street", 0, 7, 9)))
    assert answer.json() == {"outcomes": {"new": 1}, "passed_over": ["Shop"]}
    totals = ask.get(f"/api/v1/stores/{STORE}/metrics").json()["totals"]
    assert (totals["entries"], totals["exits"]) == (3, 1)


def test_what_a_counter_sends_wrongly_waits_in_quarantine_until_it_is_mended(
    tmp_path: Path, ask: Asking, counter: Asking
) -> None:
    answer = counter.post(XOVIS, content=xovis_push(("Window", 0, 3, 1)))
    assert answer.status_code == 422
    assert "waits in quarantine" in answer.json()["detail"]
    (row,) = ask.get("/api/v1/quarantine").json()["rows"]
    assert (row["source"], row["origin"], row["store"]) == ("http", "counts/xovis/sensor", STORE)
    assert ask.post(f"/api/v1/quarantine/{row['number']}/retry").json()["stored"] is False

    mended = site(tmp_path, sensor={"lines": {"Window": {"line": "main"}}})
    assert asking(mended, NOW).post(f"/api/v1/quarantine/{row['number']}/retry").json()["stored"] is True
    assert totals(mended) == (3, 1)


@pytest.mark.parametrize(
    ("path", "status_code"),
    [
        ("/api/v1/counts/abacus?store=corner&counter=sensor", 422),
        ("/api/v1/counts/axis?store=corner&counter=sensor", 422),
        ("/api/v1/counts/xovis?store=annex&counter=sensor", 404),
        ("/api/v1/counts/xovis?store=corner&counter=door", 404),
        ("/api/v1/counts/xovis?store=corner", 422),
    ],
)
def test_a_counter_that_nobody_knows_is_named_and_nothing_waits(
    ask: Asking, counter: Asking, path: str, status_code: int
) -> None:
    answer = counter.post(path, content=xovis_push(("Door", 0, 3, 1)))
    assert answer.status_code == status_code
    assert ask.get("/api/v1/quarantine").json()["waiting"] == 0


def _basic(user: str, password: str) -> dict[str, str]:
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def test_a_counter_that_knows_only_user_and_password_shows_the_tokens_name_and_the_token(
    shop: Settings, counter: Asking
) -> None:
    token = counter.headers["Authorization"].removeprefix("Bearer ")
    body = xovis_push(("Door", 0, 3, 1), ("Street", 0, 7, 9))
    as_counter = Asking(counter.app, _basic(token[-8:], token))
    assert as_counter.post(XOVIS, content=body).json()["outcomes"] == {"new": 1}
    assert as_counter.get("/api/v1/stores").status_code == 401, "nowhere else"
    for user, password in (("another", token), (token[-8:], "fft_guess"), (token[-8:], "pass")):
        refused = Asking(counter.app, _basic(user, password)).post(XOVIS, content=body)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Basic realm="footfall"')


@pytest.mark.parametrize("shown", ["Basic", "Basic ???", "Basic 4oKs", "Basic /w=="])
def test_what_is_no_user_and_password_opens_nothing(counter: Asking, shown: str) -> None:
    assert Asking(counter.app, {"Authorization": shown}).post(XOVIS).status_code == 401


def test_a_token_of_another_store_cannot_send_counts_here(shop: Settings, ask: Asking) -> None:
    stranger = asking(shop, NOW, Role.DEVICE, frozenset({"annex"}))
    assert stranger.post(XOVIS, content=xovis_push(("Door", 0, 3, 1))).status_code == 404
    assert (lines(shop), ask.get("/api/v1/quarantine").json()["waiting"]) == ([], 0)


def test_a_live_sum_over_http(counter: Asking) -> None:
    path = f"/api/v1/counts/axis?store={STORE}&counter=ceiling"
    outcomes = [
        counter.post(path, content=axis_sum(at, count, 0)).json()["outcomes"]
        for at, count in [("20260303120000", 5), ("20260303120100", 7)]
    ]
    assert outcomes == [{"sum: first": 1}, {"new": 1, "sum: counted": 1}]


def _import(shop: Settings, file: Path, counter: str = "ceiling", *, dry_run: bool = False) -> CountsReport:
    with open_database(shop.database, read_only=dry_run) as db:
        return import_counts(db, shop, file, STORE, counter, NOW, dry_run=dry_run)


def test_a_file_twice_is_once_and_a_dry_run_writes_nothing(shop: Settings, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(AXIS_CSV)
    dry = _import(shop, file, dry_run=True)
    assert (dry.rows_read, dry.new, dry.entries, dry.exits, dry.dry_run) == (2, 2, 17, 16, True)
    assert lines(shop) == []
    assert (_import(shop, file).new, _import(shop, file).unchanged) == (2, 2)
    assert totals(shop) == (17, 16)


def test_bad_rows_of_a_file_are_set_aside_with_their_line_and_can_be_tried_again(
    shop: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(AXIS_CSV + b"2026-03-03 14:00:00,2026-03-03 15:00:00,many,1\n2026-03-03 15:00:00,x\n")
    report = _import(shop, file)
    assert (report.rows_read, report.new, report.quarantined) == (4, 2, 2)
    assert [(one.line, one.reason) for one in report.problems] == [
        (4, "in is 'many', not a number of people"),
        (5, "has 2 cells where the header has 4"),
    ]
    with open_database(shop.database) as db:
        row, _ = quarantine.waiting(db)
        assert (row.position, row.origin) == (4, "export.csv")
        assert retry(db, shop, row.number, NOW) == "line 2: in is 'many', not a number of people"


def test_rows_that_overlap_with_what_is_held_are_set_aside(shop: Settings, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(AXIS_CSV.replace(b"13:00:00,12,7", b"12:30:00,6,3"))
    _import(shop, file)
    file.write_bytes(AXIS_CSV)
    report = _import(shop, file)
    assert (report.unchanged, report.quarantined) == (1, 1)
    assert "would double" in report.problems[0].reason
    assert totals(shop) == (11, 12)


def test_a_recording_is_imported(shop: Settings, tmp_path: Path) -> None:
    file = tmp_path / "recording.csv"
    file.write_bytes(OPENDATACAM)
    report = _import(shop, file, "street")
    assert (report.rows_read, report.new, report.entries, report.exits) == (5, 5, 3, 1)


@pytest.mark.parametrize(
    ("counter", "name", "content"),
    [
        ("ceiling", "export.csv", b"a,b\n1,2\n"),
        ("ceiling", "export.csv", b""),
        ("street", "recording.csv", OPENDATACAM.replace(b'"door"', b'"gate"', 1)),
        ("sensor", "push.csv", AXIS_CSV),
        ("sensor", "push.json", b"{}"),
        ("camera", "event.xml", b"<x/>"),
    ],
)
def test_a_file_of_another_kind_is_refused_whole(
    shop: Settings, tmp_path: Path, counter: str, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(FileRefused, match=name):
        _import(shop, file, counter)
    assert lines(shop) == []


def test_a_counter_that_was_taken_out_of_the_configuration_is_named(shop: Settings, counter: Asking) -> None:
    counter.post(XOVIS, content=b"{}")
    without = shop.model_copy(
        update={"stores": {STORE: shop.stores[STORE].model_copy(update={"counters": {}})}}
    )
    with open_database(shop.database) as db:
        (row,) = quarantine.waiting(db)
        with pytest.raises(ConfigError, match="no counter 'sensor'"):
            retry_counts(db, without, row, NOW)
    with pytest.raises(ConfigError, match="no store 'annex'"):
        Place.of(shop, "annex", "sensor")
