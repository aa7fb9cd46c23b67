from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from edge.wire import encode
from server.config import Settings
from server.ingest.apply import Received
from tests.server.asking import Asking, asking
from tests.server.dashboard.page import read
from tests.server.filling import NOON, berlin_store, counts, receive, settings_for

TOPIC = "footfall/v1/corner/edge-1/counts"


def test_an_empty_quarantine_says_so(ask: Asking) -> None:
    assert "Nothing waits here." in ask.get("/quarantine").text


def test_what_was_refused_is_shown_as_text_with_its_reason(settings: Settings, ask: Asking) -> None:
    receive(settings, [Received(TOPIC, b"</pre><script>alert(1)</script>")], NOON)
    html = ask.get("/quarantine").text
    page = read(html)
    assert "<script>alert" not in html
    assert page.all("pre")[0].text == "</pre><script>alert(1)</script>"
    assert "payload is not JSON" in page.all("h2")[0].text
    assert TOPIC in html


def test_a_retry_shows_its_outcome_in_place(tmp_path: Path) -> None:
    one = settings_for(tmp_path)
    message = counts(NOON - timedelta(hours=1), 5, 0, store="annex")
    receive(one, [Received(message.topic, encode(message))], NOON)
    refused = read(asking(one, NOON).post("/quarantine/1/retry", headers={"HX-Request": "true"}).text)
    assert refused.elements[0].attributes["id"] == "refused-1"
    assert refused.all("p", role="status")[0].attributes["data-outcome"] == "refused"
    assert refused.all("button")
    both = settings_for(tmp_path, corner=berlin_store(), annex=berlin_store(name="Annex"))
    stored = read(asking(both, NOON).post("/quarantine/1/retry", headers={"HX-Request": "true"}).text)
    assert stored.all("p", role="status")[0].attributes["data-outcome"] == "stored"
    assert not stored.all("button")


def test_a_retry_without_scripts_comes_back_to_the_page_with_its_outcome(
    settings: Settings, ask: Asking
) -> None:
    receive(settings, [Received(TOPIC, b"{}")], NOON)
    answer = ask.post("/quarantine/1/retry")
    assert (answer.status_code, answer.headers["location"]) == (303, "/quarantine?tried=1")
    page = read(ask.get("/quarantine?tried=1").text)
    assert page.all("p", role="status")[0].attributes["data-outcome"] == "refused"


def test_only_the_oldest_hundred_are_shown(settings: Settings, ask: Asking) -> None:
    receive(settings, [Received(TOPIC, f"not json {n}".encode()) for n in range(101)], NOON)
    html = ask.get("/quarantine").text
    assert len(read(html).all("article")) == 100
    assert "The oldest 100 of 101 are shown." in html
