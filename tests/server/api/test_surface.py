from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from edge.wire import SourceState, encode
from server.config import Settings
from server.ingest.apply import Received
from tests.server.asking import Asking, asking
from tests.server.filling import (
    NOON,
    STORE,
    audit,
    berlin_store,
    counts,
    fill,
    health,
    live,
    receive,
    settings_for,
    status,
)

HOSTILE = b"<script>alert(1)</script> \xff"


def test_stores_are_listed_with_their_zones(ask: Asking) -> None:
    assert ask.get("/api/v1/stores").json() == [
        {
            "store": "corner",
            "name": "Corner shop",
            "time_zone": "Europe/Berlin",
            "currency": "EUR",
            "zones": {"tea": "Tea shelf", "gifts": "Gifts"},
            "queues": {},
        }
    ]


def test_now_says_who_is_inside_and_how_the_cameras_fare(settings: Settings, ask: Asking) -> None:
    lost = SourceState(state="lost", reason="no answer")
    fill(settings, [counts(NOON - timedelta(hours=1), 9, 2), status(NOON), health(NOON, source=lost)], NOON)
    fill(settings, [live(NOON, tea=3, gifts=0)], NOON)
    answer = ask.get(f"/api/v1/stores/{STORE}/now").json()
    assert (answer["entries"], answer["exits"], answer["inside"]) == (9, 2, 7)
    assert {zone["zone"]: zone["inside"] for zone in answer["zones"]} == {"tea": 3, "gifts": 0}
    (camera,) = answer["cameras"]
    assert (camera["presence"], camera["fps"]) == ("online", 9.7)
    assert (camera["source"], camera["source_reason"]) == ("lost", "no answer")
    assert camera["detector"] == {
        "name": "rtmdet-nano-320",
        "licence": "Apache-2.0",
        "average_precision": 0.71,
        "measured_on": "COCO val2017, persons",
    }


def test_audits_are_listed_newest_first_and_the_newest_stands_at_its_camera(
    settings: Settings, ask: Asking
) -> None:
    earlier = NOON - timedelta(days=1)
    fill(settings, [status(NOON), audit(earlier, 30, 31, 29), audit(NOON, 40, 39, 38)], NOON)
    answer = ask.get(f"/api/v1/stores/{STORE}/audits").json()
    assert [(one["clicked"], one["counted"], one["matched"]) for one in answer["audits"]] == [
        (40, 39, 38),
        (30, 31, 29),
    ]
    newest = answer["audits"][0]
    assert newest["found"]["value"] == pytest.approx(0.95)
    assert newest["found"]["low"] == pytest.approx(0.8350, abs=1e-4)
    assert newest["right"]["numerator"] == 38
    assert newest["ways"][1]["found"] is None, "nobody left, so no share is known"
    (camera,) = ask.get(f"/api/v1/stores/{STORE}/now").json()["cameras"]
    assert camera["audit"] == newest
    assert len(ask.get(f"/api/v1/stores/{STORE}/audits?limit=1").json()["audits"]) == 1


def test_nobody_knows_who_is_inside_without_a_count(ask: Asking) -> None:
    answer = ask.get(f"/api/v1/stores/{STORE}/now").json()
    assert (answer["inside"], answer["entries"], answer["cameras"]) == (None, None, [])
    assert {zone["inside"] for zone in answer["zones"]} == {None}


def test_a_camera_falls_silent_and_its_live_view_is_forgotten(settings: Settings) -> None:
    fill(settings, [status(NOON), health(NOON), live(NOON, tea=3)], NOON)
    now = f"/api/v1/stores/{STORE}/now"
    after_a_minute = asking(settings, NOON + timedelta(seconds=60)).get(now).json()
    later = asking(settings, NOON + timedelta(seconds=61)).get(now).json()
    assert after_a_minute["cameras"][0]["presence"] == "online"
    assert after_a_minute["zones"][0]["inside"] == 3
    assert later["cameras"][0]["presence"] == "silent"
    assert later["zones"][0]["inside"] is None


def test_an_old_live_view_says_nothing_although_its_camera_runs(settings: Settings) -> None:
    later = NOON + timedelta(minutes=10)
    fill(settings, [live(NOON, tea=3)], NOON)
    fill(settings, [health(later)], later)
    answer = asking(settings, later).get(f"/api/v1/stores/{STORE}/now").json()
    assert answer["cameras"][0]["presence"] == "online"
    assert answer["zones"][0]["inside"] is None


def test_a_camera_that_said_goodbye_is_offline(settings: Settings, ask: Asking) -> None:
    fill(settings, [status(NOON), live(NOON, tea=3), status(NOON, online=False)], NOON)
    answer = ask.get(f"/api/v1/stores/{STORE}/now").json()
    assert answer["cameras"][0]["presence"] == "offline"
    assert answer["zones"][0]["inside"] is None


def test_quarantine_is_listed_in_pages(settings: Settings, ask: Asking) -> None:
    topic = f"footfall/v1/{STORE}/edge-1/counts"
    receive(settings, [Received(topic, HOSTILE + bytes([n])) for n in range(3)], NOON)
    first = ask.get("/api/v1/quarantine", params={"limit": 2}).json()
    rest = ask.get("/api/v1/quarantine", params={"limit": 2, "after": first["next_after"]}).json()
    assert (first["waiting"], len(first["rows"]), len(rest["rows"]), rest["next_after"]) == (3, 2, 1, None)
    assert first["rows"][0]["origin"] == topic
    assert first["rows"][0]["payload_excerpt"].startswith(
        "<script>alert(1)</script> \N{REPLACEMENT CHARACTER}"
    )
    assert first["rows"][0]["payload_bytes"] == len(HOSTILE) + 1


def test_an_excerpt_is_bounded(settings: Settings, ask: Asking) -> None:
    receive(settings, [Received(f"footfall/v1/{STORE}/edge-1/counts", "ä".encode() * 5000)], NOON)
    (row,) = ask.get("/api/v1/quarantine").json()["rows"]
    assert (row["payload_excerpt"], row["payload_bytes"]) == ("ä" * 500, 10_000)


def test_a_retry_stores_what_can_be_read_once_its_store_is_configured(tmp_path: Path) -> None:
    one = settings_for(tmp_path)
    message = counts(NOON - timedelta(hours=1), 5, 0, store="annex")
    receive(one, [Received(message.topic, encode(message))], NOON)
    before = asking(one, NOON).post("/api/v1/quarantine/1/retry").json()
    assert before["stored"] is False
    assert "annex" in before["reason"]
    both = settings_for(tmp_path, corner=berlin_store(), annex=berlin_store(name="Annex"))
    after = asking(both, NOON)
    assert after.post("/api/v1/quarantine/1/retry").json() == {"number": 1, "stored": True, "reason": None}
    assert after.get("/api/v1/stores/annex/metrics").json()["totals"]["entries"] == 5
    assert after.get("/api/v1/quarantine").json()["waiting"] == 0
    assert after.post("/api/v1/quarantine/1/retry").json()["stored"] is True


@pytest.mark.parametrize(("number", "status_code"), [("7", 404), ("0", 422), ("x", 422), (str(2**63), 422)])
def test_a_retry_of_nothing_is_refused(ask: Asking, number: str, status_code: int) -> None:
    answer = ask.post(f"/api/v1/quarantine/{number}/retry")
    assert answer.status_code == status_code
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        pytest.param({}, True, id="not a browser"),
        pytest.param({"sec-fetch-site": "same-origin"}, True, id="our page"),
        pytest.param({"sec-fetch-site": "none"}, True, id="typed by the user"),
        pytest.param({"sec-fetch-site": "cross-site"}, False, id="another site"),
        pytest.param({"sec-fetch-site": "same-site"}, False, id="a neighbour on the same domain"),
        pytest.param({"origin": "http://footfall.test"}, True, id="our page over plain HTTP"),
        pytest.param({"origin": "http://evil.test"}, False, id="another site over plain HTTP"),
        pytest.param({"origin": "http://footfall.test.evil.test"}, False, id="a name that looks like ours"),
        pytest.param({"origin": "null"}, False, id="a sandboxed frame"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/quarantine/7/retry", "/quarantine/7/retry"])
def test_another_site_may_not_change_anything(
    ask: Asking, path: str, headers: dict[str, str], allowed: bool
) -> None:
    # Number 7 does not exist: 404 says that the request was let through.
    assert ask.post(path, headers=headers).status_code == (404 if allowed else 403)


@pytest.mark.parametrize("path", ["/api/v1/stores", "/stores/corner", "/nowhere", "/static/app.css"])
def test_every_answer_trusts_only_our_own_files(ask: Asking, path: str) -> None:
    headers = ask.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_health_is_ok_with_a_database_and_503_without(settings: Settings, ask: Asking) -> None:
    health = ask.get("/healthz").json()
    assert health.pop("free_megabytes") > 0
    assert health == {"status": "ok", "waiting_in_quarantine": 0, "unknown_time": 0}
    settings.database.unlink()
    answer = ask.get("/healthz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert str(settings.database) not in answer.text


def test_reading_never_writes(settings: Settings, ask: Asking) -> None:
    before = settings.database.read_bytes()
    for path in ("/healthz", f"/api/v1/stores/{STORE}/metrics", f"/stores/{STORE}", "/quarantine"):
        assert ask.get(path).status_code == 200
    assert settings.database.read_bytes() == before


@pytest.mark.parametrize(
    ("method", "path", "status_code"),
    [("GET", "/api/v1/nothing", 404), ("POST", "/api/v1/stores", 405), ("GET", "/docs", 404)],
)
def test_wrong_addresses_are_problems(ask: Asking, method: str, path: str, status_code: int) -> None:
    answer = ask.get(path) if method == "GET" else ask.post(path)
    assert answer.status_code == status_code


def test_the_schema_describes_metrics_in_the_glossarys_words(ask: Asking) -> None:
    schema = ask.get("/api/v1/openapi.json").json()
    assert set(schema["paths"]) == {
        "/api/v1/stores/{store}/flow/typical-day",
        "/api/v1/stores/{store}/flow/unusual-days",
        "/api/v1/stores/{store}/flow/together",
        "/api/v1/experiments",
        "/api/v1/experiments/{name}",
        "/api/v1/experiments/{name}/start",
        "/api/v1/experiments/{name}/stop",
        "/api/v1/stores",
        "/api/v1/stores/{store}/metrics",
        "/api/v1/stores/{store}/comparison",
        "/api/v1/stores/{store}/queues",
        "/api/v1/stores/{store}/heatmap",
        "/api/v1/stores/{store}/paths",
        "/api/v1/stores/{store}/drivers",
        "/api/v1/stores/{store}/customers",
        "/api/v1/stores/{store}/forecast",
        "/api/v1/stores/{store}/forecast/accuracy",
        "/api/v1/stores/{store}/audits",
        "/api/v1/stores/{store}/now",
        "/api/v1/glossary",
        "/api/v1/learning",
        "/api/v1/changes",
        "/api/v1/events",
        "/api/v1/alerts",
        "/api/v1/webhooks",
        "/api/v1/webhooks/{number}",
        "/api/v1/webhooks/{number}/deliveries",
        "/api/v1/webhooks/{number}/test",
        "/api/v1/quarantine",
        "/api/v1/quarantine/{number}/retry",
        "/healthz",
        "/api/v1/sales",
        "/api/v1/counts/{make}",
        "/api/v1/catalogue/products",
        "/api/v1/catalogue/products/{sku}",
        "/api/v1/catalogue/stores/{store}/{part}",
        "/api/v1/stores/{store}/labour",
        "/api/v1/stores/{store}/placement",
        "/api/v1/stores/{store}/roster",
        "/api/v1/stores/{store}/zones/{zone}/recommendation",
        "/api/v1/stores/{store}/zones/{zone}/events",
        "/api/v1/stores/{store}/recommendations",
        "/api/v1/stores/{store}/triggers",
        "/api/v1/stores/{store}/flags",
        "/api/v1/stores/{store}/flags/{flag}",
        "/readyz",
        "/metrics",
    }
    entries = schema["components"]["schemas"]["FiguresShape"]["properties"]["entries"]
    assert entries["description"].startswith("People who crossed an entrance line inwards")
