from __future__ import annotations

from datetime import timedelta

from server.config import Settings
from tests.server.asking import Asking, asking
from tests.server.filling import NOON, STORE, counts, fill

STORE_PAGE = f"/stores/{STORE}"


def test_a_full_disk_is_told_on_todays_page_and_by_health(settings: Settings, ask: Asking) -> None:
    fill(settings, [counts(NOON - timedelta(hours=1), 5, 1)], NOON)
    full = asking(settings.model_copy(update={"least_free_megabytes": 10**9}), NOON)
    assert "disk is nearly full" in full.get(STORE_PAGE).text
    assert full.get("/healthz").json()["status"] == "disk nearly full"
    assert "disk is nearly full" not in ask.get(STORE_PAGE).text
    assert ask.get("/healthz").json()["status"] == "ok"


def test_counts_of_unknown_time_are_told_and_stand_in_no_figure(settings: Settings, ask: Asking) -> None:
    earlier = NOON - timedelta(hours=1)
    fill(settings, [counts(earlier, 5, 1)], NOON)
    fill(settings, [counts(earlier + timedelta(minutes=1), 50, 1, clock_synced=False)], NOON)
    assert "1 buckets were counted by devices that did not know the time" in ask.get(STORE_PAGE).text
    assert ask.get("/healthz").json()["unknown_time"] == 1
    assert ask.get(f"/api/v1/stores/{STORE}/now").json()["entries"] == 5
