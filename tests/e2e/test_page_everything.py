"""Queues, passers-by and heat on their whole way: from a broker through the server's daemons to a browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser

from edge.wire import Counts, DwellSketch, Heat, LineCount, Live, QueueCount, QueueNow, Status
from tests.browser import SLOW_MS
from tests.e2e.shop import Shop, until
from tests.e2e.test_page_live import shown
from tests.server.ingest.running import device
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.broker, pytest.mark.browser]

WAITS = [20.0, 50.0, 90.0, 200.0]


def minute_at(begin: datetime, revision: int = 1, heat_seconds: float = 12.5) -> Counts:
    """What a device says of one minute in which it can tell everything apart."""
    return Counts(
        store="demo",
        device="box",
        camera="entrance",
        bucket_start=begin,
        bucket_end=begin + timedelta(minutes=1),
        revision=revision,
        final=True,
        coverage=1,
        lines=(
            LineCount(line="main-door", count_in=7, count_out=2, staff_in=1, staff_out=0, groups_in={2: 3}),
            LineCount(line="pavement", kind="passing", count_in=20, count_out=9, passed=24),
        ),
        queues=(
            QueueCount(
                queue="tills",
                joined=6,
                served=4,
                abandoned=1,
                lost=0,
                wait=DwellSketch.of(WAITS),
                waiting_person_seconds=120,
                observed_seconds=60,
                length_peak=4,
            ),
        ),
        heat=Heat(unit="metres", cell=0.5, seconds={"0,0": heat_seconds, "3,2": 40.0}),
    )


def now_waiting(length: int) -> Live:
    queue = QueueNow(queue="tills", length=length, longest_wait_seconds=75.0)
    return Live(store="demo", device="box", camera="entrance", at=datetime.now(UTC), queues=(queue,))


def test_what_a_device_tells_over_mqtt_stands_on_the_page_and_in_the_api(
    shop: Shop, chromium: Browser
) -> None:
    shop.start_broker()
    shop.start_up()
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(shop.way_in())
    assert page.url == shop.page
    assert page.locator("#queues-title").count() == 0, "nothing of queues was told yet"

    begin = datetime.now(UTC).replace(second=0, microsecond=0)
    with device(shop.broker.port) as publish:
        publish(Status(store="demo", device="box", camera="entrance", state="online", version="0.2"))
        publish(minute_at(begin, revision=2))
        publish(minute_at(begin, revision=1, heat_seconds=99.0))
        publish(now_waiting(3))

        until(lambda: shop.totals()["passers_by"] == 24, "the minute is stored")
        totals = shop.totals()
        assert (totals["entries"], totals["raw_entries"], totals["staff_entries"]) == (6, 7, 1)
        assert totals["groups"]["n"] == 3
        assert totals["capture_rate"]["value"] == 6 / 30
        (tills,) = totals["queues"]
        assert (tills["over_target"]["numerator"], tills["over_target"]["denominator"]) == (1, 4)
        address = f"{shop.page.replace('/stores', '/api/v1/stores')}/heatmap"
        heat = httpx.get(address, headers=shop.headers, timeout=PATIENCE_SECONDS).json()
        assert [one["seconds"] for one in heat["maps"]] == [{"0,0": 12.5, "3,2": 40.0}]

        page.locator("[data-queue=tills]").wait_for(timeout=SLOW_MS)
        assert shown(page, "queue_served") == 4
        assert (shown(page, "entries"), shown(page, "passers_by")) == (6, 24)

        publish(now_waiting(8))
        page.locator('[data-metric="queue_now"][data-value="8"]').wait_for(timeout=SLOW_MS)
    page.reload()
    assert page.locator("figure.heat").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert [said for said in complaints if "/events" not in said] == []
    page.close()
