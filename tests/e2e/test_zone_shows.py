"""Long visits without sales, on their whole way: from a broker over the rules to a sign in a browser."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Browser, Locator, Page, TimeoutError

from edge.wire import (
    Counts,
    DwellSketch,
    Recommendation,
    Sale,
    SaleLine,
    ZoneCount,
    decode,
    recommendation_topic,
)
from server.config import load_settings
from server.experiments import conducting
from server.experiments.assigning import Experiment, assign
from server.experiments.plans import CONTROL, Plan
from server.figures.terms import calendar_of
from server.metrics.rows import PlanogramRow
from server.storage import experiments
from server.storage.catalogue import ProductRow, put_product
from server.storage.database import open_database, writing
from server.storage.sales import replace_planogram
from tests.browser import SLOW_MS
from tests.clients import talking
from tests.e2e.shop import Shop, until
from tests.e2e.test_page_live import PICTURES_SETTING
from tests.server.ingest.running import device
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.broker, pytest.mark.browser]

RULE = """
[stores.demo.triggers.linger]
zone = "shelf"
cool_down_minutes = 30
[[stores.demo.triggers.linger.conditions]]
figure = "dwell"
above_usual = 1.5
[[stores.demo.triggers.linger.conditions]]
figure = "conversion"
below_usual = 0.5
"""

QUICK_SECONDS = 30.0
"""A sign that is told shows it within a second or two, and so soon on the busiest machine; one that is not
told looks by itself after a minute."""


def minute(begin: datetime, stays: list[float], revision: int = 1) -> Counts:
    """One minute at the shelf, with these visits."""
    sketch = DwellSketch.of(stays)
    shelf = ZoneCount(
        zone="shelf",
        dwell=sketch,
        occupancy_person_seconds=sketch.sum_seconds,
        observed_seconds=60,
        occupancy_peak=2,
    )
    return Counts(
        store="demo",
        device="box",
        camera="entrance",
        bucket_start=begin,
        bucket_end=begin + timedelta(minutes=1),
        revision=revision,
        final=True,
        coverage=1,
        zones=(shelf,),
    )


def ticket(number: str, at: datetime, sku: str) -> Sale:
    return Sale(
        store="demo", till="till-1", ticket=number, at=at, lines=(SaleLine(sku=sku, name=sku.title()),)
    )


def usual(now: datetime) -> Iterator[Counts | Sale]:
    """Three weeks: this hour and the next, with short visits, half of which bought coffee."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    for back in (1, 2, 3):
        for hour in (0, 1):
            begin = this_hour - timedelta(weeks=back) + timedelta(hours=hour)
            yield minute(begin, [10.0] * 8)
            for n in range(4):
                yield ticket(f"{back}-{hour}-{n}", begin + timedelta(minutes=n), "coffee")


@contextmanager
def sign(port: int) -> Iterator[dict[str, bytes]]:
    """Signage of another make: the last payload of each topic of a zone."""
    heard: dict[str, bytes] = {}
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="sign", protocol=mqtt.MQTTv311)
    client.on_message = lambda _client, _userdata, message: heard.update(
        {message.topic: bytes(message.payload)}
    )
    client.connect("127.0.0.1", port)
    client.subscribe("footfall/v1/demo/zone/+/recommendation", qos=1)
    with talking(client):
        yield heard


def experiment(shop: Shop) -> Experiment:
    """A trial of the shelf that began today, with a key by which the shelf is not a control."""
    settings, now = load_settings(shop.folder / "server.toml"), datetime.now(UTC)
    calendar = calendar_of(settings.stores["demo"])
    today = calendar.day_of(now)
    plan = Plan(
        name="trial", stores=("demo",), zones=("shelf",), least_effect=0.05, days=14, block_minutes=1440
    )
    key = next(key for key in _keys() if _shows(Experiment(plan, key, "demo", calendar, today), now))
    with open_database(settings.database) as db, writing(db):
        conducting.propose(db, settings, plan, now)
        # Not by `start`, for that lets it begin tomorrow at the earliest.
        assert experiments.begin(db, "trial", key, today, now)
    return Experiment(plan, key, "demo", calendar, today)


def _keys() -> Iterator[bytes]:
    return (bytes([number] * 16) for number in range(256))


def _shows(trial: Experiment, now: datetime) -> bool:
    found = assign(trial, "shelf", now)
    return found is not None and found.arm != CONTROL


def lay_out_shelf(shop: Shop) -> None:
    """Coffee and croissants lie on the shelf."""
    goods = {"coffee": ("Filter coffee", "2.40"), "croissant": ("Butter croissant", "1.90")}
    with open_database(shop.folder / "footfall.db") as db, writing(db):
        replace_planogram(db, "demo", [PlanogramRow(sku, "shelf", None, None) for sku in goods])
        for sku, (name, price) in goods.items():
            put_product(db, ProductRow(sku, name, None, None, Decimal(price), None, "EUR", {}, 1))


def told(shop: Shop, what: str) -> Any:
    address = f"http://127.0.0.1:{shop.web_port}/api/v1/stores/demo/{what}"
    return httpx.get(address, headers=shop.headers, timeout=PATIENCE_SECONDS).raise_for_status().json()


def dismiss(notice: Locator) -> None:
    """Click as people do: again, where the page was drawn anew just under the finger."""
    for _ in range(10):
        notice.get_by_role("button", name="Dismiss").click()
        with suppress(TimeoutError):
            notice.wait_for(state="detached", timeout=15_000)
            return
    raise AssertionError("the notice stays")


def products_on(page: Page) -> list[str]:
    items = page.locator("#products li").all()
    return [item.get_attribute("data-sku") or "" for item in items]


def numbers(sentence: str) -> list[float]:
    return [
        float(number) for number in re.findall(r"\d+(?:\.\d+)?(?![:\d])", re.sub(r"\d+:\d+", "", sentence))
    ]


def recounted(shop: Shop, since: datetime) -> tuple[int, float, int]:
    """Visits of the last minutes, the seconds that half of them reached, and purchases: out of the tables."""
    since_us = int(since.timestamp() * 1_000_000)
    with closing(sqlite3.connect(f"file:{shop.folder / 'footfall.db'}?mode=ro", uri=True)) as db:
        rows = db.execute(
            "SELECT dwell_bins FROM zone_counts WHERE bucket_start >= ?", (since_us,)
        ).fetchall()
        bins: list[int] = [int(b) for (text,) in rows for b, n in json.loads(text).items() for _ in range(n)]
        (bought,) = db.execute(
            "SELECT count(DISTINCT ticket) FROM tickets JOIN ticket_lines USING (store, ticket)"
            " WHERE at >= ? AND sku IN ('coffee', 'croissant')",
            (since_us,),
        ).fetchone()
    middle = sorted(bins)[(len(bins) + 1) // 2 - 1]
    return len(bins), 2 * 1.04**middle / 2.04, bought


def test_a_zone_with_long_visits_and_no_sales_shows_products_on_its_sign(
    shop: Shop, chromium: Browser, tmp_path: Path
) -> None:
    with (shop.folder / "server.toml").open("a") as settings:
        settings.write(RULE)
    shop.start_broker()
    lay_out_shelf(shop)
    begun = experiment(shop)
    made = shop.run(
        "server", "token", "create", "tablet", "--role", "display", "--store", "demo", "--only", "shelf"
    )
    shop.start_up()

    display = chromium.new_context(viewport={"width": 1024, "height": 600}).new_page()
    complaints: list[str] = []
    display.on(
        "console", lambda message: complaints.append(message.text) if message.type == "error" else None
    )
    display.goto(f"http://127.0.0.1:{shop.web_port}/show/{made.stdout.strip()}")
    assert display.url.endswith("/display/demo/shelf")
    display.locator("#idle:not([hidden])").wait_for()
    staff = chromium.new_page(viewport={"width": 390, "height": 844})
    staff.goto(shop.way_in())
    assert staff.locator(".notice").count() == 0

    now = datetime.now(UTC)
    begin = now.replace(second=0, microsecond=0)
    topic = recommendation_topic("demo", "shelf")
    with device(shop.broker.port) as publish, sign(shop.broker.port) as heard:
        for message in usual(now):
            publish(message)
        publish(ticket("bread", now, "bread"))
        publish(minute(begin, [12.0] * 6))
        until(lambda: told(shop, "triggers")["triggers"][0]["signal"] == "off", "short visits are known")
        assert products_on(display) == []

        publish(minute(begin, [40.0] * 6, revision=2))
        decided_at = time.monotonic()
        display.locator('#products li[data-sku="coffee"]').wait_for(timeout=SLOW_MS)
        took = time.monotonic() - decided_at
        assert took <= QUICK_SECONDS, f"the sign took {took:.1f} s"
        assert products_on(display) == ["coffee", "croissant"]
        assert display.locator("#products .name").first.text_content() == "Filter coffee"
        assert display.locator("#products .price").first.text_content() == "2.40 EUR"
        display.screenshot(path=Path(os.environ.get(PICTURES_SETTING) or tmp_path) / "display.png")

        (one,) = told(shop, "recommendations")["recommendations"]
        dwell, conversion = one["reasons"]
        visits, median, bought = recounted(shop, begin - timedelta(minutes=14))
        assert numbers(dwell)[:3] == [visits, 15, round(median)]
        assert numbers(dwell)[3:] == [10, 24, 3]
        assert (visits, bought) == (6, 0)
        assert numbers(conversion) == [6, 0.0, 50.0, 12, 24, 3]
        assert "none led to a purchase" in conversion

        assert (one["experiment"], one["arm"]) == ("trial", "shown")
        assigned = assign(begun, "shelf", datetime.now(UTC))
        assert assigned
        assert (one["assignment"], one["washing_out"]) == (assigned.block, assigned.washing_out)

        until(lambda: bool(heard.get(topic)), "other signage hears it")
        heard_now = decode(topic, heard[topic])
        assert isinstance(heard_now, Recommendation)
        assert (heard_now.recommendation, list(heard_now.reasons)) == (one["recommendation"], one["reasons"])
        until(lambda: told(shop, "recommendations")["recommendations"][0]["shown"] == 1, "the sign tells it")

        display.locator("body[data-kept]").wait_for(state="attached")
        display.context.set_offline(True)
        display.reload()
        assert products_on(display) == ["coffee", "croissant"], "it goes on with the last that was told"
        assert display.locator("#away").is_visible()
        display.context.set_offline(False)

        shop.kill("up")
        shop.start_up()
        publish(minute(begin, [1.0] * 30, revision=3))
        until(lambda: told(shop, "triggers")["triggers"][0]["signal"] == "off", "short visits are known")
        publish(minute(begin, [40.0] * 6, revision=4))
        until(lambda: told(shop, "triggers")["triggers"][0]["signal"] == "holds", "long visits are known")
        assert told(shop, "triggers")["triggers"][0]["blocked"] == "showing"

        staff.reload()
        notice = staff.locator(".notice")
        assert dwell in (notice.text_content() or "")
        assert staff.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        dismiss(notice)
        display.locator("#idle:not([hidden])").wait_for(
            timeout=3 * SLOW_MS
        )  # told, or after a minute by itself
        until(lambda: heard[topic] == b"", "the broker keeps nothing more for the zone")
        standing = told(shop, "triggers")["triggers"][0]
        assert (standing["signal"], standing["blocked"]) == ("holds", "resting")
        (only,) = told(shop, "recommendations")["recommendations"]
        assert (only["recommendation"], only["ended_why"]) == (one["recommendation"], "dismissed")
        assert only["shown"] == 1, "what a sign tells again is told once"
    assert [said for said in complaints if "ERR_" not in said] == []
