"""ETags: the same answer is not sent twice, and another one always is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from server.config import Settings
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, berlin_store, counts, fill, settings_for

METRICS = f"/api/v1/stores/{STORE}/metrics"
YESTERDAY = NOON - timedelta(days=1)
PAST = f"{METRICS}?begin=2026-03-02"


def tag(ask: Asking, path: str = PAST, **headers: str) -> str:
    answer = ask.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.headers["etag"]


def test_who_has_it_is_told_that_it_is_still_right(settings: Settings, ask: Asking) -> None:
    fill(settings, [counts(YESTERDAY, 5, 1)], NOON)
    answer = ask.get(PAST, headers={"If-None-Match": tag(ask)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag(ask)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "content-length" not in answer.headers
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        pytest.param("{tag}", 304, id="as it was given"),
        pytest.param("W/{tag}", 304, id="as a proxy weakens it"),
        pytest.param('"other", {tag}', 304, id="one of several"),
        pytest.param("*", 304, id="any"),
        pytest.param('"other"', 200, id="another"),
        pytest.param("", 200, id="nothing"),
    ],
)
def test_tags_are_compared_as_they_should(ask: Asking, shown: str, status: int) -> None:
    assert ask.get(PAST, headers={"If-None-Match": shown.format(tag=tag(ask))}).status_code == status


def test_new_data_changes_the_tag_and_the_same_data_does_not(settings: Settings, ask: Asking) -> None:
    empty = tag(ask)
    fill(settings, [counts(YESTERDAY, 5, 1)], NOON)
    first = tag(ask)
    fill(settings, [counts(YESTERDAY, 5, 1)], NOON)
    assert empty != first == tag(ask)
    fill(settings, [counts(YESTERDAY, 6, 1, revision=2)], NOON)
    assert tag(ask) != first


def test_another_definition_changes_the_tag(tmp_path: Path) -> None:
    before = settings_for(tmp_path, **{STORE: berlin_store()})
    fill(before, [counts(YESTERDAY, 5, 1)], NOON)
    after = settings_for(tmp_path, **{STORE: berlin_store(least_visitors=2)})
    assert tag(asking(before, NOON)) != tag(asking(after, NOON))


def test_what_the_clock_changes_has_another_tag(settings: Settings) -> None:
    fill(settings, [counts(NOON - timedelta(hours=1), 5, 1)], NOON)
    earlier, later = asking(settings, NOON), asking(settings, NOON + timedelta(hours=1))
    assert tag(earlier, METRICS) != tag(later, METRICS)
    assert tag(earlier) == tag(later)


def test_every_form_has_its_own_tag(ask: Asking) -> None:
    as_json, as_csv = tag(ask), tag(ask, Accept="text/csv")
    assert as_json != as_csv
    answer = ask.get(PAST, headers={"Accept": "text/csv", "If-None-Match": as_json})
    assert answer.status_code == 200
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", f"{METRICS}?begin=x", "/stores/corner", "/healthz"])
def test_errors_and_pages_have_no_tag(ask: Asking, path: str) -> None:
    answer = ask.get(path)
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
